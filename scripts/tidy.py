#!/usr/bin/env python3
"""The rules of the tree that neither the compiler nor the formatter enforces.

    scripts/tidy.py                    check, one line per violation, exit 1 when there is one
    scripts/tidy.py --update-unsafe    write the present counts of `unsafe` to scripts/unsafe-counts.txt

Rules: which module may import what; `unsafe` only where it is counted, and never more of it; no
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNSAFE_COUNTS = ROOT / "scripts" / "unsafe-counts.txt"

# Which module may import what. Arrows of the architecture, read from right to left.
IMPORTS = {
    "Bytes": {"CLinux", "COpenSSL", "Glibc"},
    "BrokerCore": {"Bytes"},
    "BrokerJournal": {"Bytes", "Synchronization"},
    "BrokerProtocol": {"Bytes", "BrokerCore"},
    "BrokerNode": {"Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol", "Synchronization"},
    "BrokerServer": {
        "Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol", "BrokerNode",
        "CLinux", "COpenSSL", "CSQLite", "Glibc", "Synchronization",
    },
    "BrokerSimulator": {
        "Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol", "BrokerNode", "Glibc",
        "Synchronization",
    },
    "MicroBenchmarks": {
        "Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol", "BrokerNode", "CAllocations",
        "Glibc",
    },
    "Bench": {"Bytes", "CLinux", "Glibc", "MicroBenchmarks", "Synchronization"},
}

MARKERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
FUNCTION_LINES = 60


def swift_files(folder):
    return sorted((ROOT / folder).rglob("*.swift"))


def relative(path):
    return path.relative_to(ROOT).as_posix()


def code_lines(text):
    """The lines of a Swift file without comments and the contents of string literals."""
    in_block = in_text = False
    for line in text.split("\n"):
        if in_block:
            end = line.find("*/")
            if end < 0:
                yield ""
                continue
            line, in_block = line[end + 2:], False
        if in_text:
            if '"""' in line:
                in_text = False
            yield ""
            continue
        if line.count('"""') == 1:
            in_text = True
            line = line[:line.index('"""')]
        line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
        line = line.split("//")[0]
        start = line.find("/*")
        if start >= 0:
            in_block = "*/" not in line[start:]
            line = line[:start]
        yield line


def check_imports():
    pattern = re.compile(r"^\s*(?:@\w+\s+|public\s+|internal\s+|private\s+)*import\s+(?:\w+\s+)?(\w+)")
    for module in sorted(p.name for p in (ROOT / "Sources").iterdir() if p.is_dir()):
        files = swift_files(f"Sources/{module}")
        if files and module not in IMPORTS:
            yield f"Sources/{module}: no import rule in scripts/tidy.py for this module"
            continue
        for path in files:
            for number, line in enumerate(path.read_text().split("\n"), 1):
                match = pattern.match(line)
                if match and match.group(1) not in IMPORTS[module]:
                    yield f"{relative(path)}:{number}: {module} does not import {match.group(1)}"


def count_unsafe():
    counts = {}
    for folder in ("Sources", "Tests"):
        for path in swift_files(folder):
            text = path.read_text()
            count = sum(len(re.findall(r"\bunsafe\b", line)) for line in code_lines(text))
            if count:
                counts[relative(path)] = count
    return counts


def read_unsafe_counts():
    counts = {}
    for line in UNSAFE_COUNTS.read_text().split("\n"):
        if line and not line.startswith("#"):
            count, path = line.split()
            counts[path] = int(count)
    return counts


def write_unsafe_counts():
    counts = count_unsafe()
    lines = ["# How often the word `unsafe` stands in each file. The numbers may only fall.",
             "# scripts/tidy.py --update-unsafe writes them."]
    lines += [f"{count:5} {path}" for path, count in sorted(counts.items())]
    UNSAFE_COUNTS.write_text("\n".join(lines) + "\n")
    print(f"{sum(counts.values())} uses of `unsafe` in {len(counts)} files")


