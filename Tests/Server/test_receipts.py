"""Receipt handles: deleting messages and changing their visibility."""

import time

import pytest

from support.expect import bodies, counts, refused

GARBAGE = 'The input receipt handle "garbage" is not a valid receipt handle.'


def receive(sqs, queue, **options):
    return sqs.receive_message(QueueUrl=queue, **options)["Messages"][0]["ReceiptHandle"]


@pytest.fixture
def handle(sqs, queue):
    """The handle of the one message of the queue."""
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    return receive(sqs, queue)


# -- Delete

def test_a_deleted_message_is_gone(sqs, queue, handle):
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    assert counts(sqs, queue) == (0, 0, 0)


def test_a_message_that_was_delayed_is_received_and_deleted(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=1)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=receive(sqs, queue, WaitTimeSeconds=5))
    assert counts(sqs, queue) == (0, 0, 0)


def test_deleting_again_succeeds(sqs, queue, handle):
    for _ in range(3):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)


def test_an_expired_handle_deletes_what_was_not_received_again(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    handle = receive(sqs, queue, VisibilityTimeout=0)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    assert counts(sqs, queue) == (0, 0, 0)


def test_an_older_handle_leaves_what_was_received_again(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    older = receive(sqs, queue, VisibilityTimeout=0)
    newer = receive(sqs, queue)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=older)
    assert counts(sqs, queue) == (0, 1, 0)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=newer)
    assert counts(sqs, queue) == (0, 0, 0)


def test_garbage_is_no_handle(sqs, queue):
    with refused("ReceiptHandleIsInvalid", GARBAGE):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle="garbage")
    with refused("ReceiptHandleIsInvalid", GARBAGE):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle="garbage", VisibilityTimeout=1)


def test_a_changed_handle_is_no_handle(sqs, queue, handle):
    position = len(handle) // 2
    forged = handle[:position] + ("A" if handle[position] != "A" else "B") + handle[position + 1:]
    with refused("ReceiptHandleIsInvalid"):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=forged)
    assert counts(sqs, queue) == (0, 1, 0)


def test_a_handle_belongs_to_its_queue(sqs, queue, handle, make_queue):
    other = make_queue()
    with refused("ReceiptHandleIsInvalid"):
        sqs.delete_message(QueueUrl=other, ReceiptHandle=handle)
    assert counts(sqs, queue) == (0, 1, 0)


def test_a_delete_needs_a_handle(sqs, queue):
    with refused("MissingParameter", "The request must contain the parameter ReceiptHandle."):
        sqs.delete_message(QueueUrl=queue)


# -- Change the visibility

def test_zero_makes_a_message_visible_at_once(sqs, queue, handle):
    assert counts(sqs, queue) == (0, 1, 0)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert counts(sqs, queue) == (1, 0, 0)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]


def test_zero_is_not_sticky(sqs, queue, handle):
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []


def test_an_extension_keeps_a_message_away(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    handle = receive(sqs, queue, VisibilityTimeout=1)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=60)
    assert bodies(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2)) == []


def test_an_expired_handle_does_not_hide_a_message_again(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    handle = receive(sqs, queue, VisibilityTimeout=0)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=600)
    assert counts(sqs, queue) == (1, 0, 0)


def test_an_earlier_handle_ends_the_next_receive(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    earlier = receive(sqs, queue, VisibilityTimeout=0)
    receive(sqs, queue, VisibilityTimeout=600)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=earlier, VisibilityTimeout=0)
    assert counts(sqs, queue)[:2] in ((1, 0), (0, 1))


def test_a_deleted_message_has_no_visibility(sqs, queue, handle):
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    text = (f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not "
            "available for visibility timeout change.")
    with refused("InvalidParameterValue", text):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=1)


@pytest.mark.parametrize("seconds", [-1, 43201])
def test_the_new_timeout_has_a_range(sqs, queue, handle, seconds):
    with refused("InvalidParameterValue", contains="VisibilityTimeout"):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=seconds)


def test_the_new_timeout_is_required(sqs, queue, handle):
    with refused("MissingParameter", "The request must contain the parameter VisibilityTimeout."):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle)


def test_twelve_hours_count_from_the_receive(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    handle = receive(sqs, queue, VisibilityTimeout=1800)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=43100)
    time.sleep(1.1)
    with refused("InvalidParameterValue", contains="Total VisibilityTimeout for the message is beyond the limit"):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=43200)


# -- FIFO

def test_a_fifo_handle_dies_with_its_visibility(sqs, fifo_queue):
    sqs.send_message(QueueUrl=fifo_queue, MessageBody="x", MessageGroupId="g")
    handle = receive(sqs, fifo_queue, VisibilityTimeout=0)
    text = f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    with refused("InvalidParameterValue", text):
        sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=handle)
    assert counts(sqs, fifo_queue) == (1, 0, 0)


def test_a_fifo_handle_dies_with_the_next_receive(sqs, fifo_queue):
    sqs.send_message(QueueUrl=fifo_queue, MessageBody="x", MessageGroupId="g")
    older = receive(sqs, fifo_queue, VisibilityTimeout=0)
    receive(sqs, fifo_queue)
    with refused("InvalidParameterValue", contains="The receipt handle has expired."):
        sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=older)


# -- Purge

def test_a_purge_deletes_visible_in_flight_and_delayed_messages(sqs, make_queue):
    queue = make_queue()
    for delay in (0, 0, 60):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)
    handle = receive(sqs, queue)
    assert counts(sqs, queue) == (1, 1, 1)
    sqs.purge_queue(QueueUrl=queue)
    assert counts(sqs, queue) == (0, 0, 0)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    name = queue.rsplit("/", 1)[1]
    text = f"Only one PurgeQueue operation on {name} is allowed every 60 seconds."
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", text, status=403):
        sqs.purge_queue(QueueUrl=queue)


def test_a_purge_forgets_what_was_deduplicated(sqs, fifo_queue):
    def send():
        return sqs.send_message(QueueUrl=fifo_queue, MessageBody="x", MessageGroupId="g")["MessageId"]

    first = send()
    assert send() == first
    sqs.purge_queue(QueueUrl=fifo_queue)
    assert send() != first
    assert bodies(sqs.receive_message(QueueUrl=fifo_queue)) == ["x"]
