"""Restarts, clean and by kill -9: what was acknowledged is there, what was deleted stays away."""

import collections
import json
import random
import subprocess
import threading
import time

import pytest

from support.clients import make_client
from support.expect import bodies, counts, refused
from support.server import BINARY
from support.wire import Wire, json_request_bytes


@pytest.fixture(params=["restart", "crash"])
def again(request):
    """Stops a server, cleanly or not, and starts it again."""
    return lambda server, *options: getattr(server, request.param)(*options)


@pytest.fixture
def own(start_server):
    server = start_server()
    return server, make_client(server.url)


def message_of(sqs, queue, **options):
    options.setdefault("AttributeNames", ["All"])
    options.setdefault("MessageAttributeNames", ["All"])
    return sqs.receive_message(QueueUrl=queue, **options)["Messages"][0]


def test_queues_keep_attributes_tags_and_policies(own, again):
    server, sqs = own
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue = sqs.create_queue(QueueName="q", tags={"a": "b"}, Attributes={
        "VisibilityTimeout": "7", "MaximumMessageSize": "2048",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})})["QueueUrl"]
    sqs.add_permission(QueueUrl=queue, Label="l", AWSAccountIds=["123456789012"], Actions=["*"])
    fifo = sqs.create_queue(QueueName="q.fifo", Attributes={
        "FifoQueue": "true", "DeduplicationScope": "messageGroup"})["QueueUrl"]
    gone = sqs.create_queue(QueueName="gone")["QueueUrl"]
    sqs.delete_queue(QueueUrl=gone)
    before = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
              for url in (dead, queue, fifo)}
    again(server)
    for url, attributes in before.items():
        assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] == attributes
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"a": "b"}
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [queue]
    assert sorted(sqs.list_queues()["QueueUrls"]) == sorted(before)
    with refused("AWS.SimpleQueueService.QueueDeletedRecently"):
        sqs.create_queue(QueueName="gone")


def test_messages_keep_everything(own, again):
    server, sqs = own
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    attributes = {"s": {"DataType": "String.x", "StringValue": "ü"},
                  "b": {"DataType": "Binary", "BinaryValue": bytes(range(256))}}
    sent = sqs.send_message(QueueUrl=queue, MessageBody="ü 🐦", MessageAttributes=attributes, MessageGroupId="g")
    before = message_of(sqs, queue, VisibilityTimeout=0)
    again(server)
    after = message_of(sqs, queue)
    assert after["MessageId"] == sent["MessageId"] and after["Body"] == "ü 🐦"
    assert after["MessageAttributes"] == attributes
    assert after["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert after["Attributes"] == before["Attributes"] | {"ApproximateReceiveCount": "2"}


def test_handles_counts_and_locks_survive(own, again):
    server, sqs = own
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    for body in ("kept", "deleted", "waiting"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    sqs.send_message(QueueUrl=queue, MessageBody="delayed", DelaySeconds=900)
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=2, VisibilityTimeout=600)["Messages"]
    handles = {m["Body"]: m["ReceiptHandle"] for m in received}
    fifo = sqs.create_queue(QueueName="q.fifo", Attributes={
        "FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
    ids = {body: sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId="g") for body in ("1", "2")}
    locked = sqs.receive_message(
        QueueUrl=fifo, ReceiveRequestAttemptId="attempt", VisibilityTimeout=600)["Messages"][0]
    again(server)
    assert counts(sqs, queue) == (1, 2, 1)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handles["deleted"])
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handles["kept"], VisibilityTimeout=0)
    assert counts(sqs, queue) == (2, 0, 1)
    # FIFO: the lock, the deduplication window, the attempt and the handle.
    assert bodies(sqs.receive_message(QueueUrl=fifo)) == []
    repeated = sqs.send_message(QueueUrl=fifo, MessageBody="1", MessageGroupId="g")
    assert repeated["MessageId"] == ids["1"]["MessageId"]
    assert repeated["SequenceNumber"] == ids["1"]["SequenceNumber"]
    same = sqs.receive_message(QueueUrl=fifo, ReceiveRequestAttemptId="attempt")["Messages"]
    assert [m["ReceiptHandle"] for m in same] == [locked["ReceiptHandle"]]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=locked["ReceiptHandle"])
    assert bodies(sqs.receive_message(QueueUrl=fifo)) == ["2"]
    later = sqs.send_message(QueueUrl=fifo, MessageBody="3", MessageGroupId="g")
    assert later["SequenceNumber"] > ids["2"]["SequenceNumber"]


