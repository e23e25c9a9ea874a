"""HTTPS subscribers: certificates are checked against the configured authorities."""

import json

import pytest

from support.authority import Authority
from support.clients import make_client, make_sns_client
from support.recorder import Recorder, confirm
from support.server import Server
from support.signatures import verify
from support.topics import AT_ONCE, NO_RETRIES, redrive_policy, retry_policy, take


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def https_recorder(authority):
    recorder = Recorder(authority.certificate("good", "IP:127.0.0.1,DNS:localhost"))
    yield recorder
    recorder.stop()


@pytest.fixture(scope="module")
def https_server(tmp_path_factory, authority):
    server = Server(tmp_path_factory.mktemp("https"), "--ca-bundle", str(authority.bundle)).start()
    yield server
    assert server.stop() == 0, server.log


@pytest.fixture
def both(https_server):
    return make_sns_client(https_server.url), make_client(https_server.url)


def subscribe(both, name, endpoint, url=None, **attributes):
    """A topic with a confirmed https subscription and a dead-letter queue."""
    sns, sqs = both
    topic = sns.create_topic(Name=name)["TopicArn"]
    dead = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = {"DeliveryPolicy": retry_policy(NO_RETRIES)} | attributes
    attributes["RedrivePolicy"] = redrive_policy(f"arn:aws:sqs:us-east-1:000000000000:{name}")
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=url or endpoint.url, Attributes=attributes)
    return topic, dead


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_good_certificate(both, https_recorder, host):
    sns, _ = both
    endpoint = https_recorder.endpoint()
    topic, _ = subscribe(both, f"good-{host.replace('.', '-')}", endpoint, endpoint.url.replace("127.0.0.1", host))
    confirm(endpoint)
    for number in range(20):
        sns.publish(TopicArn=topic, Message=str(number))
    found = endpoint.wait_for_notifications(20)
    assert {request.json["Message"] for request in found} == {str(n) for n in range(20)}
    for request in endpoint.requests:
        verify(request.json)


def test_a_large_message_and_a_retry(both, https_recorder):
    sns, _ = both
    endpoint = https_recorder.endpoint()
    topic, _ = subscribe(both, "large", endpoint, RawMessageDelivery="true", DeliveryPolicy=retry_policy(AT_ONCE))
    confirm(endpoint)
    endpoint.answers = [500, "cut"]
    sns.publish(TopicArn=topic, Message="x" * 262_144)
    assert [len(r.body) for r in endpoint.wait_for_notifications(3)] == [262_144] * 3


@pytest.mark.parametrize("fault", ["name", "authority", "self"])
def test_a_bad_certificate(both, tmp_path, authority, fault):
    """The endpoint is trusted when it confirms and has another certificate when it is delivered to."""
    sns, sqs = both
    good = Recorder(authority.certificate(f"first-{fault}", "IP:127.0.0.1"))
    endpoint = good.endpoint()
    topic, dead = subscribe(both, f"bad-{fault}", endpoint)
    confirm(endpoint)
    good.stop()
    if fault == "name":
        certificate = authority.certificate("elsewhere", "DNS:elsewhere.example.com")
    else:
        certificate = Authority(tmp_path).certificate("stranger", "IP:127.0.0.1")
        if fault == "self":
            (tmp_path / "self.pem").write_text(
                (tmp_path / "authority.key").read_text() + (tmp_path / "authority.pem").read_text())
            certificate = tmp_path / "self.pem"
    bad = Recorder(certificate, port=good.port)
    try:
        elsewhere = bad.endpoint()
        assert elsewhere.path == endpoint.path
        sns.publish(TopicArn=topic, Message="not for strangers")
        assert json.loads(take(sqs, dead)[0]["Body"])["Message"] == "not for strangers"
        assert elsewhere.requests == []
    finally:
        bad.stop()


def test_a_server_that_speaks_no_tls(both, authority):
    sns, sqs = both
    good = Recorder(authority.certificate("tls", "IP:127.0.0.1"))
    endpoint = good.endpoint()
    topic, dead = subscribe(both, "no-tls", endpoint)
    confirm(endpoint)
    good.stop()
    plain = Recorder(port=good.port)
    try:
        sns.publish(TopicArn=topic, Message="x")
        take(sqs, dead)
    finally:
        plain.stop()
