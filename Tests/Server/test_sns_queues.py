"""Fan-out to queues: envelopes, raw messages, many queues, and queues that cannot take a message."""

import json
import re
import threading

import pytest

from support.clients import make_client, make_sns_client
from support.digests import md5, md5_of_attributes
from support.expect import counts
from support.topics import (binary, deny, number, redrive_policy, set_subscription, set_topic, take, take_all,
                            take_bodies, take_envelope, take_envelopes, text, topic_attributes)

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


# -- The envelope

def test_the_fields_of_an_envelope_and_their_order(sns, json_sqs, topic, subscribe_queue):
    queue, subscription = subscribe_queue(topic)
    sent = sns.publish(TopicArn=topic, Message="hello", Subject="subject", MessageAttributes={
        "b": text("v"), "a": number(1)})
    message, = take_all(json_sqs, queue)
    envelope = json.loads(message["Body"])
    assert list(envelope) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL", "MessageAttributes"]
    assert envelope["Type"] == "Notification" and envelope["MessageId"] == sent["MessageId"]
    assert envelope["TopicArn"] == topic and envelope["Message"] == "hello" and envelope["Subject"] == "subject"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", envelope["Timestamp"])
    assert envelope["SignatureVersion"] == "1"
    assert re.search(r"/SimpleNotificationService-[0-9a-f]+\.pem$", envelope["SigningCertURL"])
    assert envelope["UnsubscribeURL"].endswith(f"/?Action=Unsubscribe&SubscriptionArn={subscription}")
    assert envelope["MessageAttributes"] == {
        "b": {"Type": "String", "Value": "v"}, "a": {"Type": "Number", "Value": "1"}}
    assert message["MessageId"] != sent["MessageId"] and message["MD5OfBody"] == md5(message["Body"])
    assert "MessageAttributes" not in message


def test_what_was_not_given_is_not_in_the_envelope(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="hello")
    assert list(take_envelope(json_sqs, queue)) == [
        "Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL"]


def test_an_envelope_is_printed_as_aws_prints_it(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message='say "hello"\n', MessageAttributes={"a": text("v")})
    body, = take_bodies(json_sqs, queue)
    lines = body.split("\n")
    assert lines[0] == "{" and lines[-1] == "}"
    assert lines[1] == '  "Type" : "Notification",' and lines[4] == '  "Message" : "say \\"hello\\"\\n",'


def test_the_envelope_of_a_fifo_topic(sns, json_sqs, fifo_topic, fifo_queue, subscribe_queue):
    subscribe_queue(fifo_topic, fifo_queue)
    sent = sns.publish(TopicArn=fifo_topic, Message="hello", MessageGroupId="g",
                       MessageAttributes={"a": text("v")})
    envelope = take_envelope(json_sqs, fifo_queue)
    assert list(envelope) == ["Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp",
                              "UnsubscribeURL", "MessageAttributes"]
    assert envelope["SequenceNumber"] == sent["SequenceNumber"] and envelope["MessageId"] == sent["MessageId"]


def test_the_version_of_signatures_is_the_topics(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    set_topic(sns, topic, "SignatureVersion", "2")
    sns.publish(TopicArn=topic, Message="hello")
    assert take_envelope(json_sqs, queue)["SignatureVersion"] == "2"


def test_the_urls_can_be_those_of_another_host(start_server):
    server = start_server("--sns-url", "https://sns.us-east-1.amazonaws.com")
    sns, sqs, topic, queue, _ = pair(server)
    sns.publish(TopicArn=topic, Message="x")
    envelope = take_envelope(sqs, queue)
    assert re.fullmatch(r"https://sns\.us-east-1\.amazonaws\.com/SimpleNotificationService-[0-9a-f]+\.pem",
                        envelope["SigningCertURL"])
    assert envelope["UnsubscribeURL"].startswith("https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&")


def pair(server, **attributes):
    """A topic and a subscribed queue of the server."""
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:queue",
        Attributes=attributes)["SubscriptionArn"]
    return sns, sqs, topic, queue, subscription


# -- Raw messages

def test_a_raw_message_has_attributes_of_its_own(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, RawMessageDelivery="true")
    attributes = {"a": text("v"), "b": binary(b"\x01\x02"), "c": number("7")}
    sns.publish(TopicArn=topic, Message="hello", Subject="lost", MessageAttributes=attributes)
    message, = take_all(json_sqs, queue)
    assert message["Body"] == "hello" and message["MD5OfBody"] == md5("hello")
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == md5_of_attributes(attributes)


def test_a_receiver_asks_for_the_attributes_it_wants(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="x", MessageAttributes={"a": text("v"), "b": text("w")})
    message, = take_all(json_sqs, queue, MessageAttributeNames=["b"])
    assert message["MessageAttributes"] == {"b": text("w")}


