"""Signatures (AWS Signature Version 4): real SDKs, the CLI and presigned URLs against --credentials."""

import datetime
import json
import subprocess
from unittest import mock

import boto3
import botocore.auth
import pytest
import requests
from botocore import UNSIGNED
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from support.cli import CLI
from support.clients import CONFIG, make_client
from support.server import BINARY, Server, clean_environment
from support.wire import Wire

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ=="
INVALID_TOKEN = "The security token included in the request is invalid."
MISMATCH = ("The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.")
FILE = f"""\
# Everybody who may ask.
[default]
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
region = us-east-1
s3 =
  max_concurrent_requests = 20

[numbered]
aws_access_key_id = 111122223333
aws_secret_access_key = secret-two

[temporary]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = secret-three
aws_session_token = {TOKEN}
aws_account_id = 444455556666
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "credentials"
    path.write_text(FILE)
    return path


@pytest.fixture(scope="module", params=[1, 2], ids=["one loop", "two loops"])
def checked(request, keys, tmp_path_factory):
    """A server that checks signatures."""
    server = Server(tmp_path_factory.mktemp("checked"), "--credentials", str(keys), "--durability",
                    "memory", "--loops", str(request.param)).start()
    yield server
    assert server.stop() == 0, server.log
    for secret in (SECRET, "secret-two", "secret-three", TOKEN):
        assert secret not in server.log


def client(server, service="sqs", key=KEY, secret=SECRET, token=None, **config):
    return boto3.client(
        service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=CONFIG.merge(Config(**config)))


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"],
            response["Error"]["Message"])


def list_something(one):
    return one.list_queues if hasattr(one, "list_queues") else one.list_topics


# -- What is accepted.


def test_sqs_and_sns_work_with_the_right_key(checked):
    sqs, sns = client(checked), client(checked, "sns")
    url = sqs.create_queue(QueueName="works")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    topic = sns.create_topic(Name="works")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"],
                  Attributes={"RawMessageDelivery": "true"})
    bodies = ["plain", "grüße, 世界 🐝", "a&b=c%20d+e  f", "\"<>'\n\t", "x" * 300_000, "é" * 400_000]
    for body in bodies:
        sns.publish(TopicArn=topic, Message=body) if len(body) < 200_000 else sqs.send_message(
            QueueUrl=url, MessageBody=body)
    got = []
    while len(got) < len(bodies):
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        got += [message["Body"] for message in received["Messages"]]
    assert sorted(got) == sorted(bodies)


@pytest.mark.parametrize("key, secret, token, account", [
    (KEY, SECRET, None, "000000000000"),
    ("111122223333", "secret-two", None, "111122223333"),
    ("ASIAEXAMPLE", "secret-three", TOKEN, "444455556666"),
])
def test_the_account_is_the_keys(checked, key, secret, token, account):
    one = client(checked, key=key, secret=secret, token=token)
    url = one.create_queue(QueueName="mine")["QueueUrl"]
    assert url == f"{checked.url}/{account}/mine"
    topics = client(checked, "sns", key, secret, token)
    assert topics.create_topic(Name="t")["TopicArn"] == f"arn:aws:sns:us-east-1:{account}:t"


def test_the_query_protocol_is_signed_too(checked):
    one = make_client(checked.url, "query", "us-east-1", "111122223333", secret="secret-two")
    url = one.create_queue(QueueName="query")["QueueUrl"]
    one.send_message(QueueUrl=url, MessageBody="ä & ö + % = ü")
    assert one.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "ä & ö + % = ü"


def test_the_cli_signs(checked, keys):
    cli = CLI(checked.url)
    environment = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    with mock.patch("support.cli.clean_environment",
                    lambda **extra: clean_environment(**(extra | environment))):
        url = cli("create-queue", "--queue-name", "cli")["QueueUrl"]
        cli("send-message", "--queue-url", url, "--message-body", "from the CLI: ✓")
        got = cli("receive-message", "--queue-url", url)
        assert got["Messages"][0]["Body"] == "from the CLI: ✓"
    assert "(InvalidClientTokenId)" in cli.refused("list-queues")
    environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    with mock.patch("support.cli.clean_environment",
                    lambda **extra: clean_environment(**(extra | environment))):
        assert "(SignatureDoesNotMatch)" in cli.refused("list-queues")


def signed(server, method, path="/", body=None, headers=None, signer=SigV4Auth, service="sqs",
           secret=SECRET, key=KEY, token=None, **signing):
    """A prepared request with a signature by botocore."""
    request = AWSRequest(method, server.url + path, data=body, headers=headers or {})
    signer(Credentials(key, secret, token), service, "us-east-1", **signing).add_auth(request)
    return request.prepare()


def send(prepared):
    return requests.request(prepared.method, prepared.url, headers=dict(prepared.headers),
                            data=prepared.body, timeout=20)


@pytest.mark.parametrize("path", [
    "/?Action=ListQueues&Version=2012-11-05",
    "/?Version=2012-11-05&Action=ListQueues&QueueNamePrefix=%C3%A4%20%2B~&Empty=&a=2&a=1",
    "/111122223333/a%20b/../q//?Action=GetQueueUrl&QueueName=works",
])
@pytest.mark.parametrize("signer", [SigV4Auth, SigV4QueryAuth])
def test_a_get_is_signed_in_the_header_or_in_the_url(checked, signer, path):
    client(checked).create_queue(QueueName="works")
    answer = send(signed(checked, "GET", path, signer=signer))
    # The path's empty segment is signed and is no part of a queue's address.
    assert answer.status_code == 200, answer.text
    spoilt = signed(checked, "GET", path, signer=signer)
    spoilt.url = spoilt.url.replace("Action=", "More=1&Action=")
    answer = send(spoilt)
    assert answer.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in answer.text


def test_a_presigned_url_ends(checked):
    path = "/?Action=ListQueues&Version=2012-11-05"
    good = signed(checked, "GET", path, signer=SigV4QueryAuth, expires=604800)
    assert send(good).status_code == 200
    for hours, expires, status in [(1, 7200, 200), (3, 7200, 403), (24 * 6, 604800, 200)]:
        with skewed(-hours * 3600):
            url = signed(checked, "GET", path, signer=SigV4QueryAuth, expires=expires)
        answer = send(url)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert "Signature expired: " in answer.text
    answer = send(signed(checked, "GET", path, signer=SigV4QueryAuth, expires=604801))
    assert answer.status_code == 400 and "<Code>IncompleteSignature</Code>" in answer.text
    temporary = signed(checked, "GET", path, signer=SigV4QueryAuth, key="ASIAEXAMPLE",
                       secret="secret-three", token=TOKEN)
    assert send(temporary).status_code == 200


def test_a_presigned_post_signs_that_it_has_no_body(checked):
    # botocore moves the parameters from the body to the URL.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = signed(checked, "POST", "/", {"Action": "ListQueues"}, headers, SigV4QueryAuth)
    assert "Action=ListQueues&X-Amz-" in url.url
    answer = send(url)
    assert answer.status_code == 200, answer.text
    url.body = "QueueNamePrefix=a"
    assert send(url).status_code == 403


def test_pipelined_and_chunked_requests_are_checked_one_by_one(checked):
    url = client(checked).create_queue(QueueName="pipelined")["QueueUrl"]

    def ask(body, chunked, **how):
        headers = {"X-Amz-Target": "AmazonSQS.SendMessage",
                   "Content-Type": "application/x-amz-json-1.0"}
        data = json.dumps({"QueueUrl": url, "MessageBody": body}).encode()
        prepared = signed(checked, "POST", "/", data, headers, **how)
        kept = {name: value for name, value in prepared.headers.items()
                if name.lower() not in ("content-length", "host")}
        lines = [f"{name}: {value if isinstance(value, str) else value.decode()}"
                 for name, value in kept.items()]
        lines.append(f"Host: 127.0.0.1:{checked.port}")
        if chunked:
            pieces = [data[at:at + 50_000] for at in range(0, len(data), 50_000)]
            data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
            lines.append("Transfer-Encoding: chunked")
        else:
            lines.append(f"Content-Length: {len(data)}")
        return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + data

    with Wire(checked.port) as wire:
        wire.send(ask("a", False) + ask("b", True) + ask("c" * 900_000, True)
                  + ask("d", False, secret="wrong") + ask("e" * 900_000, False) + ask("f", False))
        answers = [wire.read() for _ in range(6)]
    assert [status for status, *_ in answers] == [200, 200, 200, 403, 200, 200]


# -- What is refused, as boto3 sees it.


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_a_wrong_secret(checked, service):
    status, code, text = refusal(list_something(client(checked, service, secret="wrong")))
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert text.startswith(MISMATCH + "\n\nThe Canonical String for this request should have been\n"
                           "'POST\n/\n\ncontent-type:application/x-")
    assert f"/us-east-1/{service}/aws4_request\n" in text and SECRET not in text


@pytest.mark.parametrize("service", ["sqs", "sns"])
@pytest.mark.parametrize("key, secret, token", [
    ("AKIDNOBODY", SECRET, None), (KEY, SECRET, "a token"), ("ASIAEXAMPLE", "secret-three", None),
    ("ASIAEXAMPLE", "secret-three", TOKEN + "x"),
])
def test_an_unknown_key_and_a_wrong_token(checked, service, key, secret, token):
    one = client(checked, service, key, secret, token)
    assert refusal(list_something(one)) == (403, "InvalidClientTokenId", INVALID_TOKEN)


def test_no_signature(checked):
    assert refusal(client(checked, signature_version=UNSIGNED).list_queues) == (
        403, "AccessDenied", f"Access to the resource {checked.url}/ is denied.")
    assert refusal(client(checked, "sns", signature_version=UNSIGNED).list_topics) == (
        403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    answer = requests.get(f"{checked.url}/1/q?Action=SendMessage&MessageBody=a", timeout=20)
    assert answer.status_code == 403 and "<Code>AccessDenied</Code>" in answer.text


def skewed(seconds):
    """botocore's clock, wrong by so much."""
    def now():
        return (datetime.datetime.now(datetime.UTC)
                + datetime.timedelta(seconds=seconds)).replace(tzinfo=None)

    # Versions of botocore ask for the time in one of these ways.
    name = "get_current_datetime"
    if hasattr(botocore.auth, name):
        return mock.patch.object(botocore.auth, name, lambda remove_tzinfo=True: now())
    patched = mock.Mock(wraps=datetime)
    patched.datetime.utcnow = now
    return mock.patch.object(botocore.auth, "datetime", patched)


