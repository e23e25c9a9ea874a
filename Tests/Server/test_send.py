"""Sending: bodies, sizes, characters, attributes and digests."""

import pytest
from botocore.exceptions import ClientError

from support.digests import md5, md5_of_attributes
from support.expect import bodies, counts, refused

MIB = 1024 * 1024


def string(value, suffix=""):
    return {"DataType": "String" + suffix, "StringValue": value}


def number(value):
    return {"DataType": "Number", "StringValue": value}


def binary(value):
    return {"DataType": "Binary", "BinaryValue": value}


def test_a_send_answers_with_id_and_digest(sqs, queue):
    answer = sqs.send_message(QueueUrl=queue, MessageBody="hello")
    assert len(answer["MessageId"]) == 36
    assert answer["MD5OfMessageBody"] == md5("hello")
    assert "MD5OfMessageAttributes" not in answer and "SequenceNumber" not in answer
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert message["MessageId"] == answer["MessageId"]
    assert message["MD5OfBody"] == md5("hello")
    assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}


@pytest.mark.parametrize("body", [
    "plain", "ümläut € 漢字 🐦", "\t\n\r", '{"json": "with \\"quotes\\" and \\\\"}',
    "<xml a='1'>&amp; ]]></xml>", " leading and trailing ", "+%20&=;?#/", "\ud7ff\ue000\ufffd\U00010000\U0010ffff",
    "null", "a" * 100_000,
])
def test_bodies_come_back_as_they_were_sent(sqs, queue, body):
    assert sqs.send_message(QueueUrl=queue, MessageBody=body)["MD5OfMessageBody"] == md5(body)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == [body]


def test_both_protocols_read_each_others_bodies(clients, queue):
    body = "ü \" \\ < > & \r\n\t 🐦"
    for sender, receiver in (("json", "query"), ("query", "json")):
        clients(sender).send_message(QueueUrl=queue, MessageBody=body)
        assert bodies(clients(receiver).receive_message(QueueUrl=queue)) == [body]


def test_an_empty_body_is_refused(sqs, queue):
    text = "The request must contain the parameter MessageBody."
    with refused("MissingParameter", text):
        sqs.send_message(QueueUrl=queue, MessageBody="")
    with refused("MissingParameter", text):
        sqs.send_message(QueueUrl=queue)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_characters_outside_of_the_set_are_refused(sqs, queue, character):
    with refused("InvalidMessageContents"):
        sqs.send_message(QueueUrl=queue, MessageBody=f"a{character}b")
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"a": string(f"a{character}b")})
    assert counts(sqs, queue) == (0, 0, 0)


# -- Size

def test_a_body_of_one_mebibyte_is_the_largest(sqs, queue):
    body = "x" * MIB
    assert sqs.send_message(QueueUrl=queue, MessageBody=body)["MD5OfMessageBody"] == md5(body)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == [body]
    text = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody=body + "x")


def test_size_counts_bytes_not_characters(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    sqs.send_message(QueueUrl=queue, MessageBody="ä" * 512)
    with refused("InvalidParameterValue", contains="shorter than 1024 bytes"):
        sqs.send_message(QueueUrl=queue, MessageBody="ä" * 513)


def test_size_counts_names_types_and_values_of_attributes(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    attributes = {"name": string("v" * 100), "bin": binary(b"\x00" * 50)}
    size = len("name") + len("String") + 100 + len("bin") + len("Binary") + 50
    sqs.send_message(QueueUrl=queue, MessageBody="x" * (1024 - size), MessageAttributes=attributes)
    with refused("InvalidParameterValue", contains="shorter than 1024 bytes"):
        sqs.send_message(QueueUrl=queue, MessageBody="x" * (1025 - size), MessageAttributes=attributes)


def test_system_attributes_do_not_count_toward_the_size(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 1024, MessageSystemAttributes={
        "AWSTraceHeader": string("Root=1-5759e988-bd862e3fe1be46a994272793")})


def test_the_size_is_checked_before_the_characters(sqs, make_queue):
    queue = make_queue(MaximumMessageSize=1024)
    with refused("InvalidParameterValue", contains="shorter than 1024 bytes"):
        sqs.send_message(QueueUrl=queue, MessageBody="\x01" * 1025)


# -- Attributes

def test_attributes_of_every_type_come_back(sqs, queue):
    attributes = {
        "text": string("ä <&> \""), "custom": string("x", ".colour"),
        "count": number("12.5"), "long": {"DataType": "Number.long", "StringValue": "9"},
        "image": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
        "raw": binary(b"\x00\xff"),
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    assert sent["MD5OfMessageAttributes"] == md5_of_attributes(attributes)
    message = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]


@pytest.mark.parametrize("sent, kept", [
    ("007", "7"), ("1.500", "1.5"), ("-0.10", "-0.1"), ("10", "10"), ("0", "0"), ("100.0", "100")])
def test_zeros_around_a_number_are_stripped_and_the_digest_is_over_what_was_sent(json_sqs, queue, sent, kept):
    answer = json_sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"n": number(sent)})
    assert answer["MD5OfMessageAttributes"] == md5_of_attributes({"n": number(sent)})
    message = json_sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert message["MessageAttributes"]["n"]["StringValue"] in (kept, sent)


