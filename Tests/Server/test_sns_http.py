"""HTTP subscribers: the handshake, what is sent, retries, dead letters, and endpoints that misbehave."""

import base64
import json
import re

import pytest
import requests

from support.expect import refused
from support.recorder import Recorder, confirm
from support.topics import (AT_ONCE, NO_RETRIES, eventually, redrive_policy, retry_policy, set_subscription, set_topic,
                            subscription_attributes, take, take_bodies, text, topic_attributes)

AGENT = "Amazon Simple Notification Service Agent"
PLAIN = "text/plain; charset=UTF-8"


def publish(sns, topic, message="hello", **options):
    return sns.publish(TopicArn=topic, Message=message, **options)["MessageId"]


@pytest.fixture
def dead(make_queue):
    return make_queue()


# -- Handshake

def test_a_confirmation_is_asked_for(sns, topic, endpoint):
    answer = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    assert answer["SubscriptionArn"] == "pending confirmation"
    request, = endpoint.wait(1)
    headers = request.headers
    assert request.method == "POST" and headers["Content-Type"] == PLAIN and headers["User-Agent"] == AGENT
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-topic-arn"] == topic and "x-amz-sns-subscription-arn" not in headers
    assert headers["Host"] == f"127.0.0.1:{endpoint.recorder.port}" and headers["Accept-Encoding"] == "gzip,deflate"
    message = request.json
    assert list(message) == ["Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp",
                             "SignatureVersion", "Signature", "SigningCertURL"]
    assert message["Type"] == "SubscriptionConfirmation" and message["TopicArn"] == topic
    assert headers["x-amz-sns-message-id"] == message["MessageId"]
    assert message["Message"] == (
        f"You have chosen to subscribe to the topic {topic}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.")
    assert message["SubscribeURL"].endswith(
        f"/?Action=ConfirmSubscription&TopicArn={topic}&Token={message['Token']}")


