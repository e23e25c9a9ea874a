"""The examples, run as their pages say."""

import collections
import re
import subprocess
import sys

from support.server import ROOT, clean_environment

WORD_COUNT = ROOT / "Examples" / "word-count" / "word_count.py"
LINES = ["The quick brown fox", "jumps over the lazy dog", "Över the moon & back 100%"] * 40


def word_count(server, *words):
    environment = clean_environment(
        AWS_ACCESS_KEY_ID="000000000000", AWS_SECRET_ACCESS_KEY="any", AWS_DEFAULT_REGION="us-east-1",
        AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    return subprocess.Popen(
        [sys.executable, str(WORD_COUNT), "--endpoint", server.url, *map(str, words)], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(server, *words):
    process = word_count(server, *words)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output


def test_words_are_counted_and_logged_through_crashes(start_server, tmp_path):
    server = start_server()
    text, words, log = tmp_path / "text", tmp_path / "words.sqlite", tmp_path / "words.log"
    text.write_text("\n\n".join(LINES))
    # Whoever comes first makes topic and queues, so that nothing is missed.
    run(server, "store", "--file", words, "--until-empty")
    for turn in range(2):
        assert run(server, "publish", text) == f"{len(LINES)} lines published\n"
        server.crash()
        consumers = [word_count(server, "store", "--file", words, "--until-empty"),
                     word_count(server, "logger", "--file", log, "--until-empty")]
        for consumer in consumers:
            output, _ = consumer.communicate(timeout=60)
            assert consumer.returncode == 0, output
        server.crash()
    counted = collections.Counter(word for line in LINES * 2 for word in re.findall(r"[a-zö]+", line.lower()))
    expected = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    report = run(server, "report", "--file", words, "--limit", "100").split()
    assert list(zip(report[1::2], map(int, report[::2]))) == expected
    logged = collections.Counter(line.split(": ", 1)[1] for line in log.read_text().splitlines())
    assert logged == collections.Counter(LINES * 2)
