"""FIFO queues: order, locks, deduplication."""

import hashlib
import time

import pytest

from support.expect import attribute, bodies, counts, refused


def send(sqs, queue, group, body, **options):
    options.setdefault("MessageDeduplicationId", f"{group}-{body}-{time.monotonic_ns()}")
    return sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=group, **options)


def receive(sqs, queue, count=10, **options):
    return sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=count, **options).get("Messages", [])


def handle_of(messages, body):
    return next(m["ReceiptHandle"] for m in messages if m["Body"] == body)


# -- Order

def test_a_receive_is_filled_from_one_group_first(sqs, fifo_queue):
    for group, body in (("g1", "g1m1"), ("g2", "g2m1"), ("g1", "g1m2"), ("g1", "g1m3")):
        send(sqs, fifo_queue, group, body)
    assert bodies(sqs.receive_message(QueueUrl=fifo_queue, MaxNumberOfMessages=10)) == [
        "g1m1", "g1m2", "g1m3", "g2m1"]


def test_a_group_is_received_in_the_order_sent(sqs, fifo_queue):
    for number in range(25):
        send(sqs, fifo_queue, "g", str(number))
    found = []
    while messages := receive(sqs, fifo_queue):
        found += [m["Body"] for m in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=message["ReceiptHandle"])
    assert found == [str(number) for number in range(25)]


def test_sequence_numbers_have_twenty_digits_and_grow(sqs, fifo_queue):
    numbers = [send(sqs, fifo_queue, group, "x")["SequenceNumber"] for group in ("a", "b", "a", "a")]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))


def test_after_a_timeout_other_groups_come_first(sqs, fifo_queue):
    for group in ("g1", "g2", "g3"):
        send(sqs, fifo_queue, group, group)
    first = receive(sqs, fifo_queue, 1)
    assert [m["Body"] for m in first] == ["g1"]
    sqs.change_message_visibility(
        QueueUrl=fifo_queue, ReceiptHandle=first[0]["ReceiptHandle"], VisibilityTimeout=0)
    assert [m["Body"] for m in receive(sqs, fifo_queue, 1)] != ["g1"]


# -- Locks

def test_a_received_group_is_locked(sqs, fifo_queue):
    send(sqs, fifo_queue, "g", "one")
    send(sqs, fifo_queue, "g", "two")
    first = receive(sqs, fifo_queue, 1)
    assert [m["Body"] for m in first] == ["one"] and receive(sqs, fifo_queue) == []
    assert counts(sqs, fifo_queue) == (1, 1, 0)
    sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=first[0]["ReceiptHandle"])
    assert [m["Body"] for m in receive(sqs, fifo_queue)] == ["two"]


def test_deleting_one_of_two_keeps_the_lock(sqs, fifo_queue):
    for body in ("one", "two", "three"):
        send(sqs, fifo_queue, "g", body)
    messages = receive(sqs, fifo_queue, 2)
    sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=handle_of(messages, "one"))
    assert receive(sqs, fifo_queue) == []
    sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=handle_of(messages, "two"))
    assert [m["Body"] for m in receive(sqs, fifo_queue)] == ["three"]


def test_a_new_send_does_not_unlock(sqs, fifo_queue):
    send(sqs, fifo_queue, "g", "one")
    receive(sqs, fifo_queue)
    send(sqs, fifo_queue, "g", "two")
    assert receive(sqs, fifo_queue) == []


def test_other_groups_go_on(sqs, fifo_queue):
    send(sqs, fifo_queue, "a", "a1")
    receive(sqs, fifo_queue)
    send(sqs, fifo_queue, "a", "a2")
    send(sqs, fifo_queue, "b", "b1")
    assert [m["Body"] for m in receive(sqs, fifo_queue)] == ["b1"]


@pytest.mark.parametrize("kept, visible", [("m1", ["m0"]), ("m0", []), ("m2", ["m0", "m1"])])
def test_a_group_unlocks_up_to_the_first_message_in_flight(sqs, fifo_queue, kept, visible):
    for body in ("m0", "m1", "m2"):
        send(sqs, fifo_queue, "g", body)
    messages = receive(sqs, fifo_queue)
    for message in messages:
        if message["Body"] != kept:
            sqs.change_message_visibility(
                QueueUrl=fifo_queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert [m["Body"] for m in receive(sqs, fifo_queue)] == visible


def test_a_zero_timeout_at_receive_locks_nothing(sqs, fifo_queue):
    send(sqs, fifo_queue, "g", "one")
    for _ in range(3):
        assert [m["Body"] for m in receive(sqs, fifo_queue, VisibilityTimeout=0)] == ["one"]


# -- Parameters

def test_a_group_is_required(sqs, fifo_queue):
    with refused("MissingParameter", "The request must contain the parameter MessageGroupId."):
        sqs.send_message(QueueUrl=fifo_queue, MessageBody="x")


def test_a_deduplication_id_or_content_is_required(sqs, make_queue):
    text = ("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly")
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=make_queue(fifo=True), MessageBody="x", MessageGroupId="g")


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["", "a b", "x" * 129, "é"])
def test_ids_have_a_form(sqs, fifo_queue, name, value):
    text = (f"Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and "
            "punctuation characters. 1 to 128 in length.")
    arguments = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} | {name: value}
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=fifo_queue, MessageBody="x", **arguments)


