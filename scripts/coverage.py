#!/usr/bin/env python3
"""How much of the sources the Swift tests ran: a table by module, the files below the bar, the verdict.

    scripts/coverage.py EXPORT         read what `llvm-cov export` wrote for the tests
    scripts/coverage.py EXPORT --lines [PART]
                                       also show every line that never ran, of files with PART in the path

A line counts when code begins or goes on in it, unless it holds nothing but brackets; it is covered when
any of it ran. Lines that cannot run count as uncovered; scripts/uncovered.txt explains them. Exit 1 when a
module that is held to the bar is below it. Its lines that never ran and are not explained are named, as
are explanations of lines that have run.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "scripts" / "uncovered.txt"
BAR = 95.0
HELD = ("BrokerCore", "BrokerJournal", "BrokerProtocol")


def line_counts(segments):
    """The count of each line of a file, from its segments: where a region begins or ends.

    A segment is [line, column, count, has a count, begins a region, is a gap]. A line belongs to the
    region that goes on from the line above and to those that begin in it; the highest count is its own.
    """
    lines = defaultdict(list)
    for segment in segments:
        lines[segment[0]].append(segment)
    counts = {}
    above = None
    for line in range(segments[0][0], segments[-1][0] + 1) if segments else ():
        here = lines.get(line, [])
        begun = [count for _, _, count, has_count, begins, gap in here if has_count and begins and not gap]
        is_skipped = bool(here) and not here[0][3] and here[0][4]
        goes_on = above is not None and above[3]
        if not is_skipped and (goes_on or begun):
            counts[line] = max(begun + ([above[2]] if goes_on else []))
        if here:
            above = here[-1]
    return counts


def read_explained():
    """The reason for each line that cannot run, by file and text."""
    explained = {}
    reason, path = None, None
    for line in EXPLAINED.read_text().split("\n"):
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("    "):
            explained[path, line.strip()] = reason
        elif line.startswith("Sources/"):
            path = line.strip()
        else:
            reason = line.strip()
    return explained


def is_explained(file, number, explained):
    """A promise of ours says itself why it cannot run; anything else is in the list."""
    text = file.line(number)
    return text.startswith(("preconditionFailure(", "fatalError(")) or (file.path, text) in explained


class File:
    def __init__(self, path, segments):
        self.path = path
        self.module = path.split("/")[1]
        self.text = (ROOT / path).read_text().split("\n")
        counts = {line: count for line, count in line_counts(segments).items()
                  if self.line(line).strip("{}()[], ")}
        self.count = len(counts)
        self.missed = sorted(line for line, count in counts.items() if count == 0)

    def line(self, number):
        return self.text[number - 1].strip() if number <= len(self.text) else ""


def percent(files):
    count = sum(file.count for file in files)
    return 100.0 * (count - sum(len(file.missed) for file in files)) / count if count else 100.0


def read_files(export):
    files = []
    for entry in json.loads(Path(export).read_text())["data"][0]["files"]:
        path = Path(entry["filename"])
        if path.is_relative_to(ROOT / "Sources") and path.suffix == ".swift":
            files.append(File(path.relative_to(ROOT).as_posix(), entry["segments"]))
    return sorted(files, key=lambda file: file.path)


def print_tables(files, explained):
    by_module = defaultdict(list)
    for file in files:
        by_module[file.module].append(file)
    print(f"{'module':16} {'lines':>7} {'missed':>7} {'explained':>10} {'covered':>9}")
    for module, members in sorted(by_module.items()):
        missed = sum(len(file.missed) for file in members)
        known = sum(is_explained(file, n, explained) for file in members for n in file.missed)
        held = "  held to the bar" if module in HELD else ""
        print(f"{module:16} {sum(file.count for file in members):7} {missed:7} {known:10} "
              f"{percent(members):8.1f}%{held}")
    below = sorted(((percent([file]), file) for file in files if percent([file]) < BAR),
                   key=lambda pair: pair[0])
    if below:
        print(f"\nfiles below {BAR:.0f} %:")
    for share, file in below:
        print(f"{share:6.1f}%  {file.path}: {ranges(file.missed)}")
    return by_module


def ranges(lines):
    """1 2 3 7 as 1-3 7."""
    runs = []
    for line in lines:
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return " ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def print_lines(files, part, explained):
    for file in files:
        if part in file.path and file.missed:
            print(f"\n{file.path}")
            for number in file.missed:
                mark = "explained" if is_explained(file, number, explained) else ""
                print(f"{number:5} {mark:9} {file.text[number - 1]}")


def faults(by_module):
    for module in HELD:
        if module not in by_module:
            yield f"{module}: no test ran"
        elif percent(by_module[module]) < BAR:
            yield f"{module}: {percent(by_module[module]):.1f} % of lines ran, {BAR:.0f} % are wanted"


def remarks(by_module, explained):
    for module in HELD:
        for file in by_module.get(module, ()):
            for number in file.missed:
                if not is_explained(file, number, explained):
                    yield f"{file.path}:{number}: never ran, not explained: {file.line(number)}"
    known = {file.path: file for members in by_module.values() for file in members}
    for path, text in explained:
        file = known.get(path)
        if file is None or not any(file.line(number) == text for number in file.missed):
            yield f"scripts/uncovered.txt: {path} has no line that never ran: {text}"


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    files = read_files(arguments[0])
    explained = read_explained()
    by_module = print_tables(files, explained)
    if "--lines" in arguments[1:]:
        print_lines(files, arguments[2] if len(arguments) > 2 else "", explained)
    found = list(faults(by_module))
    said = list(remarks(by_module, explained))
    for line in [""] * bool(said or found) + said + found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
