"""Signatures: every signed message verifies with the served certificate, by an implementation of its own."""

import datetime
import json

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from support.clients import make_client, make_sns_client
from support.recorder import confirm
from support.signatures import certificate, verify
from support.topics import set_topic, take_envelope, take_envelopes, text


@pytest.fixture(params=["1", "2"])
def signed_topic(request, make_topic):
    return make_topic(SignatureVersion=request.param), request.param


@pytest.mark.parametrize("options", [
    {}, {"Subject": "subject"}, {"MessageAttributes": {"a": text("v")}},
    {"Message": "ä\n\"quoted\" \\ 😀\t", "Subject": "sübject"}, {"Message": "x" * 200_000}])
def test_what_a_queue_gets_is_signed(sns, json_sqs, signed_topic, subscribe_queue, options):
    topic, version = signed_topic
    queue, _ = subscribe_queue(topic)
    sns.publish(**{"TopicArn": topic, "Message": "hello"} | options)
    envelope = take_envelope(json_sqs, queue)
    assert envelope["SignatureVersion"] == version
    verify(envelope)


def test_what_is_changed_does_not_verify(sns, json_sqs, signed_topic, subscribe_queue):
    topic, _ = signed_topic
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="hello", Subject="subject")
    envelope = take_envelope(json_sqs, queue)
    for name in ("Message", "MessageId", "Subject", "Timestamp", "TopicArn"):
        with pytest.raises(InvalidSignature):
            verify(envelope | {name: envelope[name] + "x"})
    with pytest.raises(InvalidSignature):
        verify({name: value for name, value in envelope.items() if name != "Subject"})


def test_what_an_http_endpoint_gets_is_signed(sns, signed_topic, endpoint):
    topic, version = signed_topic
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    arn = confirm(endpoint)
    sns.publish(TopicArn=topic, Message="hello", Subject="subject")
    endpoint.wait_for_notifications()
    sns.unsubscribe(SubscriptionArn=arn)
    endpoint.wait(1, "UnsubscribeConfirmation")
    for request in endpoint.requests:
        assert request.json["SignatureVersion"] == version
        verify(request.json)
    assert [r.type for r in endpoint.requests] == [
        "SubscriptionConfirmation", "Notification", "UnsubscribeConfirmation"]


def test_one_signature_serves_all_who_get_the_same(sns, json_sqs, signed_topic, subscribe_queue):
    topic, _ = signed_topic
    queues = [subscribe_queue(topic)[0] for _ in range(3)]
    sns.publish(TopicArn=topic, Message="hello")
    assert len({take_envelope(json_sqs, queue)["Signature"] for queue in queues}) == 1


def test_the_text_for_a_protocol_is_what_is_signed(sns, json_sqs, topic, subscribe_queue, subscribe_http):
    queue, _ = subscribe_queue(topic)
    endpoint, _ = subscribe_http(topic)
    sns.publish(TopicArn=topic, MessageStructure="json", Message=json.dumps(
        {"default": "d", "sqs": "for queues", "http": "for the web"}))
    envelope, request = take_envelope(json_sqs, queue), endpoint.wait_for_notifications()[0].json
    assert (envelope["Message"], request["Message"]) == ("for queues", "for the web")
    verify(envelope)
    verify(request)


def test_many_messages_are_signed_each(sns, json_sqs, signed_topic, subscribe_queue):
    topic, _ = signed_topic
    queue, _ = subscribe_queue(topic)
    for start in range(0, 100, 10):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": str(n), "Message": f"message {start + n}"} for n in range(10)])
    envelopes = take_envelopes(json_sqs, queue)
    assert [e["Message"] for e in envelopes] == [f"message {n}" for n in range(100)]
    for envelope in envelopes:
        verify(envelope)


def test_the_version_can_be_changed(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    for version in ("1", "2", "1"):
        set_topic(sns, topic, "SignatureVersion", version)
        sns.publish(TopicArn=topic, Message=version)
    envelopes = take_envelopes(json_sqs, queue)
    assert [e["SignatureVersion"] for e in envelopes] == ["1", "2", "1"]
    for envelope in envelopes:
        verify(envelope)


def test_the_certificate(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="x")
    url = take_envelope(json_sqs, queue)["SigningCertURL"]
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200 and answer.text.startswith("-----BEGIN CERTIFICATE-----")
    found = certificate(url)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert found.not_valid_before_utc <= now and found.not_valid_after_utc > now + datetime.timedelta(days=300)
    assert found.public_key().key_size == 2048
    wrong = url.replace("SimpleNotificationService-", "SimpleNotificationService-00")
    assert requests.get(wrong, timeout=10).status_code == 404


def test_key_and_certificate_survive_a_restart(start_server):
    server = start_server()
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:queue")
    for turn in range(3):
        sns.publish(TopicArn=topic, Message=f"message {turn}")
        server.crash() if turn == 0 else server.restart()
    envelopes = take_envelopes(sqs, queue)
    assert [e["Message"] for e in envelopes] == ["message 0", "message 1", "message 2"]
    assert len({e["SigningCertURL"] for e in envelopes}) == 1
    for envelope in envelopes:
        verify(envelope)


def test_a_printed_host_changes_nothing_but_the_urls(start_server):
    server = start_server("--sns-url", "https://sns.us-east-1.amazonaws.com")
    sns, sqs = make_sns_client(server.url), make_client(server.url)
    topic = sns.create_topic(Name="topic")["TopicArn"]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:queue")
    sns.publish(TopicArn=topic, Message="x")
    envelope = take_envelope(sqs, queue)
    path = envelope["SigningCertURL"].removeprefix("https://sns.us-east-1.amazonaws.com")
    verify(envelope, server.url + path)
