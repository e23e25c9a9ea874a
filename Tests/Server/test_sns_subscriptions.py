"""Subscriptions: protocols and their endpoints, attributes, confirmation, lists, and their end."""

import json
import re

import pytest

from support.expect import refused
from support.topics import (pages, redrive_policy, retry_policy, set_subscription, subscription_attributes,
                            take_bodies, topic_attributes)

PENDING = "pending confirmation"
ROLE = "arn:aws:iam::000000000000:role/deliver"
FIREHOSE = "arn:aws:firehose:us-east-1:000000000000:deliverystream/stream"
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:work"


def subscribe(sns, topic, protocol, endpoint, **attributes):
    return sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                         Attributes=attributes)["SubscriptionArn"]


def listed(sns, topic):
    return [s for page in pages(sns.list_subscriptions_by_topic, "Subscriptions", TopicArn=topic) for s in page]


# -- Protocols and endpoints

@pytest.mark.parametrize("protocol, endpoint, attributes", [
    ("sqs", None, {}),
    ("lambda", LAMBDA, {}),
    ("firehose", FIREHOSE, {"SubscriptionRoleArn": ROLE}),
    ("sms", "+12065550100", {}),
])
def test_what_is_confirmed_at_once(sns, topic, queue, arn_of, protocol, endpoint, attributes):
    endpoint = endpoint or arn_of(queue)
    arn = subscribe(sns, topic, protocol, endpoint, **attributes)
    assert re.fullmatch(re.escape(topic) + ":[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", arn)
    found = subscription_attributes(sns, arn)
    assert found["PendingConfirmation"] == "false" and found["ConfirmationWasAuthenticated"] == "true"
    assert found["Protocol"] == protocol and found["Endpoint"] == endpoint
    assert found["SubscriptionArn"] == arn and found["TopicArn"] == topic and found["Owner"] == "000000000000"


@pytest.mark.parametrize("protocol, endpoint", [
    ("email", "somebody@example.com"),
    ("email-json", "somebody@example.com"),
    ("http", "http://127.0.0.1:1/x"),
    ("https", "https://127.0.0.1:1/x"),
])
def test_what_asks_its_endpoint_first(sns, topic, protocol, endpoint):
    assert subscribe(sns, topic, protocol, endpoint) == PENDING
    subscription, = listed(sns, topic)
    assert subscription == {
        "SubscriptionArn": "PendingConfirmation", "Owner": "000000000000", "Protocol": protocol,
        "Endpoint": endpoint, "TopicArn": topic}
    arn = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                        ReturnSubscriptionArn=True)["SubscriptionArn"]
    found = subscription_attributes(sns, arn)
    assert found["PendingConfirmation"] == "true" and found["ConfirmationWasAuthenticated"] == "false"
    assert topic_attributes(sns, topic)["SubscriptionsPending"] == "1"


@pytest.mark.parametrize("protocol", ["", "nonsense", "SQS", "ftp"])
def test_a_protocol_that_is_none(sns, topic, protocol):
    with refused("InvalidParameter", contains=(
            f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
            if protocol else "Invalid parameter")):
        subscribe(sns, topic, protocol, "x")


@pytest.mark.parametrize("protocol, endpoint", [
    ("http", "https://127.0.0.1:1/"),
    ("https", "http://127.0.0.1:1/"),
    ("http", "127.0.0.1:1"),
    ("http", ""),
    ("email", "nobody"),
    ("email-json", "nobody"),
    ("sms", "telephone"),
    ("lambda", "work"),
    ("firehose", "stream"),
    ("application", "device"),
    ("sqs", "queue"),
    ("sqs", "arn:aws:sns:us-east-1:000000000000:topic"),
])
def test_an_endpoint_that_is_none(sns, topic, protocol, endpoint):
    with refused("InvalidParameter", contains="Invalid"):
        subscribe(sns, topic, protocol, endpoint, **({"SubscriptionRoleArn": ROLE} if protocol == "firehose" else {}))
    assert listed(sns, topic) == []


def test_a_queue_is_named_by_its_arn(sns, topic, queue):
    with refused("InvalidParameter", "Invalid parameter: SQS endpoint ARN"):
        subscribe(sns, topic, "sqs", queue)


def test_a_queue_need_not_be_there_yet(sns, topic):
    arn = subscribe(sns, topic, "sqs", "arn:aws:sqs:us-east-1:000000000000:never-made-by-anybody")
    assert subscription_attributes(sns, arn)["PendingConfirmation"] == "false"


