"""What survives `kill -9` and SIGTERM: topics, subscriptions, messages of queues and owed deliveries."""

import collections
import json
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from support.clients import make_client, make_sns_client
from support.recorder import confirm
from support.topics import (AT_ONCE, NO_RETRIES, eventually, redrive_policy, retry_policy, subscription_attributes,
                            take, take_all, take_bodies, text, topic_attributes)

ACCOUNT = "000000000000"


def queue_arn(name):
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


class World:
    """A server with clients and short words for what the tests do."""

    def __init__(self, server):
        self.server = server
        self.sns, self.sqs = make_sns_client(server.url), make_client(server.url)

    def topic(self, name="topic", **attributes):
        return self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def follow(self, topic, name, queue_attributes=None, **attributes):
        """A queue that is subscribed to the topic, and the subscription."""
        queue = self.queue(name, **(queue_attributes or {}))
        return queue, self.subscribe(topic, "sqs", queue_arn(name), **attributes)

    def subscribe(self, topic, protocol, endpoint, **attributes):
        return self.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes,
                                  ReturnSubscriptionArn=True)["SubscriptionArn"]

    def publish(self, topic, message, **options):
        return self.sns.publish(TopicArn=topic, Message=message, **options)["MessageId"]


@pytest.fixture
def world(start_server):
    return World(start_server("--segment-size", "8MiB", "--snapshot-interval", "512KiB"))


@pytest.fixture(params=["crash", "restart"])
def again(request, world):
    """Ends the server in one of two ways and starts it again."""
    return getattr(world.server, request.param)


def test_topics_and_subscriptions_survive(world, again):
    topic = world.topic(DisplayName="shown", SignatureVersion="2", Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish",
                                                "Resource": "*"}]}))
    fifo = world.topic("topic.fifo", FifoTopic="true", ContentBasedDeduplication="true")
    world.sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "b"}])
    queue, arn = world.follow(topic, "queue", FilterPolicy=json.dumps({"kind": [{"prefix": "a"}]}),
                              RawMessageDelivery="true", RedrivePolicy=redrive_policy(queue_arn("queue")))
    deleted = world.topic("deleted")
    world.sns.delete_topic(TopicArn=deleted)
    gone = world.subscribe(topic, "sqs", queue_arn("elsewhere"))
    world.sns.unsubscribe(SubscriptionArn=gone)

    def state():
        return (topic_attributes(world.sns, topic), topic_attributes(world.sns, fifo),
                subscription_attributes(world.sns, arn), world.sns.list_topics()["Topics"],
                world.sns.list_subscriptions()["Subscriptions"],
                world.sns.list_tags_for_resource(ResourceArn=topic)["Tags"])

    before = state()
    for _ in range(2):
        again()
        assert state() == before
    for kind in ("apple", "pear"):
        world.publish(topic, kind, MessageAttributes={"kind": text(kind)})
    assert take_bodies(world.sqs, queue) == ["apple"]


def test_a_pending_subscription_can_be_confirmed_after_a_restart(world, again, endpoint):
    topic = world.topic()
    world.subscribe(topic, "http", endpoint.url)
    endpoint.wait(1)
    again()
    confirm(endpoint)
    world.publish(topic, "hello")
    assert endpoint.wait_for_notifications()[0].json["Message"] == "hello"


def test_messages_of_queues_survive(world, again):
    topic = world.topic()
    wrapped, _ = world.follow(topic, "wrapped")
    raw, _ = world.follow(topic, "raw", RawMessageDelivery="true")
    ids = [world.publish(topic, f"{n} " + "x" * 20_000, Subject="s", MessageAttributes={"a": text("v")})
           for n in range(20)]
    before = world.sqs.receive_message(QueueUrl=raw, VisibilityTimeout=0, AttributeNames=["All"])["Messages"][0]
    again()
    after = world.sqs.receive_message(QueueUrl=raw, VisibilityTimeout=0, AttributeNames=["All"])["Messages"][0]
    assert after["MessageId"] == before["MessageId"] and after["Body"] == before["Body"]
    envelopes = [json.loads(message["Body"]) for message in take_all(world.sqs, wrapped)]
    assert [e["MessageId"] for e in envelopes] == ids and {e["Subject"] for e in envelopes} == {"s"}
    messages = take_all(world.sqs, raw)
    assert [m["Body"].split()[0] for m in messages] == [str(n) for n in range(20)]
    assert all(m["MessageAttributes"] == {"a": text("v")} for m in messages)
    again()
    assert take_bodies(world.sqs, raw) == [] and take_bodies(world.sqs, wrapped) == []


