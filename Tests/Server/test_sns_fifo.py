"""FIFO topics: order, deduplication, and what FIFO and standard queues get from them."""

import hashlib
import json

import pytest

from support.expect import refused
from support.topics import (redrive_policy, set_topic, take, take_all, take_bodies, take_envelopes, text,
                            topic_attributes)

NO_GROUP = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
NO_DEDUPLICATION = ("Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
                    "MessageDeduplicationId provided explicitly")


def publish(sns, topic, message, group="g", **options):
    return sns.publish(TopicArn=topic, Message=message, MessageGroupId=group, **options)


@pytest.fixture
def fifo_pair(fifo_topic, fifo_queue, subscribe_queue):
    """A topic and a queue that gets raw messages."""
    subscribe_queue(fifo_topic, fifo_queue, RawMessageDelivery="true")
    return fifo_topic, fifo_queue


# -- What a publish needs

def test_a_group_is_required(sns, fifo_topic):
    with refused("InvalidParameter", NO_GROUP):
        sns.publish(TopicArn=fifo_topic, Message="x")


def test_something_to_tell_duplicates_by_is_required(sns, make_topic):
    topic = make_topic(fifo=True)
    with refused("InvalidParameter", NO_DEDUPLICATION):
        publish(sns, topic, "x")
    assert publish(sns, topic, "x", MessageDeduplicationId="d")["SequenceNumber"]


def test_a_standard_topic_takes_no_deduplication_id(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: MessageDeduplicationId Reason: The request includes "
                 "MessageDeduplicationId parameter that is not valid for this topic type"):
        sns.publish(TopicArn=topic, Message="x", MessageDeduplicationId="d")


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["", "x" * 129, "a b", "ä"])
def test_identifiers_that_cannot_be(sns, fifo_topic, name, value):
    with refused("InvalidParameter", contains="Invalid parameter"):
        sns.publish(**{"TopicArn": fifo_topic, "Message": "x", "MessageGroupId": "g",
                       "MessageDeduplicationId": "d"} | {name: value})


def test_a_batch_without_a_group_fails_as_a_whole(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    with refused("InvalidParameter", NO_GROUP):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "1", "Message": "x", "MessageGroupId": "g"}, {"Id": "2", "Message": "y"}])
    assert take_bodies(json_sqs, queue) == []


def test_a_batch_without_deduplication_fails(sns, make_topic):
    with refused("InvalidParameter", NO_DEDUPLICATION):
        sns.publish_batch(TopicArn=make_topic(fifo=True), PublishBatchRequestEntries=[
            {"Id": "1", "Message": "x", "MessageGroupId": "g"}])


# -- Order

def test_sequence_numbers_have_twenty_digits_and_grow(sns, fifo_topic):
    numbers = [publish(sns, fifo_topic, str(n), group=str(n % 2))["SequenceNumber"] for n in range(6)]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))