def test_time_goes_on_while_the_server_is_down(own, again):
    server, sqs = own
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="invisible")
    sqs.receive_message(QueueUrl=queue, VisibilityTimeout=1)
    sqs.send_message(QueueUrl=queue, MessageBody="delayed", DelaySeconds=1)
    server.kill()
    time.sleep(1)
    server.start()
    assert sorted(bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2))) in (
        ["delayed", "invisible"], ["delayed"], ["invisible"])


def test_deleted_and_purged_messages_stay_away(own, again):
    server, sqs = own
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    purged = sqs.create_queue(QueueName="purged")["QueueUrl"]
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
        sqs.send_message(QueueUrl=purged, MessageBody=str(number))
    for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.purge_queue(QueueUrl=purged)
    again(server)
    assert counts(sqs, queue) == (10, 0, 0) and counts(sqs, purged) == (0, 0, 0)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", status=403):
        sqs.purge_queue(QueueUrl=purged)
    again(server)
    assert counts(sqs, queue) == (10, 0, 0) and counts(sqs, purged) == (0, 0, 0)


def test_dead_letters_and_move_tasks_survive(own, again):
    server, sqs = own
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue = sqs.create_queue(QueueName="q", Attributes={
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})})["QueueUrl"]
    for number in range(6):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    while bodies(sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, MaxNumberOfMessages=10)):
        pass
    assert counts(sqs, dead) == (6, 0, 0)
    again(server)
    assert counts(sqs, dead) == (6, 0, 0) and counts(sqs, queue) == (0, 0, 0)
    handle = sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=4)["TaskHandle"]
    again(server)
    task = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
    assert task["Status"] in ("RUNNING", "COMPLETED")
    if task["Status"] == "RUNNING":
        assert task["TaskHandle"] == handle
    deadline = time.monotonic() + 10
    while sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]["Status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert counts(sqs, dead) == (0, 0, 0) and counts(sqs, queue) == (6, 0, 0)


def test_a_crash_between_snapshots_loses_nothing(start_server):
    """Small segments and frequent snapshots, so that recovery meets every kind of file."""
    server = start_server("--segment-size", "8MiB", "--snapshot-interval", "1MiB")
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    expected = collections.Counter()
    number = 0
    for _ in range(4):
        for _ in range(60):
            entries = []
            for entry in range(10):
                body = f"{number}:" + "x" * random.Random(number).randrange(10_000)
                entries.append({"Id": str(entry), "MessageBody": body})
                number += 1
            sqs.send_message_batch(QueueUrl=queue, Entries=entries)
            expected.update(entry["MessageBody"] for entry in entries)
        for _ in range(40):
            messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
            sqs.delete_message_batch(QueueUrl=queue, Entries=[
                {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)])
            expected.subtract(m["Body"] for m in messages)
        server.crash()
        assert counts(sqs, queue) == (sum(expected.values()), 0, 0)
    found = collections.Counter()
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found.update(m["Body"] for m in messages)
    assert found == +expected


LOAD_VISIBILITY_SECONDS = 3


def verify(server):
    """The stopped server's journal has every checksum and link right, but for a torn tail."""
    done = subprocess.run([str(BINARY), "journal", "verify", str(server.data)], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


class Load(threading.Thread):
    """A client that sends, receives and deletes until its connection breaks, and remembers what it
    was told and what it does not know."""

    def __init__(self, port, queue, name, group=None):
        super().__init__()
        self.port, self.queue, self.prefix, self.group = port, queue, name, group
        self.sent, self.deleted = set(), set()
        self.maybe_sent, self.maybe_deleted = set(), set()
        self.received = set()
        self.random = random.Random(name)

    def call(self, wire, action, payload):
        wire.send(json_request_bytes(action, {"QueueUrl": self.queue} | payload))
        status, _, body = wire.read()
        if status != 200:
            raise EOFError(body)
        return json.loads(body or b"{}")

    def run(self):
        try:
            with Wire(self.port) as wire:
                turn = 0
                while True:
                    self.step(wire, turn)
                    turn += 1
        except (EOFError, OSError):
            return

    def step(self, wire, turn):
        entries = []
        for number in range(self.random.randrange(1, 6)):
            body = f"{self.prefix}-{turn}-{number}"
            entry = {"Id": str(number), "MessageBody": body + " " * self.random.randrange(2000)}
            if self.group:
                entry |= {"MessageGroupId": self.group, "MessageDeduplicationId": body}
            entries.append(entry)
        names = {entry["MessageBody"].rstrip() for entry in entries}
        self.maybe_sent |= names
        self.call(wire, "SendMessageBatch", {"Entries": entries})
        self.sent |= names
        if self.random.random() < 0.6:
            self.finish(wire)

    def finish(self, wire):
        answer = self.call(wire, "ReceiveMessage", {
            "MaxNumberOfMessages": self.random.randrange(1, 11), "VisibilityTimeout": LOAD_VISIBILITY_SECONDS})
        for message in answer.get("Messages", []):
            name = message["Body"].rstrip()
            self.received.add(name)
            if self.random.random() < 0.8:
                self.maybe_deleted.add(name)
                self.call(wire, "DeleteMessage", {"ReceiptHandle": message["ReceiptHandle"]})
                self.deleted.add(name)


@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@pytest.mark.parametrize("way", ["kill", "stop"])
def test_nothing_is_lost_and_nothing_resurrected_under_load(start_server, fifo, way):
    server = start_server("--segment-size", "8MiB", "--snapshot-interval", "512KiB")
    sqs = make_client(server.url)
    attributes = {"FifoQueue": "true"} if fifo else {}
    queue = sqs.create_queue(QueueName="q.fifo" if fifo else "q", Attributes=attributes)["QueueUrl"]
    sent, deleted, maybe_sent, maybe_deleted, received = set(), set(), set(), set(), set()
    for turn in range(3):
        loads = [Load(server.port, queue, f"{turn}-{n}", f"group-{n}" if fifo else None) for n in range(8)]
        for load in loads:
            load.start()
        time.sleep(0.7)
        server.kill() if way == "kill" else server.stop()
        for load in loads:
            load.join(10)
            assert not load.is_alive()
            sent |= load.sent
            deleted |= load.deleted
            maybe_sent |= load.maybe_sent
            maybe_deleted |= load.maybe_deleted
            received |= load.received
        verify(server)
        server.start()
    assert sent and deleted
    # Receives that were never answered end with their visibility; then everything can be received.
    time.sleep(LOAD_VISIBILITY_SECONDS)
    found, order = collections.Counter(), collections.defaultdict(list)
    while messages := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=600, WaitTimeSeconds=1,
            AttributeNames=["All"]).get("Messages"):
        for message in messages:
            name = message["Body"].rstrip()
            found[name] += 1
            told = message["Attributes"]
            order[told.get("MessageGroupId")].append(told.get("SequenceNumber"))
            assert int(told["ApproximateReceiveCount"]) >= 1 + (name in received)
        sqs.delete_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)])
    here = set(found)
    assert max(found.values(), default=1) == 1, "duplicated"
    assert here <= maybe_sent, "unexpected"
    assert not here & deleted, "resurrected"
    assert sent - maybe_deleted <= here, f"lost: {sorted(sent - maybe_deleted - here)[:5]}"
    assert counts(sqs, queue) == (0, 0, 0)
    if fifo:
        for numbers in order.values():
            assert numbers == sorted(numbers), "reordered"