def test_messages_of_a_deleted_topic_survive(world, again):
    topic = world.topic()
    queue, arn = world.follow(topic, "queue")
    world.publish(topic, "one")
    world.sns.unsubscribe(SubscriptionArn=arn)
    world.sns.delete_topic(TopicArn=topic)
    again()
    message, = take_all(world.sqs, queue)
    envelope = json.loads(message["Body"])
    assert envelope["Message"] == "one" and envelope["TopicArn"] == topic and arn in envelope["UnsubscribeURL"]


def test_owed_deliveries_survive(world, again, recorder):
    topic = world.topic()
    endpoint = recorder.endpoint()
    world.subscribe(topic, "http", endpoint.url, DeliveryPolicy=retry_policy(
        {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100}))
    confirm(endpoint)
    endpoint.answer = 500
    ids = {world.publish(topic, str(n)) for n in range(5)}
    eventually(lambda: {r.json["MessageId"] for r in endpoint.notifications} == ids)
    again()
    endpoint.answer = 200
    with endpoint.changed:
        endpoint.requests.clear()
    eventually(lambda: {r.json["MessageId"] for r in endpoint.notifications} == ids)


def test_what_was_delivered_is_not_delivered_again(world, recorder):
    topic = world.topic()
    endpoint = recorder.endpoint()
    world.subscribe(topic, "http", endpoint.url)
    confirm(endpoint)
    for number in range(20):
        world.publish(topic, str(number))
    endpoint.wait_for_notifications(20)
    world.server.restart()
    world.publish(topic, "after")
    eventually(lambda: endpoint.notifications[-1].json["Message"] == "after")
    assert len(endpoint.notifications) == 21


def test_attempts_are_counted_over_a_restart(world, recorder):
    """Three attempts in all, some before and some after."""
    topic, dead = world.topic(), world.queue("dead")
    endpoint = recorder.endpoint()
    world.subscribe(topic, "http", endpoint.url, RedrivePolicy=redrive_policy(queue_arn("dead")),
                    DeliveryPolicy=retry_policy({"minDelayTarget": 2, "maxDelayTarget": 2, "numRetries": 2}))
    confirm(endpoint)
    endpoint.answer = 500
    world.publish(topic, "x")
    endpoint.wait_for_notifications(1)
    world.server.restart()
    take(world.sqs, dead)
    assert len(endpoint.notifications) == 3


def test_duplicates_are_known_after_a_restart(world, again):
    topic = world.topic("topic.fifo", FifoTopic="true")
    queue, _ = world.follow(topic, "queue.fifo", {"FifoQueue": "true"}, RawMessageDelivery="true")
    options = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    first = world.sns.publish(TopicArn=topic, Message="x", **options)
    again()
    second = world.sns.publish(TopicArn=topic, Message="x", **options)
    assert (first["MessageId"], first["SequenceNumber"]) == (second["MessageId"], second["SequenceNumber"])
    third = world.sns.publish(TopicArn=topic, Message="y", **options | {"MessageDeduplicationId": "e"})
    assert third["SequenceNumber"] > first["SequenceNumber"]
    assert take_bodies(world.sqs, queue) == ["x", "y"]


def test_mobile_and_sms_state_survives(world, again):
    application = world.sns.create_platform_application(
        Name="app", Platform="GCM", Attributes={"PlatformCredential": "key"})["PlatformApplicationArn"]
    endpoint = world.sns.create_platform_endpoint(
        PlatformApplicationArn=application, Token="token", CustomUserData="user")["EndpointArn"]
    world.sns.set_sms_attributes(attributes={"DefaultSenderID": "Apus"})
    again()
    assert world.sns.get_endpoint_attributes(EndpointArn=endpoint)["Attributes"]["CustomUserData"] == "user"
    assert world.sns.get_platform_application_attributes(PlatformApplicationArn=application)["Attributes"]
    assert world.sns.get_sms_attributes()["attributes"]["DefaultSenderID"] == "Apus"


# -- Under load

class Publisher(threading.Thread):
    """Publishes until the server is gone. A message that was answered is in `acknowledged`."""

    def __init__(self, url, topic, name, fifo):
        super().__init__()
        self.sns, self.topic, self.prefix, self.fifo = make_sns_client(url), topic, name, fifo
        self.acknowledged, self.asked = [], set()

    def run(self):
        turn = 0
        while True:
            names = [f"{self.prefix}-{turn}-{number}" for number in range(turn % 3 + 1)]
            group = {"MessageGroupId": self.prefix} if self.fifo else {}
            padding = " " * (turn % 7 * 500)
            self.asked |= set(names)
            try:
                if len(names) == 1:
                    self.sns.publish(TopicArn=self.topic, Message=names[0] + padding, **group)
                else:
                    answer = self.sns.publish_batch(TopicArn=self.topic, PublishBatchRequestEntries=[
                        {"Id": str(n), "Message": name + padding} | group for n, name in enumerate(names)])
                    assert len(answer["Successful"]) == len(names)
            except (BotoCoreError, ClientError):
                return
            self.acknowledged += names
            turn += 1


