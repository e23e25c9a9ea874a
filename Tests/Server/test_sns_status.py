"""Delivery status: the documents that topics ask for, lines about failures, and counters."""

import hashlib
import json
import re

import pytest
import requests

from support.clients import make_client, make_sns_client
from support.recorder import confirm
from support.topics import NO_RETRIES, eventually, redrive_policy, retry_policy, take, text

ROLE = "arn:aws:iam::000000000000:role/feedback"


@pytest.fixture
def site(start_server, tmp_path):
    log = tmp_path / "deliveries.log"
    server = start_server("--delivery-log", str(log))
    return server, make_sns_client(server.url), make_client(server.url), log


def documents(log, count):
    def found():
        lines = log.read_text().splitlines() if log.exists() else []
        return [json.loads(line) for line in lines] if len(lines) >= count else None

    return eventually(found)


def test_success_and_failure_are_told(site, endpoint):
    server, sns, sqs, log = site
    topic = sns.create_topic(Name="topic", Attributes={
        "HTTPSuccessFeedbackRoleArn": ROLE, "HTTPSuccessFeedbackSampleRate": "100",
        "HTTPFailureFeedbackRoleArn": ROLE})["TopicArn"]
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url_with("user:secret"), Attributes={
        "DeliveryPolicy": retry_policy(NO_RETRIES),
        "RedrivePolicy": redrive_policy("arn:aws:sqs:us-east-1:000000000000:dead")})
    confirm(endpoint)
    endpoint.answers = [(200, "thank you"), (400, "go away")]
    sent = sns.publish(TopicArn=topic, Message="good")["MessageId"]
    endpoint.wait_for_notifications(1)
    failed = sns.publish(TopicArn=topic, Message="bad")["MessageId"]
    take(sqs, dead)
    told = {document["notification"]["messageId"]: document for document in documents(log, 2)
            if "messageId" in document["notification"]}
    good, bad = told[sent], told[failed]
    assert good["status"] == "SUCCESS" and bad["status"] == "FAILURE"
    assert good["delivery"]["statusCode"] == 200 and bad["delivery"]["statusCode"] == 400
    assert good["delivery"]["providerResponse"] == "thank you"
    assert good["delivery"]["destination"] == endpoint.url and good["delivery"]["attempts"] == 1
    assert good["delivery"]["dwellTimeMs"] >= 0 and good["notification"]["topicArn"] == topic
    assert good["notification"]["messageMD5Sum"] == hashlib.md5(b"good").hexdigest()
    assert "secret" not in log.read_text() and "secret" not in server.log


def test_a_rate_of_zero_tells_no_success(site, endpoint):
    _, sns, _, log = site
    topic = sns.create_topic(Name="topic", Attributes={
        "HTTPSuccessFeedbackRoleArn": ROLE, "HTTPSuccessFeedbackSampleRate": "0",
        "HTTPFailureFeedbackRoleArn": ROLE})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url,
                  Attributes={"DeliveryPolicy": retry_policy(NO_RETRIES)})
    confirm(endpoint)
    for number in range(20):
        sns.publish(TopicArn=topic, Message=str(number))
    endpoint.wait_for_notifications(20)
    endpoint.answer = 404
    sns.publish(TopicArn=topic, Message="bad")
    assert [d["status"] for d in documents(log, 1) if d["notification"]] == ["FAILURE"]


def test_a_message_that_is_given_up_is_in_the_log(start_server, endpoint):
    server = start_server()
    sns = make_sns_client(server.url)
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    confirm(endpoint)
    endpoint.answer = 404
    sns.publish(TopicArn=topic, Message="bad")
    line = eventually(lambda: [line for line in server.log.splitlines() if "given up" in line])[0]
    assert topic in line and endpoint.url in line and "404" in line


def test_counters(site, endpoint):
    server, sns, sqs, _ = site
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sqs.create_queue(QueueName="queue")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:queue",
                  Attributes={"FilterPolicy": json.dumps({"kind": ["a"]})})
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    confirm(endpoint)
    for kind in "aab":
        sns.publish(TopicArn=topic, Message="x", MessageAttributes={"kind": text(kind)})

    def value(name, **labels):
        found = requests.get(server.url + "/metrics", timeout=10)
        assert found.status_code == 200
        wanted = ",".join(f'{key}="{text}"' for key, text in labels.items())
        match = re.search(rf"^{name}{{{re.escape(wanted)}}} (\d+)$", found.text, re.MULTILINE)
        return int(match.group(1)) if match else 0

    endpoint.wait_for_notifications(3)
    eventually(lambda: value("apus_deliveries_delivered_total", topic=topic, protocol="http") >= 3)
    assert value("apus_notifications_published_total", topic=topic) == 3
    assert value("apus_notifications_filtered_out_total", topic=topic) == 1
