"""Lambda, Firehose, email, SMS and mobile push: what the configured stand-ins get, and what is not configured."""

import base64
import json
import re

import pytest
import requests

from support.clients import make_client, make_sns_client
from support.mailbox import Mailbox, body_of
from support.recorder import Recorder
from support.server import Server
from support.signatures import verify
from support.topics import binary, eventually, redrive_policy, take, take_bodies, text, topic_attributes

ROLE = "arn:aws:iam::000000000000:role/deliver"
STREAM = "arn:aws:firehose:us-east-1:000000000000:deliverystream/stream"


def function(name):
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


class Site:
    """A server with a gateway of each kind, and its clients."""

    def __init__(self, directory, recorder):
        self.recorder = recorder
        self.mailbox = Mailbox(directory)
        self.functions, self.streams, self.phones, self.devices = (recorder.endpoint() for _ in range(4))
        self.functions.answer = (200, "null")
        self.streams.answer = (200, '{"RecordId": "1", "Encrypted": false}')
        self.server = Server(
            directory / "server", "--sendmail", str(self.mailbox.script), "--lambda-endpoint", self.functions.url,
            "--firehose-endpoint", self.streams.url, "--sms-gateway", self.phones.url,
            "--push-gateway", self.devices.url)
        self.server.directory.mkdir()
        self.server.start()
        self.sns, self.sqs = make_sns_client(self.server.url), make_client(self.server.url)

    def queue(self, name):
        return self.sqs.create_queue(QueueName=name)["QueueUrl"]

    def topic(self, name, **attributes):
        return self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def subscribe(self, topic, protocol, endpoint, **attributes):
        return self.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes,
                                  ReturnSubscriptionArn=True)["SubscriptionArn"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    recorder = Recorder()
    site = Site(tmp_path_factory.mktemp("site"), recorder)
    yield site
    assert site.server.stop() == 0, site.server.log
    recorder.stop()


def requests_to(endpoint, part, count=1):
    def found():
        return [request for request in endpoint.requests if part in request.target or part in request.text]

    eventually(lambda: len(found()) >= count)
    return found()


# -- Lambda

def test_a_function_is_invoked_with_an_event(site):
    topic = site.topic("event")
    arn = site.subscribe(topic, "lambda", function("event"))
    sent = site.sns.publish(TopicArn=topic, Message="hello", MessageAttributes={
        "a": text("v"), "b": binary(b"\x01")})
    request, = requests_to(site.functions, "/functions/event/")
    assert request.method == "POST"
    assert request.target.endswith("/2015-03-31/functions/event/invocations")
    record, = request.json["Records"]
    message = record.pop("Sns")
    assert record == {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": arn}
    assert set(message) == {
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"}
    assert message["Subject"] is None and message["MessageId"] == sent["MessageId"]
    assert message["Type"] == "Notification" and message["Message"] == "hello" and message["TopicArn"] == topic
    assert message["MessageAttributes"] == {
        "a": {"Type": "String", "Value": "v"}, "b": {"Type": "Binary", "Value": "AQ=="}}
    assert message["SignatureVersion"] == "1"


def test_an_event_verifies(site):
    topic = site.topic("event-signed")
    site.subscribe(topic, "lambda", function("event-signed"))
    site.sns.publish(TopicArn=topic, Message="hello", Subject="subject")
    request, = requests_to(site.functions, "/functions/event-signed/")
    message = request.json["Records"][0]["Sns"]
    assert message["Subject"] == "subject" and message["MessageAttributes"] == {}
    verify(message, message["SigningCertUrl"])


def test_a_function_has_its_own_text(site):
    topic = site.topic("event-structured")
    site.subscribe(topic, "lambda", function("event-structured"))
    site.sns.publish(TopicArn=topic, Message='{"default": "d", "lambda": "for code"}', MessageStructure="json")
    request, = requests_to(site.functions, "/functions/event-structured/")
    assert request.json["Records"][0]["Sns"]["Message"] == "for code"


def test_a_function_that_is_not_there(site):
    dead, topic = site.queue("function-dead"), site.topic("function-gone")
    site.functions.recorder.endpoints[site.functions.path + "/2015-03-31/functions/gone/invocations"] = gone = (
        site.recorder.endpoint(404))
    site.subscribe(topic, "lambda", function("gone"),
                   RedrivePolicy=redrive_policy("arn:aws:sqs:us-east-1:000000000000:function-dead"))
    site.sns.publish(TopicArn=topic, Message="x")
    assert "x" in take(site.sqs, dead)[0]["Body"]
    assert len(gone.requests) == 1


def test_an_invocation_that_fails_for_now_is_repeated(site):
    topic = site.topic("function-busy")
    site.functions.recorder.endpoints[site.functions.path + "/2015-03-31/functions/busy/invocations"] = busy = (
        site.recorder.endpoint())
    busy.answers = [503, 500, (200, "null")]
    site.subscribe(topic, "lambda", function("busy"))
    site.sns.publish(TopicArn=topic, Message="x")
    assert len({request.body for request in busy.wait(3)}) == 1


# -- Firehose

def records(site, part, count=1):
    def found():
        return [r.json for r in site.streams.requests if r.json["DeliveryStreamName"] == part]

    eventually(lambda: len(found()) >= count)
    return [base64.b64decode(record["Record"]["Data"]).decode() for record in found()]


@pytest.mark.parametrize("raw", ["false", "true"])
def test_a_stream_gets_records(site, raw):
    name = f"stream-{raw}"
    topic = site.topic(name)
    site.subscribe(topic, "firehose", STREAM.replace("/stream", f"/{name}"), SubscriptionRoleArn=ROLE,
                   RawMessageDelivery=raw)
    site.sns.publish(TopicArn=topic, Message="hello", MessageAttributes={"a": text("v")})
    record, = records(site, name)
    if raw == "true":
        assert record.rstrip("\n") == "hello"
    else:
        assert json.loads(record)["Message"] == "hello" and json.loads(record)["Type"] == "Notification"
    request = next(r for r in site.streams.requests if r.json["DeliveryStreamName"] == name)
    assert request.headers["X-Amz-Target"] == "Firehose_20150804.PutRecord"
    assert request.headers["Content-Type"] == "application/x-amz-json-1.1"


# -- Email

def test_an_address_confirms_by_a_link(site):
    topic = site.topic("mail", DisplayName="The News")
    arn = site.subscribe(topic, "email", "reader@example.com")
    mail, = site.mailbox.to("reader@example.com")
    assert mail["To"] == "reader@example.com" and mail["From"] and mail["Subject"]
    link = re.search(r"https?://\S*Action=ConfirmSubscription\S*", body_of(mail)).group(0)
    assert topic_attributes(site.sns, topic)["SubscriptionsPending"] == "1"
    site.sns.publish(TopicArn=topic, Message="too early")
    assert requests.get(link.replace("&amp;", "&").rstrip('">.'), timeout=10).status_code == 200
    assert site.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "false"
    site.sns.publish(TopicArn=topic, Message="hello ä\n.\nend", Subject="A subject")
    _, notice = site.mailbox.to("reader@example.com", 2)
    assert notice["Subject"] == "A subject" and "hello ä\n.\nend" in body_of(notice)
    assert re.search(r"Action=Unsubscribe|unsubscribe", body_of(notice), re.IGNORECASE)
    assert "too early" not in body_of(notice)


def test_email_json_is_the_envelope(site):
    topic = site.topic("mail-json")
    site.subscribe(topic, "email-json", "machine@example.com")
    asked = json.loads(body_of(site.mailbox.to("machine@example.com")[0]))
    assert asked["Type"] == "SubscriptionConfirmation"
    verify(asked)
    assert requests.get(asked["SubscribeURL"], timeout=10).status_code == 200
    site.sns.publish(TopicArn=topic, Message="hello ä", MessageAttributes={"a": text("v")})
    envelope = json.loads(body_of(site.mailbox.to("machine@example.com", 2)[1]))
    assert envelope["Message"] == "hello ä" and envelope["MessageAttributes"]["a"]["Value"] == "v"
    verify(envelope)


def test_an_address_is_no_option_of_the_command(site):
    topic = site.topic("mail-option")
    site.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="harmless@example.com")
    site.mailbox.to("harmless@example.com")
    for words, _ in site.mailbox.mails:
        assert all(not word.startswith("-") or word == "--" for word in words)


# -- SMS and push

def test_a_phone_gets_text(site):
    topic = site.topic("phone")
    site.subscribe(topic, "sms", "+12065550101")
    site.sns.publish(TopicArn=topic, Message="hello by topic")
    request, = requests_to(site.phones, "hello by topic")
    assert request.method == "POST" and request.headers["Content-Type"].startswith("application/json")
    assert "+12065550101" in request.text


def test_a_phone_gets_text_without_a_topic(site):
    sent = site.sns.publish(PhoneNumber="+12065550102", Message="hello directly", MessageAttributes={
        "AWS.SNS.SMS.SenderID": text("Apus"), "AWS.SNS.SMS.SMSType": text("Transactional")})
    assert sent["MessageId"]
    request, = requests_to(site.phones, "hello directly")
    assert "+12065550102" in request.text and "Apus" in request.text and "Transactional" in request.text


def test_a_device_gets_a_push(site):
    application = site.sns.create_platform_application(
        Name="push", Platform="GCM", Attributes={"PlatformCredential": "key"})["PlatformApplicationArn"]
    device = site.sns.create_platform_endpoint(
        PlatformApplicationArn=application, Token="token-of-the-device")["EndpointArn"]
    payload = json.dumps({"notification": {"title": "hello push"}})
    site.sns.publish(TargetArn=device, MessageStructure="json", Message=json.dumps({"default": "d", "GCM": payload}))
    request, = requests_to(site.devices, "hello push")
    assert request.method == "POST" and "token-of-the-device" in request.text
    topic = site.topic("push")
    site.subscribe(topic, "application", device)
    site.sns.publish(TopicArn=topic, Message="push by topic")
    requests_to(site.devices, "push by topic")


def test_what_the_gateway_refuses_is_dead(site):
    dead, topic = site.queue("phone-dead"), site.topic("phone-refused")
    site.phones.answer = lambda request: 400 if "refused" in request.text else 200
    site.subscribe(topic, "sms", "+12065550103",
                   RedrivePolicy=redrive_policy("arn:aws:sqs:us-east-1:000000000000:phone-dead"))
    site.sns.publish(TopicArn=topic, Message="refused")
    assert "refused" in take(site.sqs, dead)[0]["Body"]
# -- Nothing configured

@pytest.mark.parametrize("protocol, endpoint, attributes", [
    ("lambda", function("nobody"), {}),
    ("firehose", STREAM, {"SubscriptionRoleArn": ROLE}),
    ("sms", "+12065550104", {}),
])
def test_what_nothing_can_deliver_is_dead(sns, json_sqs, topic, queue, arn_of, protocol, endpoint, attributes):
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                  Attributes=attributes | {"RedrivePolicy": redrive_policy(arn_of(queue))})
    sns.publish(TopicArn=topic, Message="undeliverable")
    assert "undeliverable" in take(json_sqs, queue)[0]["Body"]
    assert take_bodies(json_sqs, queue) == []