def test_firehose_needs_a_role(sns, topic):
    with refused("InvalidParameter"):
        subscribe(sns, topic, "firehose", FIREHOSE)
    arn = subscribe(sns, topic, "firehose", FIREHOSE, SubscriptionRoleArn=ROLE)
    assert subscription_attributes(sns, arn)["SubscriptionRoleArn"] == ROLE


def test_a_fifo_queue_cannot_follow_a_standard_topic(sns, topic, fifo_queue, arn_of):
    with refused("InvalidParameter", "Invalid parameter: Invalid parameter: Endpoint Reason: "
                 "FIFO SQS Queues can not be subscribed to standard SNS topics"):
        subscribe(sns, topic, "sqs", arn_of(fifo_queue))


@pytest.mark.parametrize("protocol, endpoint", [
    ("http", "http://127.0.0.1:1/"), ("email", "a@example.com"), ("sms", "+12065550100"), ("lambda", LAMBDA)])
def test_a_fifo_topic_has_queues_as_subscribers(sns, fifo_topic, protocol, endpoint):
    with refused("InvalidParameter", contains="Invalid parameter"):
        subscribe(sns, fifo_topic, protocol, endpoint)


# -- The same subscription again

def test_subscribing_again_is_the_same_subscription(sns, topic, queue, arn_of):
    endpoint = arn_of(queue)
    arn = subscribe(sns, topic, "sqs", endpoint, RawMessageDelivery="true")
    assert subscribe(sns, topic, "sqs", endpoint) == arn
    assert subscribe(sns, topic, "sqs", endpoint, RawMessageDelivery="true") == arn
    assert subscribe(sns, topic, "sqs", endpoint, RawMessageDelivery="True") == arn
    with refused("InvalidParameter",
                 "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"):
        subscribe(sns, topic, "sqs", endpoint, RawMessageDelivery="false")
    assert len(listed(sns, topic)) == 1


def test_a_default_written_out_is_no_difference(sns, topic, queue, arn_of):
    arn = subscribe(sns, topic, "sqs", arn_of(queue))
    assert subscribe(sns, topic, "sqs", arn_of(queue), RawMessageDelivery="false") == arn
    with refused("InvalidParameter", contains="Subscription already exists with different attributes"):
        subscribe(sns, topic, "sqs", arn_of(queue), FilterPolicy=json.dumps({"a": ["b"]}))


def test_a_changed_subscription_is_another(sns, topic, queue, arn_of):
    arn = subscribe(sns, topic, "sqs", arn_of(queue))
    set_subscription(sns, arn, "RawMessageDelivery", "true")
    assert subscribe(sns, topic, "sqs", arn_of(queue), RawMessageDelivery="true") == arn
    with refused("InvalidParameter", contains="Subscription already exists with different attributes"):
        subscribe(sns, topic, "sqs", arn_of(queue), RawMessageDelivery="false")


# -- Attributes

def test_attributes_come_with_the_subscription(sns, topic, make_queue, arn_of):
    policy, redrive = json.dumps({"kind": ["a", "b"]}), redrive_policy(arn_of(make_queue()))
    arn = subscribe(sns, topic, "sqs", arn_of(make_queue()), FilterPolicy=policy, FilterPolicyScope="MessageBody",
                    RawMessageDelivery="true", RedrivePolicy=redrive)
    found = subscription_attributes(sns, arn)
    assert json.loads(found["FilterPolicy"]) == json.loads(policy)
    assert found["FilterPolicyScope"] == "MessageBody" and found["RawMessageDelivery"] == "true"
    assert json.loads(found["RedrivePolicy"]) == json.loads(redrive)


def test_the_scope_is_attributes_unless_said(sns, topic, subscribe_queue):
    _, arn = subscribe_queue(topic, FilterPolicy=json.dumps({"kind": ["a"]}))
    assert subscription_attributes(sns, arn)["FilterPolicyScope"] == "MessageAttributes"
    assert subscription_attributes(sns, arn)["RawMessageDelivery"] == "false"


@pytest.mark.parametrize("name, values", [
    ("RawMessageDelivery", ["true", "false"]),
    ("FilterPolicy", [json.dumps({"a": ["b"]}), json.dumps({"a": [{"prefix": "c"}]})]),
    ("FilterPolicyScope", ["MessageBody", "MessageAttributes"]),
])
def test_an_attribute_is_set_and_told(sns, topic, subscribe_queue, name, values):
    _, arn = subscribe_queue(topic, FilterPolicy=json.dumps({"x": ["y"]}))
    for value in values:
        set_subscription(sns, arn, name, value)
        assert subscription_attributes(sns, arn)[name] == value


