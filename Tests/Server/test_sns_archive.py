"""The archive of FIFO topics and its replay to one subscription."""

import datetime
import json
import time

import pytest

from support.clients import make_client, make_sns_client
from support.expect import refused
from support.topics import (eventually, set_subscription, set_topic, subscription_attributes, take, take_all,
                            take_bodies, text, topic_attributes)

ARCHIVE = json.dumps({"MessageRetentionPeriod": "30"})


def at(seconds=0):
    """The present time, or so many seconds from it, as a policy says it."""
    instant = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def replay(start, end=None):
    policy = {"PointType": "Timestamp", "StartingPoint": start}
    return json.dumps(policy | ({"EndingPoint": end} if end else {}))


@pytest.fixture
def archived(make_topic):
    return make_topic(fifo=True, ContentBasedDeduplication="true", ArchivePolicy=ARCHIVE)


def publish(sns, topic, *messages, group="g", **options):
    return [sns.publish(TopicArn=topic, Message=message, MessageGroupId=group, **options)["SequenceNumber"]
            for message in messages]


def test_a_policy_is_told(sns, archived):
    attributes = topic_attributes(sns, archived)
    assert json.loads(attributes["ArchivePolicy"]) == {"MessageRetentionPeriod": "30"}
    assert attributes["BeginningArchiveTime"]


@pytest.mark.parametrize("policy", ['{"MessageRetentionPeriod": "0"}', '{"MessageRetentionPeriod": "366"}',
                                    '{"MessageRetentionPeriod": "x"}', "{", '{"Nonsense": "1"}'])
def test_a_policy_that_cannot_be(sns, fifo_topic, policy):
    with refused("InvalidParameter", contains="ArchivePolicy"):
        set_topic(sns, fifo_topic, "ArchivePolicy", policy)


def test_standard_topics_have_no_archive(sns, topic):
    with refused("InvalidParameter"):
        set_topic(sns, topic, "ArchivePolicy", ARCHIVE)


def test_a_topic_with_an_archive_is_not_deleted(sns, archived):
    with refused("InvalidState"):
        sns.delete_topic(TopicArn=archived)
    set_topic(sns, archived, "ArchivePolicy", "{}")
    sns.delete_topic(TopicArn=archived)


def test_what_was_published_before_is_replayed_in_order(sns, json_sqs, archived, fifo_queue, subscribe_queue):
    start = at(-1)
    sent = publish(sns, archived, *(f"old {n}" for n in range(25)))
    _, arn = subscribe_queue(archived, fifo_queue)
    assert take_bodies(json_sqs, fifo_queue) == []
    set_subscription(sns, arn, "ReplayPolicy", replay(start))
    envelopes = [json.loads(message["Body"]) for message in take(json_sqs, fifo_queue, 25)]
    assert [e["Message"] for e in envelopes] == [f"old {n}" for n in range(25)]
    assert len(sent) == 25 and take_bodies(json_sqs, fifo_queue) == []


def test_new_messages_follow_the_old_ones(sns, json_sqs, archived, fifo_queue, subscribe_queue):
    start = at(-1)
    publish(sns, archived, *(f"old {n}" for n in range(15)))
    _, arn = subscribe_queue(archived, fifo_queue, RawMessageDelivery="true")
    set_subscription(sns, arn, "ReplayPolicy", replay(start))
    publish(sns, archived, *(f"new {n}" for n in range(5)))
    found = [message["Body"] for message in take(json_sqs, fifo_queue, 20)]
    assert [body for body in found if body.startswith("old")] == [f"old {n}" for n in range(15)]
    assert [body for body in found if body.startswith("new")] == [f"new {n}" for n in range(5)]
    assert len(found) == 20


def test_a_range_is_replayed(sns, json_sqs, archived, fifo_queue, subscribe_queue):
    publish(sns, archived, "before")
    time.sleep(1.1)
    start = at()
    publish(sns, archived, "within", "within too")
    end = at(1)
    time.sleep(2.1)
    publish(sns, archived, "after")
    _, arn = subscribe_queue(archived, fifo_queue, RawMessageDelivery="true")
    set_subscription(sns, arn, "ReplayPolicy", replay(start, end))
    assert [m["Body"] for m in take(json_sqs, fifo_queue, 2)] == ["within", "within too"]
    eventually(lambda: subscription_attributes(sns, arn).get("ReplayStatus") not in (None, "Pending", "In progress"))
    assert take_bodies(json_sqs, fifo_queue) == []


def test_a_replay_is_filtered_and_goes_to_one_subscription(
        sns, json_sqs, archived, make_queue, subscribe_queue):
    start = at(-1)
    other, _ = subscribe_queue(archived, make_queue(fifo=True), RawMessageDelivery="true")
    for number in range(6):
        publish(sns, archived, str(number), MessageAttributes={"kind": text("ab"[number % 2])})
    assert len(take_all(json_sqs, other)) == 6
    queue, _ = subscribe_queue(archived, make_queue(fifo=True), RawMessageDelivery="true", FilterPolicy=json.dumps(
        {"kind": ["a"]}), ReplayPolicy=replay(start))
    assert [m["Body"] for m in take(json_sqs, queue, 3)] == ["0", "2", "4"]
    assert take_bodies(json_sqs, queue) == [] and take_bodies(json_sqs, other) == []


def test_a_status_is_told(sns, archived, fifo_queue, subscribe_queue):
    publish(sns, archived, "x")
    _, arn = subscribe_queue(archived, fifo_queue, ReplayPolicy=replay(at(-60)))
    attributes = subscription_attributes(sns, arn)
    assert json.loads(attributes["ReplayPolicy"])["PointType"] == "Timestamp" and attributes["ReplayStatus"]


@pytest.mark.parametrize("policy", [
    "{", '{"PointType": "Sequence", "StartingPoint": "1"}', '{"PointType": "Timestamp", "StartingPoint": "yesterday"}',
    '{"PointType": "Timestamp"}'])
def test_a_replay_that_cannot_be(sns, archived, fifo_queue, subscribe_queue, policy):
    _, arn = subscribe_queue(archived, fifo_queue)
    with refused("InvalidParameter", contains="ReplayPolicy"):
        set_subscription(sns, arn, "ReplayPolicy", policy)


def test_a_topic_without_an_archive_replays_nothing(sns, fifo_topic, fifo_queue, subscribe_queue):
    _, arn = subscribe_queue(fifo_topic, fifo_queue)
    with refused("InvalidParameter"):
        set_subscription(sns, arn, "ReplayPolicy", replay(at(-60)))


@pytest.mark.parametrize("way", ["crash", "restart"])
def test_the_archive_survives(start_server, way):
    server = start_server()
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    topic = sns.create_topic(Name="t.fifo", Attributes={
        "FifoTopic": "true", "ContentBasedDeduplication": "true", "ArchivePolicy": ARCHIVE})["TopicArn"]
    start = at(-1)
    publish(sns, topic, *(str(n) for n in range(20)))
    getattr(server, way)()
    publish(sns, topic, *(str(n) for n in range(20, 25)))
    queue = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:q.fifo",
                  Attributes={"RawMessageDelivery": "true", "ReplayPolicy": replay(start)})
    assert [m["Body"] for m in take(sqs, queue, 25)] == [str(n) for n in range(25)]
