"""Files that are damaged: each is repaired as the documents say, or refused with a line that names the file and
changes nothing. The tables are in protocol-docs/journal-format.md, "Recovery" and "What else can be damaged".
"""

import os
import re
import struct

import pytest

from support.clients import make_client, make_sns_client
from support.expect import bodies, counts
from support.journal_files import apus, fingerprint, flip, patch_first_record, refusal, seal, unpack
from support.server import Server
from support.topics import eventually

OPTIONS = ["--segment-size", "8MiB"]
SEGMENT_BYTES = 8 << 20


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A server that has stopped: an old segment with live records, a snapshot, two segments behind it."""
    server = Server(tmp_path_factory.mktemp("written"), *OPTIONS, "--snapshot-interval", "1GiB")
    server.start()
    sqs, sns = make_client(server.url), make_sns_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    for number in range(10):
        sqs.send_message(QueueUrl=queue, MessageBody=f"old {number} " + "x" * 900_000)
    server.restart("--snapshot-interval", "4KiB")
    sqs.send_message(QueueUrl=queue, MessageBody="at the snapshot " + "x" * 900_000)
    eventually(lambda: list(server.data.glob("snapshot-*[0-9a-f]")))
    server.restart("--snapshot-interval", "1GiB")
    for number in range(10):
        sqs.send_message(QueueUrl=queue, MessageBody=f"new {number} " + "x" * 900_000)
    # A subscriber with envelopes, so that there is a key, and an archive.
    sqs.create_queue(QueueName="fan")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:fan")
    sns.publish(TopicArn=topic, Message="signed")
    assert bodies(sqs.receive_message(QueueUrl=f"{server.url}/000000000000/fan"))
    log = sns.create_topic(Name="log.fifo", Attributes={
        "FifoTopic": "true", "ArchivePolicy": '{"MessageRetentionPeriod": "30"}'})["TopicArn"]
    sns.publish(TopicArn=log, Message="archived", MessageGroupId="g", MessageDeduplicationId="d")
    # Nothing is to be recorded behind the last message.
    eventually(lambda: deliveries_ended(server.data) > 0)
    sqs.send_message(QueueUrl=queue, MessageBody="the last")
    assert server.stop() == 0
    return server.data


@pytest.fixture
def copy(written, tmp_path):
    """A directory of the test's own with the same files."""
    data = tmp_path / "data"
    data.mkdir()
    for path in written.iterdir():
        (data / path.name).write_bytes(path.read_bytes())
    return data


@pytest.fixture
def started(copy, tmp_path):
    """Starts a server on the copy."""
    server = Server(tmp_path, *OPTIONS)
    yield server.start
    server.dispose()


def snapshot_of(data):
    return max(data.glob("snapshot-*"))


def segments_of(data):
    """The segments that hold something, in order."""
    return [path for path in sorted(data.glob("segment-*")) if any(path.read_bytes()[:4])]


def replayed_of(data):
    """The segment where replay begins: the one with the byte before the snapshot's position."""
    position = int(snapshot_of(data).name.split("-")[1], 16)
    return data / f"segment-{(position - 1) // SEGMENT_BYTES:016x}"


def truncate(count):
    return lambda path: os.truncate(path, count)


def older_epoch(path):
    """The manifest as an earlier start wrote it."""
    data = path.read_bytes()
    path.write_bytes(seal(data[:16] + struct.pack("<I", 1) + data[20:24], data[24:]))


def files(data):
    return {"manifest": data / "manifest", "snapshot": snapshot_of(data), "old": segments_of(data)[0],
            "replayed": replayed_of(data), "last": segments_of(data)[-1]}


REMOVE = os.unlink
# File, damage, what the line says. `BYTE` in it stands for a number.
REFUSED = [
    ("manifest", lambda path: flip(path, 30), "manifest at byte 0: it is no manifest of a journal"),
    ("manifest", truncate(40), "manifest at byte 0: it is no manifest of a journal"),
    ("manifest", truncate(0), "manifest at byte 0: it is no manifest of a journal"),
    ("manifest", REMOVE, "manifest at byte 0: it is not there, though (segments or snapshots are|archive.sqlite is)"),
    ("manifest", older_epoch, "FILE at byte 0: its epoch is ahead of the manifest's"),
    ("snapshot", lambda path: flip(path, 30), "FILE at byte 0: a bad checksum where a record was written"),
    ("snapshot", lambda path: flip(path, 500), "FILE at byte BYTE: a bad checksum where a record was written"),
    ("snapshot", lambda path: flip(path, -20), "FILE at byte BYTE: a bad checksum where a record was written"),
    ("snapshot", truncate(500), "FILE at byte BYTE: a length that cannot be where a record was written"),
    ("snapshot", truncate(0), "FILE at byte 0: no record where a record was written"),
    ("snapshot", lambda path: patch_first_record(path, 0, bytes(8)),
     "FILE at byte 0: it is no snapshot of this journal and position"),
    ("old", lambda path: flip(path, 0), "FILE at byte 0: it begins with no batch"),
    ("old", truncate(4 << 20), "FILE at byte 0: it holds 4194304 bytes"),
    ("old", truncate(0), "FILE at byte 0: it holds 0 bytes"),
    ("replayed", lambda path: flip(path, 0), "FILE at byte 0: the snapshot needs it, and it begins with no batch"),
    ("replayed", lambda path: flip(path, 4000), "FILE at byte BYTE: a bad checksum, but a batch at position BYTE was "
     "written when everything before position BYTE was on disk"),
    ("replayed", truncate(4 << 20), "FILE at byte 0: the snapshot needs it, and it begins with no batch"),
    ("replayed", truncate(0), "FILE at byte 0: the snapshot needs it, and it begins with no batch"),
    ("replayed", REMOVE, "FILE at byte 0: the snapshot needs it, and it begins with no batch"),
    ("last", lambda path: flip(path, 0), "segment-[0-9a-f]+ at byte BYTE: "),
    ("last", lambda path: flip(path, 4000), "FILE at byte BYTE: a bad checksum, but a batch at position BYTE was "
     "written when everything before position BYTE was on disk"),
    ("last", truncate(4 << 20), "segment-[0-9a-f]+ at byte BYTE: "),
]