def check_unsafe():
    allowed = read_unsafe_counts()
    for path, count in sorted(count_unsafe().items()):
        if count > allowed.get(path, 0):
            yield (f"{path}: `unsafe` stands here {count} times, {allowed.get(path, 0)} are accounted "
                   "for; write it without, or explain each and run scripts/tidy.py --update-unsafe")


def check_markers():
    paths = [p for folder in ("Sources", "Tests", "scripts", "protocol-docs", ".ci")
             if (ROOT / folder).is_dir()
             for p in (ROOT / folder).rglob("*") if p.is_file()]
    paths += list(ROOT.glob("*.md")) + [ROOT / "Makefile", ROOT / "Package.swift"]
    for path in sorted(paths):
        if path == Path(__file__).resolve() or {"__pycache__", "Corpus"} & set(path.parts):
            continue
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            match = MARKERS.search(line)
            if match:
                yield f"{relative(path)}:{number}: {match.group(1)} is left over"


def check_function_lengths():
    start = re.compile(r"^(\s*)(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+(?:\([a-z]+\))?\s+)*(?:func\s+\S+|init[?(<]|deinit\b)")
    for path in swift_files("Sources"):
        opened = None
        for number, line in enumerate(code_lines(path.read_text()), 1):
            text = line.rstrip()
            match = start.match(line)
            if match and not (opened and opened[2]):
                opened = None if text.endswith("}") else (number, match.group(1), text.endswith("{"))
            elif opened and not opened[2]:
                # The signature goes on over lines; without a brace it is a requirement of a protocol.
                if text.endswith("{"):
                    opened = (opened[0], opened[1], True)
                elif not text or text == "}":
                    opened = None
            elif opened and text == opened[1] + "}":
                length = number - opened[0] + 1
                if length > FUNCTION_LINES:
                    yield f"{relative(path)}:{opened[0]}: a function of {length} lines does not fit a screen"
                opened = None


def check_documented_doors():
    """Public types and functions say what they are; stored members with AWS's names need not."""
    door = re.compile(r"^\s*public\s+(?:\w+\s+)*(?:struct|class|enum|protocol|func)\s+(\S+)")
    for path in swift_files("Sources"):
        lines = path.read_text().split("\n")
        for number, line in enumerate(lines):
            match = door.match(line)
            if not match:
                continue
            above = number - 1
            while above >= 0 and lines[above].strip().startswith("@"):
                above -= 1
            if above < 0 or not lines[above].strip().startswith(("///", "*/")):
                yield f"{relative(path)}:{number + 1}: {match.group(1)} has no documentation"


def check_documents():
    """Every action, error code and option has its line in the documents; links lead somewhere."""
    source = (ROOT / "Sources/BrokerProtocol/ActionName.swift").read_text()
    actions = (ROOT / "protocol-docs/sqs-actions.md").read_text()
    for name in re.findall(r'case \.\w+: "(\w+)"', source):
        if not re.search(rf"^###.*\b{name}\b", actions, re.MULTILINE):
            yield f"protocol-docs/sqs-actions.md: {name} has no section"
    readme = (ROOT / "README.md").read_text()
    options = (ROOT / "Sources/BrokerServer/Options/OptionTable.swift").read_text()
    for name in re.findall(r'Option\(\s*"([a-z-]+)",', options):
        if f"`--{name}`" not in readme:
            yield f"README.md: the option --{name} is not in the table"
    for path in sorted(ROOT.glob("*.md")) + sorted((ROOT / "protocol-docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                yield f"{relative(path)}: the link to {target} leads nowhere"


def main():
    if sys.argv[1:] == ["--update-unsafe"]:
        write_unsafe_counts()
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    violations = [violation
                  for check in (check_imports, check_unsafe, check_markers, check_function_lengths,
                                check_documented_doors, check_documents)
                  for violation in check()]
    for violation in violations:
        print(violation)
    if not violations:
        print("tidy")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