def test_the_link_confirms(sns, topic, endpoint):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    answer = requests.get(endpoint.wait(1)[0].json["SubscribeURL"], timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/xml")
    assert '<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">' in answer.text
    arn = re.search(r"<ConfirmSubscriptionResult>\s*<SubscriptionArn>(.*)</SubscriptionArn>", answer.text).group(1)
    found = subscription_attributes(sns, arn)
    assert found["PendingConfirmation"] == "false" and found["ConfirmationWasAuthenticated"] == "false"
    again = requests.get(endpoint.wait(1)[0].json["SubscribeURL"], timeout=10)
    assert again.status_code == 200 and arn in again.text


def test_nothing_is_delivered_before_the_confirmation(sns, topic, subscribe_http, endpoint):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    endpoint.wait(1)
    publish(sns, topic, "too early")
    confirm(endpoint)
    publish(sns, topic, "in time")
    request, = endpoint.wait_for_notifications()
    assert request.json["Message"] == "in time"


def test_subscribing_again_asks_again(sns, topic, endpoint):
    for _ in range(2):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    first, second = endpoint.wait(2)
    assert first.type == second.type == "SubscriptionConfirmation"
    confirm(endpoint, 2)
    assert topic_attributes(sns, topic)["SubscriptionsConfirmed"] == "1"


# -- What is sent

def test_a_notification(sns, topic, subscribe_http):
    endpoint, arn = subscribe_http(topic)
    identifier = publish(sns, topic, "hello", Subject="subject", MessageAttributes={"a": text("v")})
    request, = endpoint.wait_for_notifications()
    headers, message = request.headers, request.json
    assert headers["Content-Type"] == PLAIN and headers["User-Agent"] == AGENT
    assert headers["x-amz-sns-message-id"] == message["MessageId"] == identifier
    assert headers["x-amz-sns-topic-arn"] == topic and headers["x-amz-sns-subscription-arn"] == arn
    assert "x-amz-sns-rawdelivery" not in headers
    assert list(message) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL", "MessageAttributes"]
    assert message["Message"] == "hello" and message["MessageAttributes"] == {"a": {"Type": "String", "Value": "v"}}
    assert message["UnsubscribeURL"].endswith(f"/?Action=Unsubscribe&SubscriptionArn={arn}")


def test_a_raw_notification(sns, topic, subscribe_http):
    endpoint, arn = subscribe_http(topic, RawMessageDelivery="true")
    publish(sns, topic, "just\nthis ä", MessageAttributes={"a": text("v")})
    request, = endpoint.wait_for_notifications()
    assert request.text == "just\nthis ä" and request.headers["x-amz-sns-rawdelivery"] == "true"
    assert request.headers["x-amz-sns-subscription-arn"] == arn
    assert not [name for name in request.headers if name.lower() == "a"]


def test_http_has_its_own_text(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic)
    publish(sns, topic, json.dumps({"default": "d", "http": "for the web", "https": "no"}), MessageStructure="json")
    assert endpoint.wait_for_notifications()[0].json["Message"] == "for the web"


def test_filters_apply(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic, FilterPolicy=json.dumps({"kind": ["a"]}))
    for kind in "ba":
        publish(sns, topic, kind, MessageAttributes={"kind": text(kind)})
    request, = endpoint.wait_for_notifications()
    assert request.json["Message"] == "a"


def test_the_content_type_can_be_chosen(sns, topic, make_topic, subscribe_http, recorder):
    json_type, text_type, csv_type = "application/json", "text/plain; charset=iso-8859-1", "text/csv; header=present"
    endpoint, arn = subscribe_http(topic, DeliveryPolicy=retry_policy(requestPolicy={"headerContentType": json_type}))
    assert endpoint.of_type("SubscriptionConfirmation")[0].headers["Content-Type"] == PLAIN
    publish(sns, topic)
    assert endpoint.wait_for_notifications()[0].headers["Content-Type"] == json_type
    set_topic(sns, topic, "DeliveryPolicy", json.dumps({"http": {"defaultRequestPolicy": {
        "headerContentType": text_type}}}))
    publish(sns, topic)
    assert endpoint.wait_for_notifications(2)[1].headers["Content-Type"] == json_type
    other, _ = subscribe_http(topic)
    publish(sns, topic)
    assert other.wait_for_notifications()[0].headers["Content-Type"] == text_type
    raw, _ = subscribe_http(topic, RawMessageDelivery="true", DeliveryPolicy=retry_policy(
        requestPolicy={"headerContentType": csv_type}))
    publish(sns, topic)
    assert raw.wait_for_notifications()[0].headers["Content-Type"] == csv_type


def test_credentials_in_the_url_are_sent(sns, topic, endpoint, subscribe_http):
    subscribe_http(topic, endpoint, url=endpoint.url_with("user:pa%20ss"))
    publish(sns, topic)
    for request in (endpoint.requests[0], endpoint.wait_for_notifications()[0]):
        kind, value = request.headers["Authorization"].split()
        assert kind == "Basic" and base64.b64decode(value) in (b"user:pa ss", b"user:pa%20ss")
        assert "user" not in request.target


def test_the_path_and_query_of_the_url_are_kept(sns, topic, endpoint, subscribe_http):
    subscribe_http(topic, endpoint, url=endpoint.url + "/deep/er?a=b&c=%20d")
    publish(sns, topic)
    assert endpoint.wait_for_notifications()[0].target == endpoint.path + "/deep/er?a=b&c=%20d"


def test_one_publish_reaches_many_endpoints(sns, topic, recorder, subscribe_http):
    endpoints = [subscribe_http(topic)[0] for _ in range(20)]
    sent = {publish(sns, topic, str(n)) for n in range(5)}
    for endpoint in endpoints:
        found = endpoint.wait_for_notifications(5)
        assert {request.json["MessageId"] for request in found} == sent and len(found) == 5


# -- Retries

def test_a_failure_is_retried_with_the_same_message(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic, DeliveryPolicy=retry_policy(AT_ONCE))
    endpoint.answers = [500, 503]
    publish(sns, topic)
    attempts = endpoint.wait_for_notifications(3)
    assert len({request.json["MessageId"] for request in attempts}) == 1
    assert len({request.body for request in attempts}) == 1


@pytest.mark.parametrize("answer", [500, 503, 429, "cut"])
def test_after_the_last_retry_comes_the_dead_letter_queue(sns, json_sqs, topic, subscribe_http, dead, arn_of, answer):
    endpoint, _ = subscribe_http(
        topic, DeliveryPolicy=retry_policy(AT_ONCE), RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = answer
    identifier = publish(sns, topic, "hello", MessageAttributes={"a": text("v")})
    envelope = json.loads(take(json_sqs, dead)[0]["Body"])
    assert envelope["MessageId"] == identifier and envelope["Message"] == "hello"
    assert envelope["Type"] == "Notification"
    # A kept connection that closes without an answer may be a stale one, and is tried on a new one at once.
    assert len(endpoint.notifications) == 4 or answer == "cut" and 4 <= len(endpoint.notifications) <= 8


@pytest.mark.parametrize("answer", [400, 403, 404, 410])
def test_a_client_error_is_final(sns, json_sqs, topic, subscribe_http, dead, arn_of, answer):
    endpoint, _ = subscribe_http(
        topic, DeliveryPolicy=retry_policy(AT_ONCE), RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = answer
    publish(sns, topic)
    take(json_sqs, dead)
    assert len(endpoint.notifications) == 1


def test_nobody_listens(sns, json_sqs, topic, dead, arn_of, tmp_path):
    recorder = Recorder()
    endpoint = recorder.endpoint()
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes={
        "DeliveryPolicy": retry_policy(NO_RETRIES), "RedrivePolicy": redrive_policy(arn_of(dead))})
    confirm(endpoint)
    recorder.stop()
    publish(sns, topic)
    assert json.loads(take(json_sqs, dead)[0]["Body"])["Message"] == "hello"


def test_a_raw_message_is_raw_in_the_dead_letter_queue(sns, json_sqs, topic, subscribe_http, dead, arn_of):
    endpoint, _ = subscribe_http(topic, RawMessageDelivery="true", DeliveryPolicy=retry_policy(NO_RETRIES),
                                 RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = 500
    publish(sns, topic, "just this")
    assert take(json_sqs, dead)[0]["Body"] == "just this"


def test_retries_keep_their_distance(sns, topic, subscribe_http):
    """One second is the smallest delay; it is never less, and a loaded machine may make it more."""
    endpoint, _ = subscribe_http(topic, DeliveryPolicy=retry_policy(
        {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 2}))
    endpoint.answers = [500, 500]
    publish(sns, topic)
    first, second, third = (request.at for request in endpoint.wait_for_notifications(3))
    assert second - first > 0.7 and third - second > 0.7


def test_the_topics_policy_holds_for_its_subscriptions(sns, json_sqs, topic, subscribe_http, dead, arn_of):
    set_topic(sns, topic, "DeliveryPolicy", json.dumps({"http": {"defaultHealthyRetryPolicy": NO_RETRIES}}))
    endpoint, arn = subscribe_http(topic, RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = 500
    publish(sns, topic)
    take(json_sqs, dead)
    assert len(endpoint.notifications) == 1
    set_subscription(sns, arn, "DeliveryPolicy", retry_policy(AT_ONCE))
    publish(sns, topic)
    take(json_sqs, dead)
    assert len(endpoint.notifications) == 5


def test_overrides_can_be_forbidden(sns, json_sqs, topic, subscribe_http, dead, arn_of):
    set_topic(sns, topic, "DeliveryPolicy", json.dumps({"http": {
        "defaultHealthyRetryPolicy": NO_RETRIES, "disableSubscriptionOverrides": True}}))
    endpoint, _ = subscribe_http(
        topic, DeliveryPolicy=retry_policy(AT_ONCE), RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = 500
    publish(sns, topic)
    take(json_sqs, dead)
    assert len(endpoint.notifications) == 1


def test_receives_per_second_are_bounded(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic, DeliveryPolicy=retry_policy(
        AT_ONCE, throttlePolicy={"maxReceivesPerSecond": 2}))
    for number in range(6):
        publish(sns, topic, str(number))
    times = [request.at for request in endpoint.wait_for_notifications(6)]
    assert times[-1] - times[0] > 1.3
    assert sorted(request.json["Message"] for request in endpoint.notifications) == [str(n) for n in range(6)]


def test_a_redirect_is_no_success(sns, json_sqs, topic, subscribe_http, dead, arn_of, recorder):
    other = recorder.endpoint()
    endpoint, _ = subscribe_http(
        topic, DeliveryPolicy=retry_policy(NO_RETRIES), RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = (301, "", {"Location": other.url})
    publish(sns, topic)
    eventually(lambda: other.notifications or take_bodies(json_sqs, dead))
    assert len(endpoint.notifications) == 1


def test_a_missing_dead_letter_queue_stops_nothing(sns, json_sqs, topic, subscribe_http, dead, arn_of):
    endpoint, _ = subscribe_http(
        topic, DeliveryPolicy=retry_policy(NO_RETRIES), RedrivePolicy=redrive_policy(arn_of(dead)))
    json_sqs.delete_queue(QueueUrl=dead)
    endpoint.answers = [500]
    publish(sns, topic, "lost")
    publish(sns, topic, "delivered")
    endpoint.wait_for_notifications(2)


# -- Endpoints that misbehave

@pytest.fixture
def other_recorder():
    """A host of its own: endpoints of one host share its connections."""
    recorder = Recorder()
    yield recorder
    recorder.stop()


def test_a_hanging_endpoint_delays_no_other(
        sns, json_sqs, topic, subscribe_http, subscribe_queue, other_recorder):
    hanging, _ = subscribe_http(topic, other_recorder.endpoint())
    quick, _ = subscribe_http(topic)
    queue, _ = subscribe_queue(topic)
    hanging.answer = "hang"
    for number in range(50):
        publish(sns, topic, str(number))
    assert len(take_bodies(json_sqs, queue)) == 50
    found = quick.wait_for_notifications(50, seconds=10)
    assert len({request.json["MessageId"] for request in found}) == 50
    assert len(hanging.notifications) >= 1


def test_failing_endpoints_delay_no_other(sns, topic, subscribe_http, other_recorder):
    failing = [subscribe_http(topic, other_recorder.endpoint())[0] for _ in range(3)]
    quick, _ = subscribe_http(topic)
    for endpoint, answer in zip(failing, (500, "cut", 404)):
        endpoint.answer = answer
    for number in range(30):
        publish(sns, topic, str(number))
    assert len(quick.wait_for_notifications(30, seconds=10)) == 30


def test_a_long_answer_is_an_answer(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic, DeliveryPolicy=retry_policy(AT_ONCE))
    endpoint.answer = (200, "x" * 1_000_000)
    publish(sns, topic, "one")
    endpoint.wait_for_notifications(1)
    publish(sns, topic, "two")
    messages = [request.json["Message"] for request in endpoint.wait_for_notifications(2)]
    assert messages == ["one", "two"]


def test_a_large_message_arrives_whole(sns, topic, subscribe_http):
    endpoint, _ = subscribe_http(topic, RawMessageDelivery="true")
    message = "ä" * 131_072
    publish(sns, topic, message)
    assert endpoint.wait_for_notifications()[0].text == message


# -- The end

def test_unsubscribing_is_told_and_can_be_undone(sns, topic, subscribe_http):
    endpoint, arn = subscribe_http(topic)
    old_token = endpoint.requests[0].json["Token"]
    sns.unsubscribe(SubscriptionArn=arn)
    request, = endpoint.wait(1, "UnsubscribeConfirmation")
    message = request.json
    assert list(message) == ["Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp",
                             "SignatureVersion", "Signature", "SigningCertURL"]
    assert message["Message"] == (
        f"You have chosen to deactivate subscription {arn}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.")
    assert request.headers["x-amz-sns-subscription-arn"] == arn and message["Token"] != old_token
    publish(sns, topic, "unseen")
    answer = requests.get(message["SubscribeURL"], timeout=10)
    assert answer.status_code == 200 and "<SubscriptionArn>" in answer.text
    publish(sns, topic, "seen")
    assert [r.json["Message"] for r in endpoint.wait_for_notifications()] == ["seen"]


def test_the_link_of_a_notification_unsubscribes(sns, topic, subscribe_http):
    endpoint, arn = subscribe_http(topic)
    publish(sns, topic)
    answer = requests.get(endpoint.wait_for_notifications()[0].json["UnsubscribeURL"], timeout=10)
    assert answer.status_code == 200
    endpoint.wait(1, "UnsubscribeConfirmation")
    with refused("NotFound", status=404):
        subscription_attributes(sns, arn)


def test_a_link_does_not_unsubscribe_where_the_owner_must(sns, topic, endpoint):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    token = endpoint.wait(1)[0].json["Token"]
    arn = sns.confirm_subscription(
        TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")["SubscriptionArn"]
    assert subscription_attributes(sns, arn)["ConfirmationWasAuthenticated"] == "true"
    publish(sns, topic)
    answer = requests.get(endpoint.wait_for_notifications()[0].json["UnsubscribeURL"], timeout=10)
    assert answer.status_code in (400, 401, 403)
    publish(sns, topic, "still here")
    endpoint.wait_for_notifications(2)
    sns.unsubscribe(SubscriptionArn=arn)
    with refused("NotFound", status=404):
        subscription_attributes(sns, arn)


def test_a_failing_goodbye_is_no_dead_letter(sns, json_sqs, topic, subscribe_http, dead, arn_of):
    endpoint, arn = subscribe_http(
        topic, DeliveryPolicy=retry_policy(NO_RETRIES), RedrivePolicy=redrive_policy(arn_of(dead)))
    endpoint.answer = 404
    sns.unsubscribe(SubscriptionArn=arn)
    endpoint.wait(1, "UnsubscribeConfirmation")
    other, other_arn = subscribe_http(topic, RedrivePolicy=redrive_policy(arn_of(dead)))
    publish(sns, topic)
    other.wait_for_notifications()
    assert take_bodies(json_sqs, dead) == []
