"""Receiving: counts, filters, long polls."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.digests import md5_of_attributes
from support.expect import bodies, counts, receive_all, refused

ATTRIBUTES = {
    "Hello": {"DataType": "String", "StringValue": "1"},
    "Help": {"DataType": "Number", "StringValue": "2"},
    "World": {"DataType": "Binary", "BinaryValue": b"3"},
}


def timed(call):
    begun = time.monotonic()
    result = call()
    return result, time.monotonic() - begun


# -- How many

def test_an_empty_receive_has_no_messages(sqs, queue):
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_one_message_is_received_by_default(sqs, queue):
    sqs.send_message_batch(
        QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(3)])
    assert len(bodies(sqs.receive_message(QueueUrl=queue))) == 1
    assert len(bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10))) == 2


@pytest.mark.parametrize("count", [0, 11, -1])
def test_the_number_of_messages_has_a_range(sqs, queue, count):
    text = (f"Value {count} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, "
            "if provided.")
    with refused("InvalidParameterValue", text):
        sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=count)


@pytest.mark.parametrize("seconds", [-1, 21])
def test_the_wait_time_has_a_range(sqs, queue, seconds):
    text = f"Value {seconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    with refused("InvalidParameterValue", text):
        sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=seconds)


@pytest.mark.parametrize("seconds", [-1, 43201])
def test_the_visibility_timeout_has_a_range(sqs, queue, seconds):
    with refused("InvalidParameterValue", contains=f"Value {seconds} for parameter VisibilityTimeout is invalid."):
        sqs.receive_message(QueueUrl=queue, VisibilityTimeout=seconds)


def test_counts_tell_visible_in_flight_and_delayed(sqs, queue):
    for delay in (0, 0, 0, 60):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)
    assert counts(sqs, queue) == (3, 0, 1)
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert counts(sqs, queue) == (2, 1, 1)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, queue) == (2, 0, 1)


def test_a_receive_attempt_id_is_for_fifo_queues(sqs, queue):
    with refused("InvalidParameterValue", contains="ReceiveRequestAttemptId"):
        sqs.receive_message(QueueUrl=queue, ReceiveRequestAttemptId="a")


# -- System attributes

def test_without_names_there_are_no_attributes(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=ATTRIBUTES)
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert not {"Attributes", "MessageAttributes", "MD5OfMessageAttributes"} & set(message)


@pytest.mark.parametrize("member", ["AttributeNames", "MessageSystemAttributeNames"])
def test_all_system_attributes_of_a_standard_message(sqs, queue, member):
    before = int(time.time() * 1000)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    message = sqs.receive_message(QueueUrl=queue, **{member: ["All"]})["Messages"][0]
    attributes = message["Attributes"]
    assert set(attributes) == {
        "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"}
    assert attributes["ApproximateReceiveCount"] == "1"
    sent, first = int(attributes["SentTimestamp"]), int(attributes["ApproximateFirstReceiveTimestamp"])
    assert before - 50 <= sent <= first <= int(time.time() * 1000) + 50


def test_all_system_attributes_of_a_fifo_message(sqs, fifo_queue):
    sent = sqs.send_message(
        QueueUrl=fifo_queue, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
    message = sqs.receive_message(QueueUrl=fifo_queue, AttributeNames=["All"])["Messages"][0]
    attributes = message["Attributes"]
    assert set(attributes) == {
        "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp",
        "MessageDeduplicationId", "MessageGroupId", "SequenceNumber"}
    assert attributes["MessageDeduplicationId"] == "d" and attributes["MessageGroupId"] == "g"
    assert attributes["SequenceNumber"] == sent["SequenceNumber"]


def test_both_lists_of_names_are_honoured(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    message = sqs.receive_message(
        QueueUrl=queue, AttributeNames=["SenderId"], MessageSystemAttributeNames=["SentTimestamp"])
    assert set(message["Messages"][0]["Attributes"]) == {"SenderId", "SentTimestamp"}


def test_the_receive_count_grows_and_the_first_receive_stays(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    seen = [sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, AttributeNames=["All"])["Messages"][0]
            for _ in range(3)]
    assert [m["Attributes"]["ApproximateReceiveCount"] for m in seen] == ["1", "2", "3"]
    assert len({m["Attributes"]["ApproximateFirstReceiveTimestamp"] for m in seen}) == 1
    assert len({m["ReceiptHandle"] for m in seen}) == 3
    assert len({m["MessageId"] for m in seen}) == 1


# -- Message attributes

@pytest.mark.parametrize("names, found", [
    (["All"], {"Hello", "Help", "World"}),
    (["*"], {"Hello", "Help", "World"}),
    ([".*"], {"Hello", "Help", "World"}),
    (["Hel.*"], {"Hello", "Help"}),
    (["Help"], {"Help"}),
    (["World", "Nobody"], {"World"}),
    (["Nobody"], set()),
    (["AWS."], set()),
    (["..foo"], set()),
    (["hello"], set()),
])
def test_message_attributes_are_filtered_and_the_digest_covers_what_is_returned(sqs, queue, names, found):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=ATTRIBUTES)
    message = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=names)["Messages"][0]
    expected = {name: ATTRIBUTES[name] for name in found}
    assert message.get("MessageAttributes", {}) == expected
    if found:
        assert message["MD5OfMessageAttributes"] == md5_of_attributes(expected)
    else:
        assert "MD5OfMessageAttributes" not in message and "MessageAttributes" not in message


# -- Long polls

def test_a_long_poll_returns_at_once_what_is_there(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    answer, seconds = timed(
        lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10))
    assert bodies(answer) == ["x"] and seconds < 1


def test_a_long_poll_ends_empty_after_its_time(sqs, queue):
    answer, seconds = timed(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1))
    assert "Messages" not in answer and 0.9 <= seconds < 2


def test_the_queue_names_the_wait_time(json_sqs, make_queue):
    queue = make_queue(ReceiveMessageWaitTimeSeconds=1)
    _, seconds = timed(lambda: json_sqs.receive_message(QueueUrl=queue))
    assert 0.9 <= seconds < 2
    _, seconds = timed(lambda: json_sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0))
    assert seconds < 0.5


def polled(sqs, queue, act, **options):
    """Polls, acts once the poll waits, and returns the answer and how long it took after the act."""
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(
            sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10, **options)
        time.sleep(0.2)
        act()
        return timed(lambda: poll.result(15))


def test_a_send_wakes_a_long_poll(sqs, queue):
    answer, seconds = polled(sqs, queue, lambda: sqs.send_message(QueueUrl=queue, MessageBody="x"))
    assert bodies(answer) == ["x"] and seconds < 0.5


def test_the_end_of_a_delay_wakes_a_long_poll(sqs, queue):
    answer, seconds = polled(
        sqs, queue, lambda: sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=1))
    assert bodies(answer) == ["x"] and 0.8 <= seconds < 2


def test_the_end_of_a_visibility_timeout_wakes_a_long_poll(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.receive_message(QueueUrl=queue, VisibilityTimeout=1)
    answer, seconds = timed(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20))
    assert bodies(answer) == ["x"] and 0.8 <= seconds < 2


def test_a_visibility_timeout_of_zero_wakes_a_long_poll(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    handle = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    answer, seconds = polled(sqs, queue, lambda: sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0))
    assert bodies(answer) == ["x"] and seconds < 0.5


def test_a_delete_that_unlocks_a_group_wakes_a_long_poll(sqs, fifo_queue):
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=fifo_queue, MessageBody=body, MessageGroupId="g")
    handle = sqs.receive_message(QueueUrl=fifo_queue)["Messages"][0]["ReceiptHandle"]
    answer, seconds = polled(
        sqs, fifo_queue, lambda: sqs.delete_message(QueueUrl=fifo_queue, ReceiptHandle=handle))
    assert bodies(answer) == ["two"] and seconds < 0.5


def test_the_longest_waiter_is_served_first(json_sqs, queue):
    order = []

    def poll(number):
        json_sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        order.append(number)

    threads = []
    for number in range(4):
        threads.append(threading.Thread(target=poll, args=(number,)))
        threads[-1].start()
        time.sleep(0.1)
    for _ in range(4):
        json_sqs.send_message(QueueUrl=queue, MessageBody="x")
        time.sleep(0.05)
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3]


def test_a_poll_whose_client_left_takes_no_message(server, json_sqs, queue):
    from support.wire import Wire, json_request_bytes
    with Wire(server.port) as wire:
        wire.send(json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20}))
        time.sleep(0.2)
    time.sleep(0.1)
    json_sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert bodies(json_sqs.receive_message(QueueUrl=queue)) == ["x"]


# -- Order and completeness

def test_every_message_is_received_once_while_it_is_invisible(json_sqs, queue):
    sent = set()
    for batch in range(20):
        entries = [{"Id": str(n), "MessageBody": f"{batch}-{n}"} for n in range(10)]
        json_sqs.send_message_batch(QueueUrl=queue, Entries=entries)
        sent |= {entry["MessageBody"] for entry in entries}
    with ThreadPoolExecutor(4) as pool:
        found = [m["Body"] for part in pool.map(lambda _: receive_all(json_sqs, queue), range(4)) for m in part]
    assert len(found) == 200 and set(found) == sent


def test_an_older_message_comes_before_newer_ones_after_its_timeout(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="old")
    handle = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    for body in ("new-1", "new-2"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)) == ["old", "new-1", "new-2"]


def test_a_message_received_three_times_goes_to_the_back(json_sqs, queue):
    json_sqs.send_message(QueueUrl=queue, MessageBody="poison")
    for _ in range(2):
        json_sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)
    handle = json_sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    for body in ("good-1", "good-2"):
        json_sqs.send_message(QueueUrl=queue, MessageBody=body)
    json_sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(json_sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)) == [
        "good-1", "good-2", "poison"]