@pytest.mark.parametrize("value", ["x", "1e127", "1e-129", "1" * 39, "", "--1", "1.2.3", "0x10", "NaN"])
def test_a_number_is_a_number(sqs, queue, value):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"n": number(value)})


@pytest.mark.parametrize("value", ["1e126", "1e-128", "-1.5E+10", "1" * 38, "+1"])
def test_numbers_reach_from_1e_minus_128_to_1e126(sqs, queue, value):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"n": number(value)})


@pytest.mark.parametrize("name", [
    "AWS.x", "aws.x", "Amazon.x", "AMAZON.x", ".a", "a.", "a..b", "a b", "a#b", "a" * 257])
def test_bad_attribute_names_are_refused(sqs, queue, name):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={name: string("v")})


@pytest.mark.parametrize("name", ["a", "A-b_c.d1", "a" * 255, "attr.1øßä", "AWSx", "AWS"])
def test_good_attribute_names_are_accepted(sqs, queue, name):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={name: string("v")})
    message = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert list(message["MessageAttributes"]) == [name]


@pytest.mark.parametrize("data_type", ["", "Float", "string", "Strings", "String." + "x" * 256])
def test_bad_attribute_types_are_refused(sqs, queue, data_type):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={
            "a": {"DataType": data_type, "StringValue": "v"}})


def test_an_attribute_needs_a_value_of_its_type(sqs, queue):
    text = "Message (user) attribute 'a' must contain a non-empty value of type 'String'."
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"a": string("")})
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={"a": {"DataType": "String"}})
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={
            "a": {"DataType": "Binary", "StringValue": "v"}})


def test_lists_as_values_are_refused(sqs, queue):
    with pytest.raises(ClientError):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={
            "a": {"DataType": "String", "StringListValues": ["v"]}})


def test_ten_attributes_are_the_most(sqs, queue):
    ten = {f"a{n}": string("v") for n in range(10)}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=ten)
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=ten | {"eleven": string("v")})


# -- System attributes

def test_the_trace_header_is_a_system_attribute(sqs, queue):
    trace = {"AWSTraceHeader": string("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")}
    answer = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes=trace)
    assert answer["MD5OfMessageSystemAttributes"] == md5_of_attributes(trace)
    assert "MD5OfMessageAttributes" not in answer
    message = sqs.receive_message(
        QueueUrl=queue, MessageSystemAttributeNames=["AWSTraceHeader"])["Messages"][0]
    assert message["Attributes"] == {"AWSTraceHeader": trace["AWSTraceHeader"]["StringValue"]}


@pytest.mark.parametrize("attributes", [
    {"SenderId": string("me")}, {"Unknown": string("x")}, {"AWSTraceHeader": binary(b"x")},
    {"AWSTraceHeader": string("")}])
def test_bad_system_attributes_are_refused(sqs, queue, attributes):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes=attributes)


# -- Delay

def test_a_delayed_message_waits(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=900)
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []
    assert counts(sqs, queue) == (0, 0, 1)


def test_the_queue_delays_what_names_no_delay(sqs, make_queue):
    queue = make_queue(DelaySeconds=900)
    sqs.send_message(QueueUrl=queue, MessageBody="later")
    sqs.send_message(QueueUrl=queue, MessageBody="now", DelaySeconds=0)
    assert bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)) == ["now"]
    assert counts(sqs, queue) == (0, 1, 1)


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_has_a_range(sqs, queue, delay):
    text = f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)


def test_a_changed_delay_leaves_sent_messages_of_a_standard_queue(sqs, make_queue):
    queue = make_queue(DelaySeconds=900)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})
    assert counts(sqs, queue) == (0, 0, 1)


def test_a_changed_delay_moves_sent_messages_of_a_fifo_queue(sqs, make_queue):
    queue = make_queue(fifo=True, ContentBasedDeduplication="true", DelaySeconds=900)
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")
    assert bodies(sqs.receive_message(QueueUrl=queue)) == []
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})
    assert bodies(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)) == ["x"]


# -- What a standard queue does not take

def test_a_standard_queue_takes_no_deduplication_id(sqs, queue):
    text = ("Value one for parameter MessageDeduplicationId is invalid. Reason: The request includes a "
            "parameter that is not valid for this queue type.")
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageDeduplicationId="one")


@pytest.mark.parametrize("group", ["", "a b", "g" * 129, "ä"])
def test_a_group_id_has_a_form_on_standard_queues_too(sqs, queue, group):
    text = (f"Value {group} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include "
            "alphanumeric and punctuation characters. 1 to 128 in length.")
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId=group)


def test_a_group_id_is_returned_from_standard_queues(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="tenant-1")
    message = sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["All"])["Messages"][0]
    assert message["Attributes"]["MessageGroupId"] == "tenant-1"
    assert "SequenceNumber" not in message["Attributes"]