@pytest.mark.parametrize("kind,damage,says", REFUSED, ids=[f"{n}-{row[0]}" for n, row in enumerate(REFUSED)])
def test_damage_is_refused_with_file_and_place(copy, kind, damage, says):
    path = files(copy)[kind]
    pattern = says.replace("FILE", "segment-[0-9a-f]+" if kind == "manifest" else re.escape(path.name))
    pattern = pattern.replace("BYTE", "[0-9]+")
    damage(path)
    before = fingerprint(copy)
    verified = apus("journal", "verify", copy)
    status, said = refusal(copy, *OPTIONS)
    assert status == 1 and len(re.findall(pattern, said)) == 1, said
    assert fingerprint(copy) == before
    assert verified.returncode == 1, verified.stdout
    assert re.search(pattern.split(" at ")[0], verified.stdout + verified.stderr)


def test_a_missing_segment_that_holds_live_records_is_refused_until_it_is_back(copy, started):
    path = files(copy)["old"]
    whole = path.read_bytes()
    path.unlink()
    # Which segments hold something is known to the broker alone, so `verify` cannot tell.
    assert apus("journal", "verify", copy).returncode == 0
    for _ in range(2):
        status, said = refusal(copy, *OPTIONS)
        assert status == 1 and f"{path.name} at byte 0: the segment holds live records and is not there" in said
    path.write_bytes(whole)
    assert all_bodies(started()) == EVERYTHING


def test_the_journal_gone_and_the_archive_there_is_refused(copy):
    for path in copy.iterdir():
        if path.name.startswith(("manifest", "segment", "snapshot")):
            path.unlink()
    before = fingerprint(copy)
    status, said = refusal(copy, *OPTIONS)
    assert status == 1 and "manifest at byte 0: it is not there, though archive.sqlite is" in said
    assert fingerprint(copy) == before


# -- What is repaired

def all_bodies(server):
    """The first words of every message in `q`."""
    sqs = make_client(server.url)
    queue = f"{server.url}/000000000000/q"
    found = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"].split(" x")[0] for message in messages]
    return found


EVERYTHING = [f"old {n}" for n in range(10)] + ["at the snapshot"] + [f"new {n}" for n in range(10)] + ["the last"]


def end_of_journal(data):
    """The last segment and the offset behind its last record."""
    told = apus("journal", "inspect", data).stdout
    position = int(re.search(r"the journal ends at position (\d+)", told)[1])
    return data / f"segment-{position // SEGMENT_BYTES:016x}", position % SEGMENT_BYTES


@pytest.mark.parametrize("damage", [
    lambda path, end: flip(path, end - 10),
    lambda path, end: path.write_bytes(path.read_bytes()[:end - 20] + bytes(SEGMENT_BYTES - end + 20)),
], ids=["flipped", "zeros"])
def test_a_torn_tail_is_cut_and_the_rest_is_there(copy, started, damage):
    path, end = end_of_journal(copy)
    damage(path, end)
    assert apus("journal", "verify", copy).returncode == 0
    server = started()
    assert all_bodies(server) == EVERYTHING[:-1]
    server.crash()
    assert apus("journal", "verify", copy).returncode == 0


def test_drafts_are_removed(copy, started):
    drafts = [copy / "manifest.draft", copy / "snapshot-00000000000f0000.draft"]
    for draft in drafts:
        draft.write_bytes(b"half a")
    server = started()
    assert not any(draft.exists() for draft in drafts) and all_bodies(server) == EVERYTHING


def test_a_lock_file_that_is_gone_is_made_again(copy, started):
    (copy / "lock").unlink()
    assert all_bodies(started()) == EVERYTHING and (copy / "lock").exists()


def test_a_file_for_the_next_segment_may_hold_anything(copy, started):
    path, _ = end_of_journal(copy)
    following = copy / f"segment-{int(path.name.split('-')[1], 16) + 1:016x}"
    following.write_bytes(b"rubbish" * 1000)
    assert all_bodies(started()) == EVERYTHING


