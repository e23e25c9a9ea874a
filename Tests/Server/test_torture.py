"""A short run of the torture test (`make torture` is the long one), and the proof that its ledger sees mistakes."""

import random

import pytest

from torture.events import Changed, Deleted, Got, Received, Sent
from torture.ledger import Ledger
from torture.run import torture


def test_nothing_acknowledged_is_lost_by_kills(tmp_path):
    seed = random.SystemRandom().randrange(1_000_000)
    lines = []
    problem = torture(tmp_path, seed, 6, lines.append, kills_of_a_life=3)
    assert problem is None, "\n".join([f"seed {seed}", *lines, problem])


def test_a_server_that_answers_before_the_sync_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setenv("APUS_TEST_OPTIONS", "--durability interval=60000")
    # The first kill of this seed comes right after an answer.
    problem = torture(tmp_path, 4, 3, print)
    # Not even the queues are there.
    assert problem is not None and ("census" in problem or "doesn't exist" in problem), problem


# -- The ledger

def sent(name="a-0.1", family="probe", begun=0.0, ended=0.1, message_id="id", sequence=None, delay=0):
    return Sent(family, name, begun, ended, message_id, sequence, delay)


def received(begun, ended, *names, family="probe", queue="probe", visibility=2, count=1, sequences=None):
    numbers = sequences or [None] * len(names)
    return Received(family, queue, begun, ended, visibility, None, tuple(
        Got(name, "id", count, number) for name, number in zip(names, numbers, strict=True)))


def deleted(begun, ended, name="a-0.1", family="probe", is_promise=True):
    return Deleted(family, name, begun, ended, is_promise)


def findings(*events, drained=False):
    ledger = Ledger()
    ledger.take(events)
    ledger.check()
    return {text.split(":")[0] for text in (ledger.check_drained() if drained else ledger.wrong)}


FIRST, SECOND = "00000000000000000001", "00000000000000000002"
IN_ORDER = (sent("a-0.0", "strict", sequence=FIRST, message_id=None),
            sent("a-0.4", "strict", 0.2, 0.3, None, SECOND))


def strict(begun, ended, *names):
    numbers = {"a-0.0": FIRST, "a-0.4": SECOND}
    return received(begun, ended, *names, family="strict", queue="strict.fifo",
                    sequences=[numbers[name] for name in names])


@pytest.mark.parametrize("events", [
    [sent(), received(1, 1.1, "a-0.1"), deleted(1.2, 1.3)],
    [sent(ended=None, message_id=None)],
    [sent(), deleted(1, None)],
    [sent(), received(1, 1.1, "a-0.1"), received(4, 4.1, "a-0.1", count=2), deleted(4.2, 4.3)],
    [sent(), received(1, None), received(4, 4.1, "a-0.1", count=2), deleted(4.2, 4.3)],
    [sent(), received(1, 1.1, "a-0.1"), Changed("probe", "a-0.1", 1.2, None, 0),
     received(1.5, 1.6, "a-0.1", count=2), deleted(1.7, 1.8)],
    [sent(), received(1, 1.1, "a-0.1"), deleted(1.2, None, is_promise=False),
     received(4, 4.1, "a-0.1", count=2), deleted(4.2, 4.3)],
    [*IN_ORDER, strict(1, 1.1, "a-0.0", "a-0.4"), deleted(2, 2.1, "a-0.0", "strict"),
     deleted(2, 2.1, "a-0.4", "strict")],
    [*IN_ORDER, strict(1, 1.1, "a-0.0"), deleted(2, 2.1, "a-0.0", "strict"), strict(3, 3.1, "a-0.4"),
     deleted(3.2, 3.3, "a-0.4", "strict")],
])
def test_what_can_be_is_let_pass(events):
    assert findings(*events, drained=True) == set()


@pytest.mark.parametrize("finding,events", [
    ("lost", [sent()]),
    ("unexpected", [received(1, 1.1, "a-0.1")]),
    ("resurrected", [sent(), received(1, 1.1, "a-0.1"), deleted(1.2, 1.3), received(4, 4.1, "a-0.1", count=2)]),
    ("duplicated", [sent(), received(1, 1.1, "a-0.1"), received(2, 2.1, "a-0.1", count=2), deleted(2.2, 2.3)]),
    ("duplicated", [sent(), received(1, 1.1, "a-0.1", "a-0.1"), deleted(2.2, 2.3)]),
    ("duplicated", [sent(), received(1, 1.1, "a-0.1", visibility=1), Changed("probe", "a-0.1", 1.5, 1.6, 3),
                    received(1.7, 1.7, "a-0.1", count=2), deleted(4.2, 4.3)]),
    ("too early", [sent(delay=1), received(0.2, 0.3, "a-0.1"), deleted(0.4, 0.5)]),
    ("count", [sent(), received(1, 1.1, "a-0.1"), received(4, 4.1, "a-0.1", count=1), deleted(4.2, 4.3)]),
    ("count", [sent(), received(1, 1.1, "a-0.1", count=2), deleted(1.2, 1.3)]),
    ("identity", [sent(message_id="other"), received(1, 1.1, "a-0.1"), deleted(1.2, 1.3)]),
    ("reordered", [*IN_ORDER, strict(1, 1.1, "a-0.4"), deleted(2, 2.1, "a-0.0", "strict"),
                   deleted(2, 2.1, "a-0.4", "strict")]),
    ("reordered", [*IN_ORDER, strict(1, 1.1, "a-0.4", "a-0.0"), deleted(2, 2.1, "a-0.0", "strict"),
                   deleted(2, 2.1, "a-0.4", "strict")]),
    ("reordered", [*IN_ORDER, strict(1, 1.1, "a-0.0"), strict(1.2, 1.3, "a-0.4"),
                   deleted(2, 2.1, "a-0.0", "strict"), deleted(2, 2.1, "a-0.4", "strict")]),
    ("order", [sent("a-0.0", "strict", sequence=SECOND), sent("a-0.4", "strict", sequence=FIRST),
               deleted(2, 2.1, "a-0.0", "strict"), deleted(2, 2.1, "a-0.4", "strict")]),
])
def test_what_cannot_be_is_found(finding, events):
    assert findings(*events, drained=True) == {finding}


def test_the_census_counts_what_must_and_what_may_be_there():
    ledger = Ledger()
    ledger.take([sent(), sent("a-0.2", ended=None), sent("a-0.3"), sent("a-0.5"), deleted(1, None, "a-0.3"),
                 deleted(1, 1.1, "a-0.5")])
    assert ledger.bounds()["probe"] == [1, 3]
