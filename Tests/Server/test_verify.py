"""`apus-bench verify`: it finds nothing wrong with a server that is killed again and again, and
finds every kind of lie."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.liar import Liar
from support.server import BINARY, ROOT, clean_environment, free_port

BENCH = Path(os.environ.get("APUS_BENCH_BINARY", ROOT / ".build" / "release" / "apus-bench"))


def verify(*words):
    result = subprocess.run([str(BENCH), "verify", *words, "--json"], capture_output=True,
                            text=True, timeout=240, env=clean_environment())
    assert result.returncode in (0, 2), result.stdout + result.stderr
    report = json.loads(result.stdout)
    assert report["kept"] == (result.returncode == 0)
    return report


@pytest.fixture
def liar(server):
    liars = []

    def make(lie):
        liars.append(Liar(server.url, lie))
        return liars[-1]

    yield make
    for made in liars:
        made.close()


def test_nothing_is_lost_while_the_server_is_killed_again_and_again():
    report = verify("--server", str(BINARY), "--duration", "5", "--kill-every", "1",
                    "--visibility", "2")
    assert report["faults"] == {}, report
    assert report["kills"] >= 4
    assert report["unanswered"] > 0
    assert report["sent"] > 100 and report["receivedAgain"] > 0


def test_a_server_started_by_a_command_is_killed_too(tmp_path):
    port = free_port()
    command = f"{BINARY} serve --port {port} --data {tmp_path}/data --log-level warning"
    report = verify("--endpoint", f"http://127.0.0.1:{port}", "--server-command", command,
                    "--duration", "2", "--kill-every", "700ms", "--visibility", "1",
                    "--fifo")
    assert report["faults"] == {}, report
    assert report["kills"] >= 1


def test_a_server_that_runs_already_is_checked(server):
    report = verify("--endpoint", server.url, "--duration", "1", "--visibility", "1",
                    "--connections", "6", "--standard")
    assert report["faults"] == {}, report
    assert report["kills"] == 0


@pytest.mark.parametrize("lie, fault, queues", [
    ("lose", "lost", "standard"),
    ("lose", "lost", "fifo"),
    ("reorder", "reordered", "fifo"),
    ("duplicate", "duplicated", "standard"),
    ("undelete", "returned", "standard"),
    ("undelete", "returned", "fifo"),
    ("repeat", "early", "fifo"),
    ("change", "changed", "standard"),
])
def test_a_lie_is_found(liar, lie, fault, queues):
    proxy = liar(lie)
    report = verify("--endpoint", proxy.url, "--duration", "1.5", "--visibility", "2",
                    "--patience", "4", "--connections", "4", f"--{queues}", "--groups", "4")
    assert proxy.lie_count > 0, "it told no lie"
    assert fault in report["faults"], report
    assert any(example.startswith(f"{fault}: ") for example in report["examples"])
