"""The session of the README, run literally."""

import re
import subprocess

from support.server import ROOT, clean_environment

PLACEHOLDERS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r'"ReceiptHandle": "[^"]*"', '"ReceiptHandle": "HANDLE"'),
    (r'Timestamp": "\d{13}"', 'Timestamp": "TIME"'),
]


def without_chance(text):
    """The text without what differs from run to run."""
    for pattern, placeholder in PLACEHOLDERS:
        text = re.sub(pattern, placeholder, text)
    return text.strip()


def steps(block):
    """The commands of a console block, each with the output shown under it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def test_the_session_of_the_readme_works_literally(start_server):
    server = start_server()
    readme = (ROOT / "README.md").read_text().replace("127.0.0.1:4566", f"127.0.0.1:{server.port}")
    exports = "\n".join(re.findall(r"^export AWS_.*$", readme, flags=re.MULTILINE))
    blocks = re.findall(r"```console\n(.*?)```", readme, flags=re.DOTALL)
    assert len(blocks) == 3 and exports
    environment = clean_environment(AWS_CONFIG_FILE="/dev/null", AWS_PAGER="")
    environment["PATH"] = f"{ROOT / '.venv' / 'bin'}:{environment['PATH']}"
    for number, block in enumerate(blocks):
        if number == 1:
            server.crash()
        setting = exports
        for command, output in steps(block):
            done = subprocess.run(["bash", "-c", f"{setting}\n{command}"], capture_output=True, text=True,
                                  timeout=60, env=environment, stdin=subprocess.DEVNULL)
            assert without_chance(done.stdout + done.stderr) == without_chance(output), command
            if re.fullmatch(r"\w+=\S+", command):
                setting += f"\n{command}"