def test_a_word_of_truth_is_told_in_small_letters(sns, topic, subscribe_queue):
    _, arn = subscribe_queue(topic, RawMessageDelivery="True")
    assert subscription_attributes(sns, arn)["RawMessageDelivery"] == "true"


def test_a_filter_policy_is_taken_back(sns, json_sqs, topic, subscribe_queue):
    queue, arn = subscribe_queue(topic, FilterPolicy=json.dumps({"a": ["b"]}), RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="unseen")
    set_subscription(sns, arn, "FilterPolicy", "{}")
    sns.publish(TopicArn=topic, Message="seen")
    assert take_bodies(json_sqs, queue) == ["seen"]


@pytest.mark.parametrize("name, value, message", [
    ("Nonsense", "x", "Invalid parameter: AttributeName"),
    ("RawMessageDelivery", "test-ValUe", "Invalid parameter: RawMessageDelivery: Invalid value [test-ValUe]. "
     "Must be true or false."),
    ("RedrivePolicy", '{"deadLetterTargetArn": "fake-arn"}',
     "Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn"),
    ("FilterPolicyScope", "Elsewhere", None),
    ("FilterPolicy", "{", None),
    ("RedrivePolicy", "{", None),
    ("DeliveryPolicy", "{", None),
    ("Endpoint", "x", None),
    ("PendingConfirmation", "true", None),
])
def test_an_attribute_that_cannot_be_so(sns, topic, subscribe_queue, name, value, message):
    _, arn = subscribe_queue(topic)
    with refused("InvalidParameter", message, contains="Invalid parameter"):
        set_subscription(sns, arn, name, value)


@pytest.mark.parametrize("attributes", [
    {"Nonsense": "x"}, {"RawMessageDelivery": "maybe"}, {"FilterPolicy": "["}, {"FilterPolicyScope": "x"},
    {"RedrivePolicy": '{"deadLetterTargetArn": "fake-arn"}'}])
def test_nothing_is_subscribed_with_faulty_attributes(sns, topic, queue, arn_of, attributes):
    with refused("InvalidParameter", contains="Invalid parameter"):
        subscribe(sns, topic, "sqs", arn_of(queue), **attributes)
    assert listed(sns, topic) == []


def test_a_subscription_to_a_fifo_topic_has_a_fifo_dead_letter_queue(
        sns, fifo_topic, fifo_queue, make_queue, arn_of, subscribe_queue):
    _, arn = subscribe_queue(fifo_topic, fifo_queue)
    with refused("InvalidParameter", "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO "
                 "Subscription to a FIFO Topic."):
        set_subscription(sns, arn, "RedrivePolicy", redrive_policy(arn_of(make_queue())))
    set_subscription(sns, arn, "RedrivePolicy", redrive_policy(arn_of(make_queue(fifo=True))))


def test_the_delivery_policy_in_effect(sns, topic, subscribe_http):
    endpoint, arn = subscribe_http(topic)
    assert "DeliveryPolicy" not in subscription_attributes(sns, arn)
    asked = {"minDelayTarget": 7, "maxDelayTarget": 9, "numRetries": 5}
    set_subscription(sns, arn, "DeliveryPolicy", retry_policy(asked))
    found = json.loads(subscription_attributes(sns, arn)["EffectiveDeliveryPolicy"])
    assert found["healthyRetryPolicy"].items() >= asked.items()
    assert endpoint.url == subscription_attributes(sns, arn)["Endpoint"]


