"""What follows from everything that clients asked and were answered, and whether it is so.

The broker promises more than AWS: a message is received again only when its visibility has ended, a deletion that was
answered is final, and both hold across crashes. So the ledger is strict, and lets pass only what an unanswered
request explains.
"""

import collections

from .events import Changed, Deleted, Published, Received, Sent, Wrong
from .names import group_of
from .traffic import CLOCK_TOLERANCE_SECONDS
from .world import FAMILIES, MAXIMUM_RECEIVES

# More of a kind say nothing new.
TOLD = 5


class Item:
    """A message of a family by its name, whatever ids it has had."""

    def __init__(self):
        self.sent = []
        self.received = []
        self.changed = []
        self.deleted = []

    @property
    def is_acknowledged(self):
        return any(sent.ended is not None for sent in self.sent)

    @property
    def promised_at(self):
        """When the answer came that promised its deletion; None when none did."""
        return min((deleted.ended for deleted in self.deleted if deleted.is_promise), default=None)


class Ledger:
    """Takes events in any order, round by round."""

    def __init__(self):
        self.items = collections.defaultdict(Item)
        self.receives = []
        self.published = {}
        self.wrong = []

    def take(self, events):
        for event in events:
            match event:
                case Wrong():
                    self.wrong.append(event.text)
                case Published():
                    known = self.published.get(event.name)
                    self.published[event.name] = event if known is None or event.ended else known
                case Sent():
                    self.items[event.family, event.name].sent.append(event)
                case Received():
                    self.receives.append(event)
                    if len({got.name for got in event.messages}) < len(event.messages):
                        self.complain("duplicated", f"one answer has a message twice: {event}")
                    for got in event.messages:
                        self.items[event.family, got.name].received.append((event, got))
                case Changed():
                    self.items[event.family, event.name].changed.append(event)
                case Deleted():
                    self.items[event.family, event.name].deleted.append(event)

    def bounds(self):
        """How many messages each family's queues must hold at least, and may hold at most."""
        bounds = {family: [0, 0] for family in FAMILIES}
        for (family, _), item in self.items.items():
            bounds[family][0] += item.is_acknowledged and not item.deleted
            bounds[family][1] += bool(item.sent) and item.promised_at is None
        return bounds

    def check(self):
        """Everything that can be said while messages are still there; what is wrong is in `wrong`."""
        unanswered = collections.Counter(
            received.queue for received in self.receives if received.ended is None)
        for (family, name), item in self.items.items():
            where = f"{name} of {family}"
            if not item.sent:
                self.complain("unexpected", f"{where} was never sent there")
            self.check_identity(FAMILIES[family], where, item)
            self.check_times(where, item)
            self.check_counts(FAMILIES[family], where, item, unanswered)
        for family in FAMILIES.values():
            if family.is_ordered:
                self.check_order(family)
        return self.wrong

    def check_drained(self):
        """After everything was received and deleted: was everything there?"""
        for (family, name), item in self.items.items():
            if item.is_acknowledged and not item.deleted:
                answered = ", ".join(f"{sent.ended:.3f}" for sent in item.sent if sent.ended)
                self.complain("lost", f"{name} of {family}, sent and answered at {answered}")
        return self.wrong

    def complain(self, kind, text):
        if sum(known.startswith(kind) for known in self.wrong) < TOLD:
            self.wrong.append(f"{kind}: {text}")

    # -- Rules of one message

    def check_identity(self, family, where, item):
        """A message that cannot be moved keeps its id; numbers never change in their queue."""
        ids = {got.message_id for _, got in item.received}
        ids |= {sent.message_id for sent in item.sent if sent.message_id}
        if not family.dead and len(ids) > 1:
            self.complain("identity", f"{where} has the ids {ids}")
        numbers = {got.sequence for _, got in item.received} | {s.sequence for s in item.sent if s.sequence}
        if family.is_ordered and len(numbers) > 1:
            self.complain("identity", f"{where} has the sequence numbers {numbers}")

    def check_times(self, where, item):
        promised = item.promised_at
        receives = sorted((received for received, _ in item.received), key=lambda received: received.ended)
        for received in receives:
            waited = min((received.ended - sent.begun - sent.delay for sent in item.sent), default=0)
            if len(item.sent) == 1 and item.sent[0].delay and waited < -CLOCK_TOLERANCE_SECONDS:
                self.complain("too early", f"{where} came {-waited:.3f} seconds before its delay was over")
            if promised is not None and received.begun > promised:
                self.complain("resurrected", f"{where} was received {received.begun - promised:.3f} seconds after "
                              "its deletion was answered")
        for number, first in enumerate(receives):
            for second in receives[number + 1:]:
                if second.ended < hidden_until(first, item.changed, second.ended) and (
                        first.ended < hidden_until(second, item.changed, first.ended)):
                    self.complain("duplicated", f"{where} was received at {first.ended:.3f} for {first.visibility} "
                                  f"seconds and again at {second.ended:.3f}")

    def check_counts(self, family, where, item, unanswered):
        for received, got in item.received:
            if received.queue == family.dead:
                continue
            others = [other for other, known in item.received
                      if other is not received and other.queue == received.queue
                      and known.message_id == got.message_id]
            least = 1 + sum(other.ended < received.begun for other in others)
            most = 1 + sum(other.begun < received.ended for other in others) + unanswered[received.queue]
            if family.dead:
                most = min(most, MAXIMUM_RECEIVES)
            if not least <= got.count <= most:
                self.complain("count", f"{where} came with a receive count of {got.count}, not {least} to {most}")

    # -- Order

    def check_order(self, family):
        """A message of a group comes when every earlier one has been deleted, or comes before it in one answer."""
        groups = collections.defaultdict(dict)
        happened = []
        for (name_of_family, name), item in self.items.items():
            if name_of_family != family.name:
                continue
            numbers = {int(got.sequence) for _, got in item.received}
            numbers |= {int(sent.sequence) for sent in item.sent if sent.sequence}
            if numbers:
                groups[group_of(name)][name] = min(numbers)
            # A deletion that was asked for at a time may have been carried out from then on.
            happened += [(deleted.begun, 0, name) for deleted in item.deleted]
        happened += [(received.ended, 1, received) for received in self.receives
                     if received.family == family.name and received.messages]
        for group, numbers in groups.items():
            sent = sorted(numbers, key=lambda name: int(name.rsplit(".", 1)[1]))
            if sent != sorted(numbers, key=numbers.get):
                self.complain("order", f"the sequence numbers of group {group} are not those of its sender")
        waiting = {group: collections.deque(sorted((number, name) for name, number in numbers.items()))
                   for group, numbers in groups.items()}
        gone = set()
        for _, _, what in sorted(happened, key=lambda event: event[:2]):
            if isinstance(what, str):
                gone.add(what)
            else:
                self.check_answer(family, what, waiting, gone)

    def check_answer(self, family, received, waiting, gone):
        before = set()
        for got in received.messages:
            queue = waiting[group_of(got.name)]
            while queue and queue[0][1] in gone:
                queue.popleft()
            for number, name in queue:
                if number >= int(got.sequence):
                    break
                if name not in gone and name not in before:
                    self.complain("reordered", f"{got.name} of {family.name} came while {name} was there")
                    break
            before.add(got.name)


def hidden_until(received, changes, seen):
    """Until when a received message cannot be received again, as far as that is sure."""
    until = received.begun + received.visibility
    for change in changes:
        if received.begun <= change.begun <= seen:
            until = min(until, change.begun + change.visibility)
    return until - CLOCK_TOLERANCE_SECONDS
