"""Batches: the order of checks, errors of entries and of the whole."""

import pytest

from support.digests import md5
from support.expect import PREFIX, bodies, counts, refused

MIB = 1024 * 1024
BAD_ID = ("A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at "
          "most 80 letters long.")


def entries(count, **fields):
    return [{"Id": f"id-{n}", "MessageBody": f"body {n}"} | fields for n in range(count)]


# The three batch actions with a function that makes one entry.
BATCHES = [
    ("send_message_batch", lambda number: {"MessageBody": "x"}),
    ("delete_message_batch", lambda number: {"ReceiptHandle": "garbage"}),
    ("change_message_visibility_batch", lambda number: {"ReceiptHandle": "garbage", "VisibilityTimeout": 1}),
]


@pytest.mark.parametrize("operation, entry", BATCHES)
class TestEveryBatch:
    def test_an_empty_batch_is_refused(self, sqs, queue, operation, entry):
        with refused(PREFIX + "EmptyBatchRequest"):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[])

    def test_ten_entries_are_the_most(self, sqs, queue, operation, entry):
        many = [{"Id": str(n)} | entry(n) for n in range(20)]
        text = "Maximum number of entries per request are 10. You have sent 20."
        with refused(PREFIX + "TooManyEntriesInBatchRequest", text):
            getattr(sqs, operation)(QueueUrl=queue, Entries=many)

    def test_ids_are_distinct(self, sqs, queue, operation, entry):
        with refused(PREFIX + "BatchEntryIdsNotDistinct", contains="twice"):
            getattr(sqs, operation)(
                QueueUrl=queue, Entries=[{"Id": "twice"} | entry(0), {"Id": "twice"} | entry(1)])

    @pytest.mark.parametrize("identifier", ["", "a b", "a.b", "ä", "i" * 81])
    def test_ids_have_a_form(self, sqs, queue, operation, entry, identifier):
        with refused(PREFIX + "InvalidBatchEntryId", BAD_ID):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[{"Id": identifier} | entry(0)])


def test_a_batch_sends_every_entry(sqs, queue):
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries(10))
    assert "Failed" not in answer or answer["Failed"] == []
    assert {e["Id"]: e["MD5OfMessageBody"] for e in answer["Successful"]} == {
        f"id-{n}": md5(f"body {n}") for n in range(10)}
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert {m["MessageId"] for m in received} == {e["MessageId"] for e in answer["Successful"]}
    assert [m["Body"] for m in received] == [f"body {n}" for n in range(10)]


def test_an_entry_of_eighty_characters_is_an_id(sqs, queue):
    identifier = "Ab-_" * 20
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": identifier, "MessageBody": "x"}])
    assert answer["Successful"][0]["Id"] == identifier


def test_entries_fail_alone(sqs, queue):
    batch = entries(3)
    batch[1]["MessageBody"] = "a\x01b"
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert [e["Id"] for e in answer["Successful"]] == ["id-0", "id-2"]
    failed = answer["Failed"][0]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("id-1", "InvalidMessageContents", True)
    assert counts(sqs, queue) == (2, 0, 0)


