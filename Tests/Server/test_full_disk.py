"""A file system without room, one that cannot be written, and a directory that somebody else has.

What holds always: what was answered with yes is there when there is room again.
"""

import collections
import os
import subprocess
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from support.clients import make_client, make_sns_client
from support.expect import bodies, counts
from support.journal_files import apus, fingerprint, refusal
from support.server import Server
from support.topics import eventually

OPTIONS = ["--segment-size", "8MiB", "--snapshot-interval", "1MiB"]
MIB = 1 << 20


class Volume:
    """A small file system in memory."""

    def __init__(self, path):
        self.path = path

    def mount(self, options, *more):
        return subprocess.run(["mount", *more, "-o", options, "tmpfs", str(self.path)], capture_output=True, text=True)

    def remount(self, options):
        done = self.mount("remount," + options, "-t", "tmpfs")
        assert done.returncode == 0, done.stderr

    @property
    def free(self):
        status = os.statvfs(self.path)
        return status.f_bavail * status.f_frsize

    def take(self, leaving=0):
        """Somebody else's file takes the room, but for so many bytes."""
        with open(self.path / "ballast", "ab") as file:
            while self.free > leaving:
                file.write(bytes(min(self.free - leaving, MIB)))
                file.flush()

    def give_back(self):
        (self.path / "ballast").unlink()


@pytest.fixture
def volume(tmp_path):
    path = tmp_path / "volume"
    path.mkdir()
    volume = Volume(path)
    done = volume.mount("size=44m,mode=755", "-t", "tmpfs")
    if done.returncode != 0:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    yield volume
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def server(volume, tmp_path):
    server = Server(volume.path, *OPTIONS)
    server.log_path = tmp_path / "server.log"
    yield server
    server.dispose()