def test_all_punctuation_is_allowed_in_ids(sqs, fifo_queue):
    identifier = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ09"
    send(sqs, fifo_queue, identifier, "x", MessageDeduplicationId=identifier)
    message = sqs.receive_message(QueueUrl=fifo_queue, AttributeNames=["All"])["Messages"][0]
    assert message["Attributes"]["MessageGroupId"] == identifier
    assert message["Attributes"]["MessageDeduplicationId"] == identifier


def test_a_message_has_no_delay_of_its_own(sqs, fifo_queue):
    text = ("Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not "
            "valid for this queue type.")
    with refused("InvalidParameterValue", text):
        send(sqs, fifo_queue, "g", "x", DelaySeconds=2)
    send(sqs, fifo_queue, "g", "x", DelaySeconds=0)


def test_zero_delay_means_the_queues(sqs, make_queue):
    queue = make_queue(fifo=True, DelaySeconds=600)
    send(sqs, queue, "g", "x", DelaySeconds=0)
    assert counts(sqs, queue) == (0, 0, 1)


# -- Deduplication

def test_a_duplicate_gets_the_original_id_and_is_not_delivered(sqs, make_queue):
    queue = make_queue(fifo=True)
    first = send(sqs, queue, "g", "one", MessageDeduplicationId="d")
    again = send(sqs, queue, "g", "two", MessageDeduplicationId="d")
    assert again["MessageId"] == first["MessageId"]
    assert again["SequenceNumber"] == first["SequenceNumber"]
    assert [m["Body"] for m in receive(sqs, queue)] == ["one"]


def test_a_duplicate_is_known_after_the_delete(sqs, make_queue):
    queue = make_queue(fifo=True)
    first = send(sqs, queue, "g", "one", MessageDeduplicationId="d")
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=receive(sqs, queue)[0]["ReceiptHandle"])
    assert send(sqs, queue, "g", "one", MessageDeduplicationId="d")["MessageId"] == first["MessageId"]
    assert counts(sqs, queue) == (0, 0, 0)


def test_content_is_the_sha_256_of_the_body_alone(sqs, fifo_queue):
    def content(body, **options):
        return sqs.send_message(QueueUrl=fifo_queue, MessageBody=body, MessageGroupId="g", **options)

    first = content("same")
    again = content("same", MessageAttributes={"a": {"DataType": "String", "StringValue": "v"}})
    assert again["MessageId"] == first["MessageId"]
    message = sqs.receive_message(QueueUrl=fifo_queue, AttributeNames=["All"])["Messages"][0]
    assert message["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"same").hexdigest()


def test_an_explicit_id_overrides_content(sqs, fifo_queue):
    ids = {sqs.send_message(QueueUrl=fifo_queue, MessageBody="same", MessageGroupId="g",
                            MessageDeduplicationId=d)["MessageId"] for d in ("a", "b")}
    assert len(ids) == 2


def test_the_scope_queue_spans_groups(sqs, make_queue):
    queue = make_queue(fifo=True)
    ids = {send(sqs, queue, group, "x", MessageDeduplicationId="d")["MessageId"] for group in ("a", "b")}
    assert len(ids) == 1


def test_the_scope_message_group_spans_one_group(sqs, make_queue):
    queue = make_queue(fifo=True, DeduplicationScope="messageGroup")
    ids = {send(sqs, queue, group, "x", MessageDeduplicationId="d")["MessageId"] for group in ("a", "b", "a")}
    assert len(ids) == 2


@pytest.mark.parametrize("created, changed, distinct", [("queue", "messageGroup", 1), ("messageGroup", "queue", 2)])
def test_the_scope_is_fixed_at_creation(sqs, make_queue, created, changed, distinct):
    queue = make_queue(fifo=True, DeduplicationScope=created)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DeduplicationScope": changed})
    assert attribute(sqs, queue, "DeduplicationScope") == changed
    ids = {send(sqs, queue, group, "x", MessageDeduplicationId="d")["MessageId"] for group in ("a", "b")}
    assert len(ids) == distinct


# -- ReceiveRequestAttemptId

def test_an_attempt_id_returns_the_same_messages_and_handles(sqs, fifo_queue):
    for body in ("one", "two"):
        send(sqs, fifo_queue, "g", body)
    first = receive(sqs, fifo_queue, ReceiveRequestAttemptId="attempt")
    again = receive(sqs, fifo_queue, ReceiveRequestAttemptId="attempt")
    assert [m["Body"] for m in first] == ["one", "two"]
    assert [m["ReceiptHandle"] for m in again] == [m["ReceiptHandle"] for m in first]
    assert receive(sqs, fifo_queue, ReceiveRequestAttemptId="another") == []


def test_an_attempt_id_is_spent_when_a_message_was_deleted(sqs, fifo_queue):
    for body in ("one", "two"):
        send(sqs, fifo_queue, "g", body)
    first = receive(sqs, fifo_queue, ReceiveRequestAttemptId="attempt")
    sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=first[0]["ReceiptHandle"])
    again = receive(sqs, fifo_queue, ReceiveRequestAttemptId="attempt")
    assert first[0]["ReceiptHandle"] not in [m["ReceiptHandle"] for m in again]


@pytest.mark.parametrize("value", ["", "a" * 129, "a b"])
def test_an_attempt_id_has_a_form(sqs, fifo_queue, value):
    with refused("InvalidParameterValue", contains="ReceiveRequestAttemptId"):
        sqs.receive_message(QueueUrl=fifo_queue, ReceiveRequestAttemptId=value)