def test_delivery_can_become_raw(sns, json_sqs, topic, subscribe_queue):
    queue, arn = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="wrapped")
    set_subscription(sns, arn, "RawMessageDelivery", "true")
    sns.publish(TopicArn=topic, Message="raw")
    first, second = take_bodies(json_sqs, queue)
    assert json.loads(first)["Message"] == "wrapped" and second == "raw"


def test_eleven_attributes_do_not_fit_a_raw_message(sns, json_sqs, topic, make_queue, arn_of, subscribe_queue):
    dead = make_queue()
    raw, _ = subscribe_queue(topic, RawMessageDelivery="true", RedrivePolicy=redrive_policy(arn_of(dead)))
    wrapped, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="x", MessageAttributes={f"a{n}": text("v") for n in range(11)})
    assert take_bodies(json_sqs, raw) == []
    assert len(take_envelope(json_sqs, wrapped)["MessageAttributes"]) == 11
    assert len(take(json_sqs, dead)) == 1


# -- Queues

def test_every_queue_gets_every_message(sns, json_sqs, topic, subscribe_queue):
    queues = [subscribe_queue(topic)[0] for _ in range(5)]
    sent = [sns.publish(TopicArn=topic, Message=str(n))["MessageId"] for n in range(5)]
    ids = set()
    for queue in queues:
        messages = take_all(json_sqs, queue)
        ids |= {message["MessageId"] for message in messages}
        assert [json.loads(m["Body"])["MessageId"] for m in messages] == sent
    assert len(ids) == 25


def test_a_message_of_a_topic_is_a_message_like_any_other(sns, json_sqs, topic, subscribe_queue, make_queue):
    queue, _ = subscribe_queue(topic, make_queue(VisibilityTimeout=600))
    sns.publish(TopicArn=topic, Message="x")
    assert counts(json_sqs, queue) == (1, 0, 0)
    message, = json_sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"]
    assert counts(json_sqs, queue) == (0, 1, 0)
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    json_sqs.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    again, = json_sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2" and again["Body"] == message["Body"]
    json_sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    assert counts(json_sqs, queue) == (0, 0, 0)


def test_a_message_of_a_topic_goes_to_the_dead_letter_queue_of_its_queue(
        sns, json_sqs, topic, subscribe_queue, make_queue, arn_of):
    dead = make_queue()
    queue = make_queue(VisibilityTimeout=0, RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1}))
    subscribe_queue(topic, queue)
    sent = sns.publish(TopicArn=topic, Message="x")
    first, = json_sqs.receive_message(QueueUrl=queue)["Messages"]
    assert "Messages" not in json_sqs.receive_message(QueueUrl=queue)
    message, = take(json_sqs, dead)
    assert message["Body"] == first["Body"] and json.loads(message["Body"])["MessageId"] == sent["MessageId"]


def test_a_queue_delays_what_it_gets(sns, json_sqs, topic, subscribe_queue, make_queue):
    queue, _ = subscribe_queue(topic, make_queue(DelaySeconds=600))
    sns.publish(TopicArn=topic, Message="x")
    assert counts(json_sqs, queue) == (0, 0, 1)