# -- What is noticed when it is read

def test_rot_in_an_old_body_stops_the_server_when_it_is_read(copy, started):
    path = files(copy)["old"]
    offset = path.read_bytes().find(b"old 3 ")
    flip(path, offset + 10)
    verified = apus("journal", "verify", copy)
    assert verified.returncode == 1 and path.name in verified.stdout
    # With little memory the body is read from the file.
    server = started("--memory-budget", "1MiB")
    with pytest.raises(Exception):
        while True:
            assert "Messages" in make_client(server.url).receive_message(
                QueueUrl=f"{server.url}/000000000000/q", MaxNumberOfMessages=1)
    assert server.process.wait(10) == 1
    assert re.search(rf"{path.name} at byte \d+: a bad checksum where a record was written", server.log)
    # It starts again, and nothing was made worse: that message is where the server stops.
    server.process = None
    server.start("--memory-budget", "1MiB")
    assert sum(counts(make_client(server.url), f"{server.url}/000000000000/q")) == len(EVERYTHING)


# -- Files that are not the journal's

KEY, CERTIFICATE = "sns-key.pem", "sns-certificate.pem"


@pytest.mark.parametrize("name,damage,says", [
    (KEY, truncate(0), rf"{KEY} is no RSA key in PEM; allowed: the file as it was written"),
    (KEY, truncate(500), rf"{KEY} is no RSA key in PEM; allowed: the file as it was written"),
    (KEY, lambda path: (path.unlink(), path.mkdir()), rf"{KEY} cannot be read; allowed: the file as it was written"),
    (CERTIFICATE, truncate(0), rf"{CERTIFICATE} is no certificate of the key beside it; allowed: "),
    (CERTIFICATE, lambda path: flip(path, 100, 1), rf"{CERTIFICATE} is no certificate of the key beside it; allowed: "),
    (CERTIFICATE, lambda path: flip(path, 600, 1), rf"{CERTIFICATE} is no certificate of the key beside it; allowed: "),
])
def test_a_damaged_key_or_certificate_is_refused(copy, name, damage, says):
    damage(copy / name)
    before = fingerprint(copy)
    status, said = refusal(copy, *OPTIONS)
    assert status == 2 and re.search(says, said), said
    assert fingerprint(copy) == before


@pytest.mark.parametrize("name", [KEY, CERTIFICATE])
def test_a_missing_key_or_certificate_is_made_anew(copy, started, name):
    before = fingerprint(copy)
    (copy / name).unlink()
    server = started()
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    sns.publish(TopicArn="arn:aws:sns:us-east-1:000000000000:t", Message="again")
    assert bodies(sqs.receive_message(QueueUrl=f"{server.url}/000000000000/fan"))
    eventually(lambda: "made a key for notifications" in server.log and (copy / CERTIFICATE).exists())
    assert server.stop() == 0
    after = fingerprint(copy)
    assert after[KEY] != before[KEY] and after[CERTIFICATE] != before[CERTIFICATE]


@pytest.mark.parametrize("damage,says", [
    (lambda path: flip(path, 3), "error archive not cleared .*archive.sqlite.*file is not a database"),
    (truncate(5000), "error archive not cleared .*archive.sqlite.*malformed"),
    (truncate(0), "warning archive holds nothing, though topics have an archive policy .*archive.sqlite"),
    (REMOVE, "warning archive holds nothing, though topics have an archive policy .*archive.sqlite"),
])
def test_a_damaged_archive_is_told_and_queues_go_on(copy, started, damage, says):
    damage(copy / "archive.sqlite")
    server = started()
    eventually(lambda: re.search(says, server.log), seconds=10)
    assert all_bodies(server) == EVERYTHING


def deliveries_ended(data):
    found = re.search(r"journal total: (\d+) deliveryEnded", apus("journal", "inspect", data).stdout)
    return int(found[1]) if found else 0


def test_a_message_for_a_damaged_archive_is_owed_until_it_is_whole(copy, started):
    whole = (copy / "archive.sqlite").read_bytes()
    flip(copy / "archive.sqlite", 3)
    server = started()
    topic = "arn:aws:sns:us-east-1:000000000000:log.fifo"
    make_sns_client(server.url).publish(
        TopicArn=topic, Message="later", MessageGroupId="g", MessageDeduplicationId="e")
    eventually(lambda: "archive failed" in server.log)
    before = deliveries_ended(copy)
    server.kill()
    (copy / "archive.sqlite").write_bytes(whole)
    server.start()
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    queue = sqs.create_queue(QueueName="again.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    # Only what is in the archive is replayed, so the attempt that follows has to be over.
    eventually(lambda: deliveries_ended(copy) > before)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:again.fifo", Attributes={
        "RawMessageDelivery": "true",
        "ReplayPolicy": '{"PointType": "Timestamp", "StartingPoint": "2001-01-01T00:00:00Z"}'})
    found = []
    eventually(lambda: found.extend(bodies(sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1))) or len(found) == 2)
    assert found == ["archived", "later"]