class Sender(threading.Thread):
    """Sends until it is told to stop; knows what was answered, and by what it was refused."""

    def __init__(self, sqs, queue, name, size, is_over):
        super().__init__()
        self.sqs, self.queue = sqs, queue
        self.prefix, self.size, self.is_over = name, size, is_over
        self.acknowledged, self.asked, self.refusals = set(), set(), collections.Counter()

    def run(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            name = f"{self.prefix}-{number}"
            self.asked.add(name)
            try:
                self.sqs.send_message(QueueUrl=self.queue, MessageBody=name + " " + "x" * self.size)
                self.acknowledged.add(name)
            except ClientError as error:
                self.asked.discard(name)
                self.refusals[error.response["Error"]["Code"]] += 1
                time.sleep(0.01)
            except BotoCoreError:
                self.refusals["lost"] += 1
                return


def queue_of(server, name="q"):
    return f"{server.url}/000000000000/{name}"


def send_until(server, is_enough, sizes=(900_000, 100_000, 1000)):
    """Has clients send until there is enough of something, or the server is gone; returns them."""
    over = threading.Event()
    sqs = make_client(server.url)
    senders = [Sender(sqs, queue_of(server), f"{time.monotonic_ns()}-{size}", size, over) for size in sizes]
    for sender in senders:
        sender.start()
    try:
        eventually(lambda: is_enough(senders) or server.process.poll() is not None, seconds=60)
    finally:
        over.set()
        for sender in senders:
            sender.join(60)
    return senders


def are_refused(senders):
    return all(sender.refusals for sender in senders)


def names_in(server, queue="q"):
    """The names of everything in the queue, each once."""
    sqs = make_client(server.url)
    found = collections.Counter()
    while messages := sqs.receive_message(QueueUrl=queue_of(server, queue), MaxNumberOfMessages=10).get("Messages"):
        found.update(message["Body"].split(" ")[0] for message in messages)
    assert max(found.values(), default=1) == 1
    return set(found)


def everything(senders, kind):
    return set().union(*(getattr(sender, kind) for sender in senders))


def test_a_full_disk_refuses_sends_and_lets_receives_go_on(server, volume):
    server.start()
    sqs = make_client(server.url)
    sqs.create_queue(QueueName="q")
    senders = send_until(server, are_refused)
    assert set().union(*(sender.refusals for sender in senders)) == {"ServiceUnavailable"}
    assert server.process.poll() is None
    acknowledged = everything(senders, "acknowledged")
    assert sum(counts(sqs, queue_of(server))) == len(acknowledged) > 20
    # A batch is refused entry by entry, a publish as a whole.
    failed = sqs.send_message_batch(QueueUrl=queue_of(server), Entries=[{"Id": "a", "MessageBody": "x"}])["Failed"]
    assert [entry["Code"] for entry in failed] == ["ServiceUnavailable"]
    topic = make_sns_client(server.url).create_topic(Name="t")["TopicArn"]
    with pytest.raises(ClientError):
        make_sns_client(server.url).publish(TopicArn=topic, Message="x")
    # Finishing messages makes room.
    finished = set()
    while len(finished) < len(acknowledged) - 5:
        for message in sqs.receive_message(QueueUrl=queue_of(server), MaxNumberOfMessages=10)["Messages"]:
            sqs.delete_message(QueueUrl=queue_of(server), ReceiptHandle=message["ReceiptHandle"])
            finished.add(message["Body"].split(" ")[0])
    later = send_until(server, lambda senders: all(sender.acknowledged for sender in senders), sizes=[1000])
    server.crash()
    found = names_in(server)
    assert found == acknowledged - finished | everything(later, "acknowledged")


def test_a_start_on_a_full_disk_and_on_one_with_room_again_loses_nothing(server, volume):
    server.start()
    make_client(server.url).create_queue(QueueName="q")
    senders = send_until(server, are_refused)
    acknowledged = everything(senders, "acknowledged")
    server.kill()
    volume.take()
    before = fingerprint(server.data)
    status, said = refusal(server.data, *OPTIONS)
    assert status == 1 and "No space left on device" in said and "manifest.draft" in said, said
    assert fingerprint(server.data).items() >= before.items()
    volume.give_back()
    volume.remount("size=200m")
    server.start()
    assert acknowledged == names_in(server)
    assert everything(send_until(server, lambda senders: all(s.acknowledged for s in senders)), "acknowledged")


def test_a_directory_is_not_founded_without_room(server, volume):
    volume.take()
    status, said = refusal(server.data, *OPTIONS)
    assert status in (1, 2) and "No space left on device" in said, said
    volume.give_back()
    server.start()
    make_client(server.url).create_queue(QueueName="q")
    server.crash()
    assert counts(make_client(server.url), queue_of(server)) == (0, 0, 0)


@pytest.mark.parametrize("leaving", [0, 100_000, 5 * MIB])
def test_room_that_others_take_while_it_runs(server, volume, leaving):
    server.start()
    sqs = make_client(server.url)
    sqs.create_queue(QueueName="q")
    first = send_until(server, lambda senders: all(len(sender.acknowledged) > 2 for sender in senders))
    volume.take(leaving)
    second = send_until(server, are_refused)
    acknowledged = everything(first + second, "acknowledged")
    asked = everything(first + second, "asked")
    if server.process.poll() is None:
        # Refused with room for what is finished.
        message, = sqs.receive_message(QueueUrl=queue_of(server), VisibilityTimeout=0)["Messages"]
        assert message["Body"].split(" ")[0] in acknowledged
        volume.give_back()
        third = send_until(server, lambda senders: all(sender.acknowledged for sender in senders))
        acknowledged |= everything(third, "acknowledged")
        asked |= everything(third, "asked")
        server.kill()
    else:
        assert server.process.returncode == 1 and "No space left on device" in server.log
        server.process = None
        volume.give_back()
    assert apus("journal", "verify", server.data).returncode == 0
    server.start()
    assert acknowledged <= names_in(server) <= asked


def test_without_room_receives_go_on_until_a_segment_is_full_and_then_it_stops(server, volume):
    """Receives and deletes need room in the journal, too: without any, the answer is no and the server stops."""
    server.start()
    sqs = make_client(server.url)
    sqs.create_queue(QueueName="q")
    senders = send_until(server, lambda senders: all(len(sender.acknowledged) > 2 for sender in senders))
    volume.take()
    senders += send_until(server, are_refused)
    acknowledged = everything(senders, "acknowledged")
    tags = 0
    with pytest.raises((BotoCoreError, ClientError)):
        # Each change takes some kilobytes of the journal; nothing frees any.
        for turn in range(20_000):
            sqs.tag_queue(QueueUrl=queue_of(server), Tags={f"tag{n}": f"{turn} " + "x" * 240 for n in range(50)})
            tags = turn
    assert server.process.wait(30) == 1 and tags > 0
    assert "error the journal failed" in server.log and "No space left on device" in server.log
    server.process = None
    volume.give_back()
    server.start()
    told = sqs.list_queue_tags(QueueUrl=queue_of(server))["Tags"]["tag0"].split(" ")[0]
    assert int(told) in (tags, tags + 1)
    assert names_in(server) == acknowledged


def test_a_volume_that_can_only_be_read(server, volume):
    server.start()
    sqs = make_client(server.url)
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName="q")["QueueUrl"], MessageBody="kept")
    assert server.stop() == 0
    volume.remount("ro")
    status, said = refusal(server.data, *OPTIONS)
    assert status == 2 and "cannot be used (open: Read-only file system)" in said, said
    assert "allowed: a directory that this user can write" in said
    for verb in ("inspect", "verify"):
        assert apus("journal", verb, server.data).returncode == 0
    volume.remount("rw")
    server.start()
    assert bodies(sqs.receive_message(QueueUrl=queue_of(server))) == ["kept"]


# -- In use

@pytest.mark.parametrize("is_removed", [False, True], ids=["with-lock-file", "without-lock-file"])
def test_a_directory_in_use_is_refused(start_server, is_removed):
    server = start_server()
    if is_removed:
        (server.data / "lock").unlink()
    status, said = refusal(server.data)
    assert status == 2
    assert f'"{server.data}" is in use by another apus process; allowed: a directory of its own for each' in said
    sqs = make_client(server.url)
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName="q")["QueueUrl"], MessageBody="undisturbed")
    # A killed process leaves no lock behind.
    server.crash()
    assert bodies(sqs.receive_message(QueueUrl=queue_of(server))) == ["undisturbed"]
