"""A run: a row of lives until so many kills are done."""

import shutil
import traceback

from .life import Failure, Life
from .workers import PROCESSES, Worker

KILLS_OF_A_LIFE = 10


def torture(directory, seed, kills, say, kills_of_a_life=KILLS_OF_A_LIFE):
    """Kills so many times; returns what went wrong, or None. Directories of lives that went well are removed."""
    workers = [Worker(number) for number in range(len(PROCESSES))]
    try:
        for number in range(-(-kills // kills_of_a_life)):
            part = min(kills_of_a_life, kills - number * kills_of_a_life)
            # Every third life is one as a user has it who changes nothing.
            has_defaults = number % 3 == 1
            home = directory / f"life-{number + 1}"
            home.mkdir(parents=True)
            say(f"life {number + 1}, " + ("defaults" if has_defaults else "small segments, frequent snapshots"))
            try:
                Life(home, f"{seed}-{number + 1}", part, workers, has_defaults, say).run()
            except Failure as problem:
                return f"life {number + 1}: {problem}"
            except Exception:
                return f"life {number + 1}: {traceback.format_exc()}"
            shutil.rmtree(home)
        return None
    finally:
        for worker in workers:
            worker.close()