@pytest.mark.parametrize("service", ["sqs", "sns"])
@pytest.mark.parametrize("seconds, text", [
    (-1000, "Signature expired: "), (1000, "Signature not yet current: "), (-800, None),
    (800, None),
])
def test_a_clock_that_is_wrong(checked, service, seconds, text):
    call = list_something(client(checked, service))
    with skewed(seconds):
        if text is None:
            call()
            return
        status, code, said = refusal(call)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert said.startswith(text) and said.endswith(" 15 min.)")


def test_a_scope_of_another_service(checked):
    headers = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"}
    answer = send(signed(checked, "POST", "/", "{}", headers, service="sns"))
    assert answer.status_code == 403
    assert answer.headers["x-amzn-query-error"] == "SignatureDoesNotMatch;Sender"
    assert answer.json() == {
        "__type": "com.amazon.coral.service#InvalidSignatureException",
        "message": "Credential should be scoped to correct service: 'sqs'."}
    answer = send(signed(checked, "GET", "/?Action=ListTopics&Version=2010-03-31", service="iam"))
    assert answer.status_code == 403
    assert "Credential should be scoped to correct service: &apos;sns&apos;." in answer.text or (
        "Credential should be scoped to correct service: 'sns'." in answer.text)


def test_a_header_that_is_incomplete(checked):
    answer = requests.post(checked.url, data="Action=ListQueues", timeout=20,
                           headers={"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
                                    "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400 and "<Code>IncompleteSignature</Code>" in answer.text
    for part in ("'Signature' parameter", "'SignedHeaders' parameter", "'X-Amz-Date' or a 'Date'"):
        assert part in answer.text.replace("&apos;", "'")


# -- What needs none.


def test_what_needs_no_signature(checked):
    assert requests.get(f"{checked.url}/health", timeout=20).json()["status"] == "ok"
    assert requests.get(f"{checked.url}/metrics", timeout=20).status_code == 200
    preflight = requests.options(checked.url, headers={"Origin": "http://page"}, timeout=20)
    assert preflight.status_code == 200
    assert requests.get(f"{checked.url}/1/q", timeout=20).status_code == 404
    assert requests.post(f"{checked.url}/reset", timeout=20).status_code != 200


def test_the_link_of_a_subscription_ends_it(checked):
    sqs, sns = client(checked), client(checked, "sns")
    topic = sns.create_topic(Name="link")["TopicArn"]
    url = sqs.create_queue(QueueName="link")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:link")
    sns.publish(TopicArn=topic, Message="with a link")
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]
    link = json.loads(received["Body"])["UnsubscribeURL"]
    query = link.split("?", 1)[1]
    answer = requests.get(f"{checked.url}/?{query}", timeout=20)
    assert answer.status_code == 200, answer.text
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


# -- The option.


def start_failure(*options):
    done = subprocess.run([str(BINARY), "serve", "--port", "0", "--durability", "memory", *options],
                          capture_output=True, text=True, timeout=20, env=clean_environment())
    assert done.returncode == 2, done.stderr
    return done.stderr


def test_a_malformed_file_stops_the_start(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"[default]\naws_access_key_id = a\naws_secret_access_key = {SECRET} b\n")
    said = start_failure("--credentials", str(path))
    lines = [line for line in said.splitlines() if "--credentials" in line]
    assert len(lines) == 1 and f'"{path}" line 3: aws_secret_access_key' in lines[0]
    assert "; allowed: " in lines[0] and SECRET not in said
    said = start_failure("--credentials", str(tmp_path / "missing"))
    assert "cannot be read" in said


def test_other_addresses_need_no_leave_when_requests_are_signed(keys):
    words = [str(BINARY), "serve", "--bind", "0.0.0.0", "--credentials", str(keys), "--print-config"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, env=clean_environment())
    assert done.returncode == 0 and f"credentials = {keys}  # command line\n" in done.stdout
    assert SECRET not in done.stdout
    assert "--bind" in start_failure("--bind", "0.0.0.0")
    assert "POST /reset" in start_failure(
        "--bind", "0.0.0.0", "--credentials", str(keys), "--reset-endpoint")
