"""The command: `python -m torture`, in Tests/Server."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .run import torture


def main():
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="how often the server is ended (50)")
    parser.add_argument("--seed", help="repeats the choices of a run; a random one without it")
    arguments = parser.parse_args()
    seed = arguments.seed or str(random.SystemRandom().randrange(1_000_000))
    directory = Path(tempfile.mkdtemp(prefix="apus-torture-"))
    print(f"seed {seed}, {arguments.kills} kills, in {directory}", flush=True)
    begun = time.monotonic()
    if problem := torture(directory, seed, arguments.kills, lambda line: print(line, flush=True)):
        print(f"FAILED: {problem}\n\ndata and log are kept in {directory}\n"
              f"repeat with: make torture SEED={seed} KILLS={arguments.kills}", flush=True)
        return 1
    shutil.rmtree(directory)
    print(f"{arguments.kills} kills survived in {time.monotonic() - begun:.0f} seconds", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