@pytest.mark.parametrize("value", [
    retry_policy({"minDelayTarget": 0, "maxDelayTarget": 1, "numRetries": 3}),
    retry_policy({"minDelayTarget": 2, "maxDelayTarget": 1, "numRetries": 3}),
    retry_policy({"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 101}),
    retry_policy({"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 1, "backoffFunction": "x"}),
    retry_policy(throttlePolicy={"maxReceivesPerSecond": 0}),
    "[]",
])
def test_a_delivery_policy_that_cannot_be_so(sns, topic, subscribe_http, value):
    _, arn = subscribe_http(topic)
    with refused("InvalidParameter", contains="DeliveryPolicy"):
        set_subscription(sns, arn, "DeliveryPolicy", value)


# -- ARNs

def test_a_subscription_that_is_not_there(sns, topic):
    gone = topic + ":00000000-0000-0000-0000-000000000000"
    with refused("NotFound", "Subscription does not exist", status=404):
        subscription_attributes(sns, gone)
    with refused("NotFound", "Subscription does not exist", status=404):
        set_subscription(sns, gone, "RawMessageDelivery", "true")


@pytest.mark.parametrize("arn, count", [("randomstring", 1), ("a:b:c", 3)])
def test_an_arn_with_too_few_parts(sns, arn, count):
    message = f"Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not {count}"
    with refused("InvalidParameter", message):
        sns.unsubscribe(SubscriptionArn=arn)
    with refused("InvalidParameter", message):
        subscription_attributes(sns, arn)


def test_a_topic_is_no_subscription(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: SubscriptionId"):
        sns.unsubscribe(SubscriptionArn=topic)


# -- The end

def test_unsubscribing_ends_delivery_and_may_be_repeated(sns, json_sqs, topic, subscribe_queue):
    queue, arn = subscribe_queue(topic)
    sns.unsubscribe(SubscriptionArn=arn)
    sns.unsubscribe(SubscriptionArn=arn)
    sns.publish(TopicArn=topic, Message="x")
    assert take_bodies(json_sqs, queue) == [] and listed(sns, topic) == []
    with refused("NotFound", "Subscription does not exist", status=404):
        subscription_attributes(sns, arn)


def test_a_new_subscription_of_the_same_queue_has_another_arn(sns, topic, queue, subscribe_queue):
    _, first = subscribe_queue(topic, queue)
    sns.unsubscribe(SubscriptionArn=first)
    _, second = subscribe_queue(topic, queue)
    assert first != second


# -- Lists

def test_subscriptions_are_listed_in_pages_of_a_hundred(sns_clients):
    client = sns_clients(account="444444444444")
    topics = [client.create_topic(Name=f"listed-{number}")["TopicArn"] for number in range(2)]
    made = {topic: set() for topic in topics}
    for number in range(103):
        for topic in topics if number < 3 else topics[:1]:
            made[topic].add(client.subscribe(
                TopicArn=topic, Protocol="sqs",
                Endpoint=f"arn:aws:sqs:us-east-1:444444444444:queue-{number}")["SubscriptionArn"])
    for topic, count in zip(topics, ([100, 3], [3])):
        found = pages(client.list_subscriptions_by_topic, "Subscriptions", TopicArn=topic)
        assert [len(page) for page in found] == count
        assert {s["SubscriptionArn"] for page in found for s in page} == made[topic]
    found = pages(client.list_subscriptions, "Subscriptions")
    assert [len(page) for page in found] == [100, 6]
    assert {s["SubscriptionArn"] for page in found for s in page} == made[topics[0]] | made[topics[1]]


def test_a_listed_subscription_tells_all(sns, topic, queue, subscribe_queue, arn_of):
    _, arn = subscribe_queue(topic, queue)
    assert listed(sns, topic) == [{
        "SubscriptionArn": arn, "Owner": "000000000000", "Protocol": "sqs", "Endpoint": arn_of(queue),
        "TopicArn": topic}]


# -- Confirmation by token

def test_a_token_confirms(sns, topic, endpoint):
    assert subscribe(sns, topic, "http", endpoint.url) == PENDING
    token = endpoint.wait(1)[0].json["Token"]
    arn = sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
    found = subscription_attributes(sns, arn)
    assert found["PendingConfirmation"] == "false"
    assert sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"] == arn


def test_a_token_confirms_whatever_the_name_of_the_topic(sns, topic, endpoint):
    subscribe(sns, topic, "http", endpoint.url)
    token = endpoint.wait(1)[0].json["Token"]
    arn = sns.confirm_subscription(TopicArn=topic + "-other", Token=token)["SubscriptionArn"]
    assert arn.startswith(topic + ":")


def test_a_wrong_token(sns, topic, endpoint):
    subscribe(sns, topic, "http", endpoint.url)
    token = endpoint.wait(1)[0].json["Token"]
    wrong = ("0" if token[-1] != "0" else "1").join([token[:-1], ""])
    with refused("InvalidParameter", "Invalid parameter: Token"):
        sns.confirm_subscription(TopicArn=topic, Token=wrong)
    with refused("InvalidParameter", contains="Invalid token"):
        sns.confirm_subscription(TopicArn=topic, Token="randomtoken")
    assert topic_attributes(sns, topic)["SubscriptionsPending"] == "1"


def test_a_token_is_of_its_region(sns, topic, endpoint):
    subscribe(sns, topic, "http", endpoint.url)
    token = endpoint.wait(1)[0].json["Token"]
    with refused("InvalidParameter", "Invalid parameter: Topic"):
        sns.confirm_subscription(TopicArn=topic.replace("us-east-1", "eu-west-1"), Token=token)
    assert topic_attributes(sns, topic)["SubscriptionsPending"] == "1"