def test_a_waiting_receive_gets_the_message(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    found = []
    waiting = threading.Thread(target=lambda: found.extend(
        json_sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", [])))
    waiting.start()
    sns.publish(TopicArn=topic, Message="x")
    waiting.join(30)
    assert len(found) == 1


def test_one_publish_reaches_a_thousand_queues(sns_clients, clients):
    sns, sqs = sns_clients(account="555555555555"), clients(account="555555555555")
    topic = sns.create_topic(Name="wide")["TopicArn"]
    queues = []
    for number in range(1000):
        queues.append(sqs.create_queue(QueueName=f"wide-{number}")["QueueUrl"])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:555555555555:wide-{number}",
                      Attributes={"RawMessageDelivery": "true"})
    sns.publish(TopicArn=topic, Message="to all")
    for queue in queues:
        assert [m["Body"] for m in sqs.receive_message(QueueUrl=queue).get("Messages", [])] == ["to all"]


def test_a_queue_of_another_region(sns, clients, topic, new_name):
    sqs, name = clients(region="eu-west-1"), new_name()
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-west-1:000000000000:{name}")
    sns.publish(TopicArn=topic, Message="x")
    assert len(take(sqs, queue)) == 1


# -- Forwarded

def test_a_trace_header_goes_along(sns, json_sqs, topic, subscribe_queue):
    wrapped, _ = subscribe_queue(topic)
    raw, _ = subscribe_queue(topic, RawMessageDelivery="true")

    def add_trace(request, **_):
        request.headers["X-Amzn-Trace-Id"] = TRACE

    sns.meta.events.register("before-send.sns.Publish", add_trace)
    try:
        sns.publish(TopicArn=topic, Message="x")
    finally:
        sns.meta.events.unregister("before-send.sns.Publish", add_trace)
    for queue in (wrapped, raw):
        message, = take_all(json_sqs, queue)
        assert message["Attributes"]["AWSTraceHeader"] == TRACE


def test_a_group_goes_along_to_a_fair_queue(sns, json_sqs, topic, subscribe_queue):
    for attributes in ({}, {"RawMessageDelivery": "true"}):
        queue, _ = subscribe_queue(topic, **attributes)
        sns.publish(TopicArn=topic, Message="x", MessageGroupId="tenant")
        message, = take_all(json_sqs, queue)
        assert message["Attributes"]["MessageGroupId"] == "tenant"
        assert "MessageDeduplicationId" not in message["Attributes"]


# -- Queues that cannot take a message

@pytest.fixture
def dead(make_queue):
    return make_queue()


@pytest.mark.parametrize("raw", ["false", "true"])
def test_a_deleted_queue(sns, json_sqs, topic, subscribe_queue, dead, arn_of, raw):
    queue, _ = subscribe_queue(topic, RawMessageDelivery=raw, RedrivePolicy=redrive_policy(arn_of(dead)))
    other, _ = subscribe_queue(topic)
    json_sqs.delete_queue(QueueUrl=queue)
    sent = sns.publish(TopicArn=topic, Message="x", MessageAttributes={"a": text("v")})
    message, = take(json_sqs, dead)
    if raw == "true":
        assert message["Body"] == "x"
    else:
        envelope = json.loads(message["Body"])
        assert envelope["MessageId"] == sent["MessageId"] and envelope["Message"] == "x"
    assert len(take_envelopes(json_sqs, other)) == 1


def test_a_queue_that_was_never_there(sns, json_sqs, topic, dead, arn_of):
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:not-there-at-all",
                  Attributes={"RedrivePolicy": redrive_policy(arn_of(dead))})
    sns.publish(TopicArn=topic, Message="x")
    assert json.loads(take(json_sqs, dead)[0]["Body"])["Message"] == "x"


def test_a_queue_that_denies_the_topic(sns, json_sqs, topic, subscribe_queue, dead, queue, arn_of, make_topic):
    subscribe_queue(topic, queue, RedrivePolicy=redrive_policy(arn_of(dead)))
    json_sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": deny(arn_of(queue), topic)})
    sns.publish(TopicArn=topic, Message="denied")
    assert json.loads(take(json_sqs, dead)[0]["Body"])["Message"] == "denied"
    assert take_bodies(json_sqs, queue) == []
    other = make_topic()
    subscribe_queue(other, queue)
    sns.publish(TopicArn=other, Message="let in")
    assert take_envelope(json_sqs, queue)["Message"] == "let in"


def test_a_queue_that_denies_everybody(sns, json_sqs, topic, subscribe_queue, dead, queue, arn_of):
    subscribe_queue(topic, queue, RedrivePolicy=redrive_policy(arn_of(dead)))
    json_sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": deny(arn_of(queue))})
    sns.publish(TopicArn=topic, Message="denied")
    assert json.loads(take(json_sqs, dead)[0]["Body"])["Message"] == "denied"
    assert take_bodies(json_sqs, queue) == []


def test_a_queue_that_takes_only_small_messages(sns, json_sqs, topic, subscribe_queue, dead, make_queue, arn_of):
    queue, _ = subscribe_queue(topic, make_queue(MaximumMessageSize=2048), RawMessageDelivery="true",
                               RedrivePolicy=redrive_policy(arn_of(dead)))
    sns.publish(TopicArn=topic, Message="x" * 2048)
    sns.publish(TopicArn=topic, Message="y" * 2049)
    assert [body[0] for body in take_bodies(json_sqs, queue)] == ["x"]
    assert [message["Body"][0] for message in take(json_sqs, dead)] == ["y"]


def test_each_subscription_has_its_own_dead_letter_queue(
        sns, json_sqs, topic, subscribe_queue, make_queue, arn_of):
    dead = [make_queue() for _ in range(3)]
    for target in dead:
        queue, _ = subscribe_queue(topic, RedrivePolicy=redrive_policy(arn_of(target)))
        json_sqs.delete_queue(QueueUrl=queue)
    sns.publish(TopicArn=topic, Message="x")
    for target in dead:
        assert len(take(json_sqs, target)) == 1
    assert topic_attributes(sns, topic)["SubscriptionsConfirmed"] == "3"