def names_of(messages):
    """The published names in the order of arrival, from envelopes or raw messages."""
    return [(json.loads(text)["Message"] if text.startswith("{") else text).rstrip() for text in messages]


@pytest.mark.parametrize("way", ["kill", "stop"])
def test_every_acknowledged_publish_reaches_everybody(world, recorder, way):
    topic = world.topic()
    queues = [world.follow(topic, "wrapped")[0], world.follow(topic, "raw", RawMessageDelivery="true")[0]]
    dead = world.queue("dead")
    redrive = redrive_policy(queue_arn("dead"))
    good, flaky, refusing = (recorder.endpoint() for _ in range(3))
    for endpoint in (good, flaky, refusing):
        world.subscribe(topic, "http", endpoint.url, RawMessageDelivery="true", RedrivePolicy=redrive,
                        DeliveryPolicy=retry_policy(AT_ONCE))
        confirm(endpoint)
    flaky.answer = lambda request: 500 if len(flaky.requests) % 2 else 200
    refusing.answer = 400
    acknowledged, asked = set(), set()
    for turn in range(2):
        publishers = [Publisher(world.server.url, topic, f"{turn}-{n}", False) for n in range(4)]
        for publisher in publishers:
            publisher.start()
        time.sleep(1)
        world.server.kill() if way == "kill" else world.server.stop()
        for publisher in publishers:
            publisher.join(30)
            assert not publisher.is_alive()
            acknowledged |= set(publisher.acknowledged)
            asked |= publisher.asked
        world.server.start()
    assert len(acknowledged) > 10
    for queue in queues:
        found = collections.Counter(names_of(m["Body"] for m in take_all(world.sqs, queue)))
        assert acknowledged <= set(found) <= asked and max(found.values()) == 1
    died = set()

    def reached(endpoint):
        died.update(names_of(m["Body"] for m in take_all(world.sqs, dead)))
        return acknowledged <= set(names_of(r.text for r in endpoint.accepted)) | died

    for endpoint in (good, flaky, refusing):
        eventually(lambda: reached(endpoint), seconds=60)
    assert refusing.accepted == []
    assert died <= asked


def test_order_survives_being_killed(world):
    topic = world.topic("topic.fifo", FifoTopic="true", ContentBasedDeduplication="true")
    queue, _ = world.follow(topic, "queue.fifo", {"FifoQueue": "true"}, RawMessageDelivery="true")
    acknowledged, order = [], collections.defaultdict(list)
    for turn in range(2):
        publishers = [Publisher(world.server.url, topic, f"{turn}-{n}", True) for n in range(4)]
        for publisher in publishers:
            publisher.start()
        time.sleep(1)
        world.server.kill()
        for publisher in publishers:
            publisher.join(30)
            acknowledged += publisher.acknowledged
        world.server.start()
    for message in take_all(world.sqs, queue):
        order[message["Attributes"]["MessageGroupId"]].append(
            (message["Attributes"]["SequenceNumber"], message["Body"].rstrip()))
    found = [name for entries in order.values() for _, name in entries]
    assert len(found) == len(set(found)) and set(acknowledged) <= set(found)
    for entries in order.values():
        assert entries == sorted(entries), "reordered"
        names = [name for _, name in entries]
        assert names == sorted(names, key=lambda name: [int(part) for part in name.split("-")])


def test_a_dead_letter_is_written_once(world, recorder):
    topic, dead = world.topic(), world.queue("dead")
    endpoint = recorder.endpoint()
    world.subscribe(topic, "http", endpoint.url, RedrivePolicy=redrive_policy(queue_arn("dead")),
                    RawMessageDelivery="true", DeliveryPolicy=retry_policy(NO_RETRIES))
    confirm(endpoint)
    endpoint.answer = 400
    for number in range(30):
        world.publish(topic, str(number))
    world.server.crash()
    found = [message["Body"] for message in take(world.sqs, dead, 30)]
    assert sorted(found, key=int) == [str(n) for n in range(30)]
    assert take_bodies(world.sqs, dead) == []
