"""One data directory from its beginning to its last message, killed again and again in between."""

import json
import random
import shutil
import signal
import subprocess
import threading
import time

from support.clients import make_client, make_sns_client
from support.recorder import Recorder, confirm
from support.server import BINARY, Server

from .callers import RawCaller
from .events import Deleted, Sent
from .ledger import Ledger
from .names import content, group_of, has_content, name_of
from .traffic import Consumer
from .world import FAMILIES, FIFO_TOPIC, build, queue_arn, queue_url, topic_arn, wants

LOAD_SECONDS = (0.05, 1.2)
# A loaded machine is no broken promise.
DRAIN_SECONDS = 300
SETTLE_SECONDS = 180


class Failure(Exception):
    """A promise was broken; the text says which."""


class Life:
    """Kills the server on one data directory so many times and compares."""

    def __init__(self, directory, seed, kills, workers, has_defaults, say):
        self.directory, self.seed, self.kills, self.workers, self.say = directory, seed, kills, workers, say
        self.has_defaults = has_defaults
        self.dice = random.Random(f"life {seed}")
        # Deleting and purging again and again is what the clients do.
        options = ["--sixty-second-rules", "off"]
        self.server = Server(directory, *options, *([] if has_defaults else ["--segment-size", "8MiB"]))
        self.recorder = Recorder()
        self.ledger = Ledger()
        self.recovery_seconds = 0.05
        self.answered = self.unanswered = 0
        self.probes = 0

    def run(self):
        try:
            self.begin()
            for number in range(1, self.kills + 1):
                self.round(number)
            self.end()
        finally:
            self.server.dispose()
            self.recorder.stop()

    # -- From the beginning to the end

    def begin(self):
        self.started_at = time.time()
        self.server.start(*self.options())
        self.endpoints = {"good": self.recorder.endpoint(), "flaky": self.recorder.endpoint()}
        build(make_client(self.server.url), make_sns_client(self.server.url), self.endpoints)
        for endpoint in self.endpoints.values():
            confirm(endpoint)
        flaky = self.endpoints["flaky"]
        flaky.answer = lambda request: 500 if len(flaky.requests) % 3 == 0 else 200
        for number, worker in enumerate(self.workers):
            worker.renew(f"{self.seed}.{number}", self.server.port)

    def options(self):
        """Those that may differ from start to start."""
        if self.has_defaults:
            return []
        return ["--snapshot-interval", self.dice.choice(["64KiB", "512KiB", "2MiB"]),
                "--memory-budget", self.dice.choice(["1MiB", "24MiB", "256MiB"]),
                "--loops", self.dice.choice(["1", "1", "2"])]

    def round(self, number):
        way = self.dice.choices(
            [self.at_random, self.after_an_answer, self.during_a_snapshot, self.at_a_new_segment,
             self.during_recovery, self.by_sigterm, self.while_stopping], [4, 3, 3, 2, 3, 2, 2])[0]
        self.answered = self.unanswered = 0
        how = way()
        copy = self.copy_of_data()
        checking = subprocess.Popen([str(BINARY), "journal", "verify", str(copy)], stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True)
        begun = time.monotonic()
        self.server.start(*self.options())
        self.recovery_seconds = time.monotonic() - begun
        verdict = checking.communicate(timeout=SETTLE_SECONDS)[0]
        if checking.returncode != 0:
            self.ledger.wrong.append(f"journal verify: {verdict}")
        counted = self.census()
        self.say(f"kill {number:>3} {how:<22} {self.answered:>6} answered {self.unanswered:>3} not, "
                 f"{self.recovery_seconds * 1000:>5.0f} ms to start, {counted}")
        self.fail_if_wrong()

    def end(self):
        """Has everything out: queues, deliveries, archive."""
        self.drain()
        self.ledger.check()
        self.ledger.check_drained()
        self.check_deliveries()
        self.check_archive()
        self.fail_if_wrong()
        items = self.ledger.items.values()
        self.say(f"everything drained: {len(items)} messages sent, "
                 f"{sum(item.promised_at is not None for item in items)} deleted, "
                 f"{sum(len(item.received) for item in items)} received, "
                 f"{len(self.ledger.published)} published to endpoints; nothing lost, nothing wrong")
        if self.server.stop() != 0:
            raise Failure("the last stop was not clean")

    def fail_if_wrong(self):
        if self.ledger.wrong:
            raise Failure("\n".join(self.ledger.wrong[:40]))

    # -- Ways to end a server

    def load(self, seconds=None):
        """Has the clients work for a while; they go on until `finish_load`."""
        for worker in self.workers:
            worker.begin()
        time.sleep(self.dice.uniform(*LOAD_SECONDS) if seconds is None else seconds)

    def finish_load(self):
        for worker in self.workers:
            worker.end()
        for worker in self.workers:
            events, answered, unanswered = worker.report()
            self.ledger.take(events)
            self.answered += answered
            self.unanswered += unanswered

    def kill(self):
        # Whoever waited for an answer has killed it already.
        if (status := self.server.process.poll()) not in (None, -signal.SIGKILL):
            raise Failure(f"the server ended by itself with {status}")
        self.server.kill()
        self.finish_load()

    def at_random(self):
        self.load()
        self.kill()
        return "at random"

    def after_an_answer(self):
        """Right after an answer has come: what it says must hold."""
        self.load()
        caller = RawCaller(self.server.port)
        caller.connect(lambda: False)
        deletes = self.probes > 0 and self.dice.random() < 0.4
        events = self.delete_probe(caller) if deletes else self.send_probe(caller)
        self.kill()
        caller.close()
        self.ledger.take(events)
        return "after a deletion" if deletes else "after a send"

    def send_probe(self, caller):
        self.probes += 1
        name = f"probe.{self.probes}"
        begun = time.monotonic()
        answer = caller.sqs("SendMessage", {
            "QueueUrl": queue_url(self.server.port, "probe"), "MessageBody": content(name).body,
            "MessageAttributes": content(name).attributes})
        self.server.process.kill()
        return [Sent("probe", name, begun, time.monotonic(), answer["MessageId"], None, 0)]

    def delete_probe(self, caller):
        probe = Consumer("prober", self.seed, lambda: caller, family="probe")
        probe.caller = caller
        messages = probe.receive(1, 30)
        if messages:
            begun = time.monotonic()
            caller.sqs("DeleteMessage", {
                "QueueUrl": queue_url(self.server.port, "probe"), "ReceiptHandle": messages[0].handle})
            self.server.process.kill()
            probe.events.append(Deleted("probe", messages[0].name, begun, time.monotonic(), True))
        return probe.events

    def when_there_is(self, pattern, seconds):
        """Waits for a new file of that pattern in the data directory, not for ever."""
        known = set(self.server.data.glob(pattern))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if set(self.server.data.glob(pattern)) - known:
                time.sleep(self.dice.choice([0, 0, 0.001, 0.005, 0.02]))
                return True
            time.sleep(0.0005)
        return False

    def during_a_snapshot(self):
        self.load(0.05)
        found = self.when_there_is("snapshot-*", 1.5)
        self.kill()
        return "during a snapshot" if found else "at random"

    def at_a_new_segment(self):
        self.load(0.05)
        found = self.when_there_is("segment-*", 1.5)
        self.kill()
        return "at a new segment" if found else "at random"

    def during_recovery(self):
        """Again before it has come up, or when it has hardly come up, with clients waiting at the door."""
        self.load()
        self.kill()
        times = self.dice.choice([1, 2, 3])
        for _ in range(times):
            self.load(0)
            self.server.launch(*self.options())
            time.sleep(self.dice.uniform(0, 1.5) * self.recovery_seconds)
            self.kill()
        return f"during recovery, {times}×"

    def by_sigterm(self):
        self.load()
        for worker in self.workers:
            worker.server_may_refuse()
        status = self.server.stop()
        self.finish_load()
        if status != 0:
            raise Failure(f"SIGTERM ended the server with {status}")
        return "by SIGTERM"

    def while_stopping(self):
        self.load()
        for worker in self.workers:
            worker.server_may_refuse()
        self.server.process.send_signal(signal.SIGTERM)
        time.sleep(self.dice.uniform(0, 0.05))
        self.server.kill()
        self.finish_load()
        return "while stopping"

    # -- What is compared

    def copy_of_data(self):
        """The data directory as the kill left it; the one before is forgotten."""
        copy = self.directory / "data-after-kill"
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", str(self.server.data), str(copy)], check=True)
        return copy

    def census(self):
        """Nobody works: are there as many messages as there must be?"""
        sqs = make_client(self.server.url)
        self.wait_for_move_tasks(sqs)
        total = [0, 0, 0]
        for family, (least, most) in self.ledger.bounds().items():
            found = sum(self.count(sqs, queue) for queue in FAMILIES[family].queues)
            if not least <= found <= most:
                self.ledger.wrong.append(f"census: {family} has {found} messages, not {least} to {most}")
            total = [sum(pair) for pair in zip(total, (found, least, most))]
        return "{} messages ({} to {})".format(*total)

    def wait_for_move_tasks(self, sqs):
        deadline = time.monotonic() + SETTLE_SECONDS
        sources = [queue_arn(family.dead) for family in FAMILIES.values() if family.dead]
        while any(task["Status"] == "RUNNING" for source in sources
                  for task in sqs.list_message_move_tasks(SourceArn=source, MaxResults=1).get("Results", [])):
            if time.monotonic() > deadline:
                raise Failure("a move task does not end")
            time.sleep(0.01)

    def count(self, sqs, queue):
        told = sqs.get_queue_attributes(QueueUrl=queue_url(self.server.port, queue), AttributeNames=[
            "ApproximateNumberOfMessages" + place for place in ("", "NotVisible", "Delayed")])["Attributes"]
        return sum(int(value) for value in told.values())

    def drain(self):
        drainers = [Drainer(f"drain-{queue}-{number}", self.seed, lambda: RawCaller(self.server.port),
                            family=family.name, queue=queue)
                    for family in FAMILIES.values() for queue in family.queues for number in range(2)]
        threads = [threading.Thread(target=drainer.run, args=(drainer.is_done, lambda: False))
                   for drainer in drainers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DRAIN_SECONDS + 30)
        for drainer in drainers:
            self.ledger.take(drainer.events)
        if not all(drainer.is_empty for drainer in drainers):
            self.ledger.wrong.append(f"the queues are not empty after {DRAIN_SECONDS} seconds")
            self.fail_if_wrong()

    def check_deliveries(self):
        """Every endpoint has got every message its filter lets through."""
        for subscriber, endpoint in self.endpoints.items():
            asked = {name for name in self.ledger.published if wants(subscriber, content(name).kind)}
            owed = {name for name in asked if self.ledger.published[name].ended}
            deadline = time.monotonic() + SETTLE_SECONDS
            while missing := owed - {name_of(request.text) for request in endpoint.accepted}:
                if time.monotonic() > deadline:
                    self.ledger.complain("lost", f"{len(missing)} messages, among them {min(missing)}, never came "
                                         f"to the endpoint {subscriber}")
                    break
                time.sleep(0.1)
            times = {}
            for request in endpoint.accepted:
                name = name_of(request.text)
                times[name] = times.get(name, 0) + 1
                known = self.ledger.published.get(name)
                if name not in asked or not has_content(request.text, name):
                    self.ledger.complain("unexpected", f"the endpoint {subscriber} got {request}")
                elif known.message_id and request.headers["x-amz-sns-message-id"] != known.message_id:
                    self.ledger.complain("identity", f"the endpoint {subscriber} got {name} with another id")
            # Only a crash between an answer and its record has a message delivered again.
            for name, count in times.items():
                if count > 1 + self.kills * 4:
                    self.ledger.complain("duplicated", f"the endpoint {subscriber} got {name} {count} times")

    def check_archive(self):
        """A new subscriber gets everything that was published to the FIFO topic, in order."""
        sqs, sns = make_client(self.server.url), make_sns_client(self.server.url)
        queue = sqs.create_queue(QueueName="replayed.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.started_at - 1))
        sns.subscribe(TopicArn=topic_arn(FIFO_TOPIC), Protocol="sqs", Endpoint=queue_arn("replayed.fifo"), Attributes={
            "RawMessageDelivery": "true",
            "ReplayPolicy": json.dumps({"PointType": "Timestamp", "StartingPoint": start})})
        asked = {name: item for (family, name), item in self.ledger.items.items() if family == "steps"}
        owed = {name for name, item in asked.items() if item.is_acknowledged}
        found = []
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            messages = sqs.receive_message(
                QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
            if not messages and owed <= set(found):
                break
            found += [name_of(message["Body"]) for message in messages]
            if messages:
                sqs.delete_message_batch(QueueUrl=queue, Entries=[
                    {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
                    for n, message in enumerate(messages)])
        if missing := owed - set(found):
            self.ledger.complain("lost", f"{len(missing)} messages, among them {min(missing)}, are not in the archive")
        if len(found) > len(set(found)) or set(found) - set(asked):
            self.ledger.complain("unexpected", "the archive has messages twice, or that nobody published")
        by_group = {}
        for name in found:
            by_group.setdefault(group_of(name), []).append(int(name.rsplit(".", 1)[1]))
        for group, numbers in by_group.items():
            if numbers != sorted(numbers):
                self.ledger.complain("reordered", f"the archive's group {group} came out of order")


class Drainer(Consumer):
    """Receives and deletes until its family's queues are empty."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.deadline = time.monotonic() + DRAIN_SECONDS
        self.is_empty = False

    def is_done(self):
        return self.is_empty or time.monotonic() > self.deadline

    def step(self):
        messages = self.receive(10, 30)
        self.delete(messages)
        if not messages:
            # The dead-letter queue last: that is where the others' messages may go.
            self.is_empty = all(self.counts_nothing(queue) for queue in self.family.queues)
            time.sleep(0.02)

    def counts_nothing(self, queue):
        told = self.sqs("GetQueueAttributes", {"QueueUrl": self.url(queue), "AttributeNames": ["All"]})["Attributes"]
        return all(told["ApproximateNumberOfMessages" + place] == "0" for place in ("", "NotVisible", "Delayed"))