def test_order_within_each_group(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    for number in range(30):
        publish(sns, topic, str(number), group=f"group-{number % 3}")
    found = {}
    for message in take_all(json_sqs, queue):
        found.setdefault(message["Attributes"]["MessageGroupId"], []).append(int(message["Body"]))
    assert found == {f"group-{n}": list(range(n, 30, 3)) for n in range(3)}


def test_order_through_batches(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    for start in (0, 10):
        answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": str(n), "Message": str(start + n), "MessageGroupId": "g"} for n in range(10)])
        numbers = [entry["SequenceNumber"] for entry in answer["Successful"]]
        assert numbers == sorted(set(numbers)) and len(numbers) == 10
    assert take_bodies(json_sqs, queue) == [str(n) for n in range(20)]


# -- Duplicates

def test_a_duplicate_is_answered_alike_and_not_delivered(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    first = publish(sns, topic, "one", MessageDeduplicationId="same")
    second = publish(sns, topic, "two", MessageDeduplicationId="same")
    assert (first["MessageId"], first["SequenceNumber"]) == (second["MessageId"], second["SequenceNumber"])
    assert take_bodies(json_sqs, queue) == ["one"]
    publish(sns, topic, "three", MessageDeduplicationId="same")
    assert take_bodies(json_sqs, queue) == []


def test_equal_content_is_a_duplicate(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    first = publish(sns, topic, "same")
    assert publish(sns, topic, "same", MessageAttributes={"a": text("v")})["MessageId"] == first["MessageId"]
    assert publish(sns, topic, "same", MessageDeduplicationId="other")["MessageId"] != first["MessageId"]
    assert take_bodies(json_sqs, queue) == ["same", "same"]


def test_the_topic_drops_duplicates_for_standard_queues_too(sns, json_sqs, fifo_topic, subscribe_queue):
    queue, _ = subscribe_queue(fifo_topic, RawMessageDelivery="true")
    for _ in range(3):
        publish(sns, fifo_topic, "same")
    assert take_bodies(json_sqs, queue) == ["same"]


def test_duplicates_within_a_batch(sns, json_sqs, fifo_pair):
    topic, queue = fifo_pair
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": str(n), "Message": "same", "MessageGroupId": "g"} for n in range(3)])
    assert len({entry["MessageId"] for entry in answer["Successful"]}) == 1
    assert take_bodies(json_sqs, queue) == ["same"]


@pytest.mark.parametrize("scope, count", [("Topic", 1), ("MessageGroup", 2)])
def test_the_scope_of_duplicates(sns, json_sqs, make_topic, subscribe_queue, scope, count):
    topic = make_topic(fifo=True, ContentBasedDeduplication="true", FifoThroughputScope=scope)
    assert topic_attributes(sns, topic)["FifoThroughputScope"] == scope
    queue, _ = subscribe_queue(topic)
    for group in ("a", "b"):
        publish(sns, topic, "same", group=group)
    assert len(take_bodies(json_sqs, queue)) == count


def test_a_duplicate_of_a_message_that_nobody_got(sns, json_sqs, fifo_topic, subscribe_queue):
    """The topic deduplicates, whoever was subscribed."""
    first = publish(sns, fifo_topic, "x")
    queue, _ = subscribe_queue(fifo_topic)
    assert publish(sns, fifo_topic, "x")["MessageId"] == first["MessageId"]
    assert take_bodies(json_sqs, queue) == []


# -- Forwarded

def test_a_fifo_queue_gets_group_and_deduplication_id(sns, json_sqs, fifo_topic, make_queue, subscribe_queue):
    queues = [subscribe_queue(fifo_topic, make_queue(fifo=True), RawMessageDelivery=raw)[0]
              for raw in ("true", "false")]
    publish(sns, fifo_topic, "explicit", group="tenant", MessageDeduplicationId="mine")
    publish(sns, fifo_topic, "by content", group="tenant")
    for queue in queues:
        explicit, content = (message["Attributes"] for message in take_all(json_sqs, queue))
        assert explicit["MessageGroupId"] == content["MessageGroupId"] == "tenant"
        assert explicit["MessageDeduplicationId"] == "mine"
        assert content["MessageDeduplicationId"] == hashlib.sha256(b"by content").hexdigest()
        assert explicit["SequenceNumber"] < content["SequenceNumber"]


def test_a_standard_queue_gets_neither(sns, json_sqs, fifo_topic, subscribe_queue):
    queue, _ = subscribe_queue(fifo_topic)
    publish(sns, fifo_topic, "x")
    message, = take_all(json_sqs, queue)
    assert not {"MessageGroupId", "MessageDeduplicationId"} & set(message["Attributes"])
    assert json.loads(message["Body"])["SequenceNumber"]


def test_filters_apply(sns, json_sqs, fifo_topic, fifo_queue, subscribe_queue):
    subscribe_queue(fifo_topic, fifo_queue, FilterPolicy=json.dumps({"kind": ["a"]}), RawMessageDelivery="true")
    for number in range(4):
        publish(sns, fifo_topic, str(number), MessageAttributes={"kind": text("ab"[number % 2])})
    assert take_bodies(json_sqs, fifo_queue) == ["0", "2"]


def test_a_deleted_queue_leaves_its_messages_in_order_to_the_dead_letter_queue(
        sns, json_sqs, fifo_topic, fifo_queue, make_queue, arn_of, subscribe_queue):
    dead = make_queue(fifo=True)
    subscribe_queue(fifo_topic, fifo_queue, RedrivePolicy=redrive_policy(arn_of(dead)))
    json_sqs.delete_queue(QueueUrl=fifo_queue)
    for number in range(5):
        publish(sns, fifo_topic, str(number))
    found = take(json_sqs, dead, 5)
    assert [json.loads(message["Body"])["Message"] for message in found] == [str(n) for n in range(5)]


def test_many_queues_share_an_order(sns, json_sqs, fifo_topic, make_queue, subscribe_queue):
    queues = [subscribe_queue(fifo_topic, make_queue(fifo=True))[0] for _ in range(3)]
    sent = [publish(sns, fifo_topic, str(n))["SequenceNumber"] for n in range(10)]
    for queue in queues:
        assert [e["SequenceNumber"] for e in take_envelopes(json_sqs, queue)] == sent


def test_the_scope_can_be_changed(sns, fifo_topic):
    set_topic(sns, fifo_topic, "FifoThroughputScope", "Topic")
    assert topic_attributes(sns, fifo_topic)["FifoThroughputScope"] == "Topic"
    with refused("InvalidParameter"):
        set_topic(sns, fifo_topic, "FifoThroughputScope", "Everything")