def test_an_oversized_entry_fails_with_its_own_text(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    batch = entries(2)
    batch[0]["MessageBody"] = "x" * 1025
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert [e["Id"] for e in answer["Successful"]] == ["id-1"]
    assert answer["Failed"] == [{
        "Id": "id-0", "SenderFault": True, "Code": "InvalidParameterValue",
        "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 "
                   "bytes."}]


def test_an_entry_without_a_body_fails(sqs, queue):
    batch = entries(2)
    batch[1]["MessageBody"] = ""
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert [e["Id"] for e in answer["Successful"]] == ["id-0"]
    assert (answer["Failed"][0]["Code"], answer["Failed"][0]["SenderFault"]) == ("MissingParameter", True)


def test_all_entries_together_have_a_limit(sqs, queue):
    half = "x" * (MIB // 2)
    sqs.send_message_batch(QueueUrl=queue, Entries=entries(2, MessageBody=half))
    text = "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."
    batch = entries(2, MessageBody=half)
    batch[0]["MessageBody"] += "x"
    with refused(PREFIX + "BatchRequestTooLong", text):
        sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert counts(sqs, queue) == (2, 0, 0)


def test_the_limit_of_a_batch_is_not_the_queues(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries(3, MessageBody="x" * 1024))
    assert len(answer["Successful"]) == 3


@pytest.mark.parametrize("missing, text", [
    ("MessageGroupId", "The request must contain the parameter MessageGroupId."),
    ("MessageDeduplicationId",
     "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
     "explicitly"),
])
def test_a_missing_group_or_deduplication_id_fails_the_whole_batch(sqs, make_queue, missing, text):
    queue = make_queue(fifo=True)
    batch = [entry | {"MessageGroupId": "g", "MessageDeduplicationId": entry["Id"]} for entry in entries(3)]
    del batch[1][missing]
    with refused("InvalidParameterValue", text):
        sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    assert counts(sqs, queue) == (0, 0, 0)


def test_a_bad_id_is_found_before_a_later_duplicate(sqs, queue):
    batch = [{"Id": "a b", "MessageBody": "x"}, {"Id": "one", "MessageBody": "x"},
             {"Id": "one", "MessageBody": "x"}]
    with refused(PREFIX + "InvalidBatchEntryId"):
        sqs.send_message_batch(QueueUrl=queue, Entries=batch)


def test_a_fifo_batch_keeps_its_order(sqs, fifo_queue):
    answer = sqs.send_message_batch(QueueUrl=fifo_queue, Entries=entries(10, MessageGroupId="g"))
    numbers = [e["SequenceNumber"] for e in answer["Successful"]]
    assert numbers == sorted(numbers) and len(set(numbers)) == 10 and all(len(n) == 20 for n in numbers)
    received = bodies(sqs.receive_message(QueueUrl=fifo_queue, MaxNumberOfMessages=10))
    assert received == [f"body {n}" for n in range(10)]


def test_a_duplicate_within_a_batch_gets_the_first_ones_id(sqs, fifo_queue):
    batch = entries(2, MessageGroupId="g", MessageBody="same")
    answer = sqs.send_message_batch(QueueUrl=fifo_queue, Entries=batch)
    assert len({e["MessageId"] for e in answer["Successful"]}) == 1
    assert counts(sqs, fifo_queue) == (1, 0, 0)


def test_a_batch_deletes_what_it_can(sqs, queue):
    sqs.send_message_batch(QueueUrl=queue, Entries=entries(3))
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    batch = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(received)]
    batch.append({"Id": "bad", "ReceiptHandle": "garbage"})
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=batch)
    assert [e["Id"] for e in answer["Successful"]] == ["0", "1", "2"]
    failed = answer["Failed"][0]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("bad", "ReceiptHandleIsInvalid", True)
    assert counts(sqs, queue) == (0, 0, 0)


def test_a_batch_changes_the_visibility_of_what_it_can(sqs, queue):
    sqs.send_message_batch(QueueUrl=queue, Entries=entries(2))
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    answer = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[
        {"Id": "good", "ReceiptHandle": received[0]["ReceiptHandle"], "VisibilityTimeout": 0},
        {"Id": "high", "ReceiptHandle": received[1]["ReceiptHandle"], "VisibilityTimeout": 43201},
        {"Id": "bad", "ReceiptHandle": "garbage", "VisibilityTimeout": 0}])
    assert [e["Id"] for e in answer["Successful"]] == ["good"]
    codes = {e["Id"]: e["Code"] for e in answer["Failed"]}
    assert codes == {"high": "InvalidParameterValue", "bad": "ReceiptHandleIsInvalid"}
    assert counts(sqs, queue) == (1, 1, 0)
