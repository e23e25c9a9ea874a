"""What operations allocate and append to the journal, as `apus-bench micro` counts it."""

import os
import subprocess
from pathlib import Path

import pytest

from support.server import ROOT, clean_environment

BENCH = Path(os.environ.get("APUS_BENCH_BINARY", ROOT / ".build" / "release" / "apus-bench"))
COSTS = ROOT / "Tests" / "operation-costs.txt"


def micro(*words):
    return subprocess.run([str(BENCH), "micro", *words], capture_output=True, text=True,
                          timeout=300, env=clean_environment())


def test_no_operation_costs_more_than_is_written_down():
    result = micro("--check", str(COSTS))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("line, status, said", [
    ("node.change-visibility 0 80.875", 0, "1 benchmarks cost what"),
    ("node.change-visibility 0 79", 1, "journal bytes 79 → 80.875"),
    ("node.change-visibility 2 80.875", 0, "costs less: allocations 2 → 0"),
    ("node.delete 0 56.875", 1, "node.change-visibility is not in"),
])
def test_a_check_fails_when_an_operation_costs_more_or_is_unknown(tmp_path, line, status, said):
    expected = tmp_path / "costs"
    expected.write_text(f"# A comment.\n{line}\n")
    result = micro("node.change-visibility", "--check", str(expected))
    assert said in result.stdout
    assert result.returncode == status, result.stdout


def test_a_trace_names_the_function_that_allocates():
    result = micro("node.send-batch", "--where")
    assert "BrokerProtocol.ActionDecoder.decode" in result.stdout
