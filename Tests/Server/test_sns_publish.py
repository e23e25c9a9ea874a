"""Publish and PublishBatch: what is accepted, what is refused, and how that is told."""

import json
import re

import pytest

from support.expect import refused
from support.topics import binary, number, strings, take_all, take_bodies, take_envelope, take_envelopes, text

MESSAGE_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LIMIT = 262_144
NO_DEVICE = "arn:aws:sns:us-east-1:000000000000:endpoint/APNS/app/0f7d5971-aa8b-4bd5-b585-0826e9f93a66"


@pytest.fixture
def followed(topic, subscribe_queue):
    """A topic with a queue that gets raw messages."""
    queue, _ = subscribe_queue(topic, RawMessageDelivery="true")
    return topic, queue


def publish(sns, topic, message="x", **options):
    return sns.publish(TopicArn=topic, Message=message, **options)


def batch(sns, topic, *entries):
    return sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": str(n)} | (entry if isinstance(entry, dict) else {"Message": entry})
        for n, entry in enumerate(entries)])


# -- Where to

def test_publish_answers_a_message_id(sns, topic):
    answer = publish(sns, topic)
    assert re.fullmatch(MESSAGE_ID, answer["MessageId"]) and "SequenceNumber" not in answer


def test_the_topic_may_be_the_target(sns, json_sqs, followed):
    topic, queue = followed
    sns.publish(TargetArn=topic, Message="x")
    assert take_bodies(json_sqs, queue) == ["x"]


def test_there_is_a_target(sns):
    with refused("InvalidParameter", contains="Invalid parameter"):
        sns.publish(Message="x")


@pytest.mark.parametrize("arn, count", [("randomstring", 1), ("randomstring:1", 2)])
def test_an_arn_with_too_few_parts(sns, arn, count):
    with refused("InvalidParameter",
                 f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {count}"):
        publish(sns, arn)


def test_a_target_that_is_not_there(sns):
    with refused("InvalidParameter", contains="Invalid parameter: TargetArn Reason: "):
        sns.publish(Message="x", TargetArn=NO_DEVICE)


# -- Message and subject

def test_a_message_has_content(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: Empty message"):
        publish(sns, topic, "")


@pytest.mark.parametrize("message", ["ä & <b> \"quoted\" \\ 100%+1\n\ttabs", "😀", "{}", "a\r\nb"])
def test_a_message_arrives_as_it_was(sns, json_sqs, topic, subscribe_queue, message):
    raw, _ = subscribe_queue(topic, RawMessageDelivery="true")
    wrapped, _ = subscribe_queue(topic)
    publish(sns, topic, message)
    assert take_bodies(json_sqs, raw) == [message]
    assert take_envelope(json_sqs, wrapped)["Message"] == message


@pytest.mark.parametrize("subject", ["", "x" * 101, "two\nlines"])
def test_subjects_that_cannot_be(sns, topic, subject):
    with refused("InvalidParameter", "Invalid parameter: Subject"):
        publish(sns, topic, Subject=subject)


def test_a_subject_is_in_the_envelope(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    for subject in ("a subject", "x" * 99):
        publish(sns, topic, Subject=subject)
        assert take_envelope(json_sqs, queue)["Subject"] == subject


# -- Size

def test_a_message_has_256_kibibytes_at_most(sns, json_sqs, followed):
    topic, queue = followed
    publish(sns, topic, "x" * LIMIT)
    assert [len(body) for body in take_bodies(json_sqs, queue)] == [LIMIT]
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        publish(sns, topic, "x" * (LIMIT + 1))


def test_a_message_is_measured_in_bytes(sns, topic):
    publish(sns, topic, "ä" * (LIMIT // 2))
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        publish(sns, topic, "ä" * (LIMIT // 2) + "x")


def test_attributes_count(sns, topic):
    attributes = {"name": text("value")}
    used = len("name") + len("String") + len("value")
    publish(sns, topic, "x" * (LIMIT - used), MessageAttributes=attributes)
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        publish(sns, topic, "x" * (LIMIT - used + 1), MessageAttributes=attributes)


# -- A message for each protocol

def test_each_protocol_has_its_text(sns, json_sqs, topic, subscribe_queue):
    wrapped, _ = subscribe_queue(topic)
    raw, _ = subscribe_queue(topic, RawMessageDelivery="true")
    publish(sns, topic, json.dumps({"default": "d", "sqs": "for queues", "http": "h"}), MessageStructure="json")
    publish(sns, topic, json.dumps({"default": "only this"}), MessageStructure="json")
    assert [e["Message"] for e in take_envelopes(json_sqs, wrapped)] == ["for queues", "only this"]
    assert take_bodies(json_sqs, raw) == ["for queues", "only this"]


@pytest.mark.parametrize("message, fault", [
    ('{"sqs": "x"}', "No default entry in JSON message body"),
    ("no json", "JSON message body failed to parse"),
])
def test_a_structure_that_is_none(sns, topic, message, fault):
    with refused("InvalidParameter", f"Invalid parameter: Message Structure - {fault}"):
        publish(sns, topic, message, MessageStructure="json")


# -- Attributes

def test_attributes_of_each_type(sns, json_sqs, topic, subscribe_queue):
    wrapped, _ = subscribe_queue(topic)
    raw, _ = subscribe_queue(topic, RawMessageDelivery="true")
    attributes = {
        "text": text("värde"), "number": number("12.50"), "bytes": binary(b"\x00\xff"),
        "custom": text("x", "String.mine"), "custom-number": text("1", "Number.int"), "list": strings("a", "b")}
    publish(sns, topic, MessageAttributes=attributes)
    told = take_envelope(json_sqs, wrapped)["MessageAttributes"]
    assert told["text"] == {"Type": "String", "Value": "värde"}
    assert told["bytes"] == {"Type": "Binary", "Value": "AP8="}
    assert told["custom"] == {"Type": "String.mine", "Value": "x"}
    assert told["number"]["Type"] == "Number" and float(told["number"]["Value"]) == 12.5
    assert json.loads(told["list"]["Value"]) == ["a", "b"] and told["list"]["Type"] == "String.Array"
    message, = take_all(json_sqs, raw)
    assert set(message["MessageAttributes"]) == set(attributes)
    assert message["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff"
    assert message["MessageAttributes"]["text"] == {"DataType": "String", "StringValue": "värde"}


SUCCESSIVE = "Message attribute name can not have successive '.' character."
ALPHANUMERIC = " was found in the message attribute name. "


@pytest.mark.parametrize("name, value, fault", [
    ("attr1", text(""), "The message attribute 'attr1' must contain non-empty message attribute value for message "
     "attribute type 'String'."),
    ("attr1", binary(b""), None),
    ("attr1", {"DataType": "Number", "BinaryValue": b"1"},
     "The message attribute 'attr1' with type 'Number' must use field 'String'."),
    ("attr1", {"DataType": "Binary", "StringValue": "1"}, None),
    ("attr1", text("x", "Text"), "The message attribute 'attr1' has an invalid message attribute type, the set of "
     "supported type prefixes is Binary, Number, and String."),
    ("a" * 256, text("x"), "Length of message attribute name must be less than 256 bytes."),
    ("a..b", text("x"), SUCCESSIVE),
    ("a^b", text("x"), "Invalid non-alphanumeric character '#x5E'" + ALPHANUMERIC),
    (".a", text("x"), "Invalid message attribute name starting with character '.' was found."),
    ("a.", text("x"), "Invalid message attribute name ending with character '.' was found."),
    ("aøb", text("x"), "Invalid non-alphanumeric character '#xF8'" + ALPHANUMERIC),
    ("attr1", text("x", "String."), None),
    ("attr1", number("none"), None),
])
def test_an_attribute_that_cannot_be_so(sns, topic, name, value, fault):
    with refused("ParameterValueInvalid", contains=fault):
        publish(sns, topic, MessageAttributes={name: value})


def test_an_attribute_has_a_type(sns, topic):
    with refused("ValidationError", "1 validation error detected: Value null at 'messageAttributes.attr1.member."
                 "dataType' failed to satisfy constraint: Member must not be null"):
        publish(sns, topic, MessageAttributes={"attr1": {"StringValue": "x"}})


def test_an_attribute_of_an_entry_has_a_type(sns, topic):
    with refused("ValidationError", "1 validation error detected: Value null at 'publishBatchRequestEntries.2.member."
                 "messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null"):
        batch(sns, topic, "good", {"Message": "x", "MessageAttributes": {"attr1": {"StringValue": "x"}}})


# -- Batches

def test_a_batch_is_published_in_order(sns, json_sqs, followed):
    topic, queue = followed
    answer = batch(sns, topic, *(f"message {n}" for n in range(10)))
    assert [entry["Id"] for entry in answer["Successful"]] == [str(n) for n in range(10)]
    assert len({entry["MessageId"] for entry in answer["Successful"]}) == 10 and answer["Failed"] == []
    assert take_bodies(json_sqs, queue) == [f"message {n}" for n in range(10)]


def test_entries_fail_one_by_one(sns, json_sqs, followed):
    topic, queue = followed
    answer = batch(
        sns, topic, "good", {"Message": "x", "MessageDeduplicationId": "d"},
        {"Message": ""}, {"Message": "x", "Subject": ""}, "good too")
    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "4"]
    failed = {entry["Id"]: entry for entry in answer["Failed"]}
    assert set(failed) == {"1", "2", "3"} and all(entry["SenderFault"] is True for entry in failed.values())
    assert failed["1"]["Code"] == "InvalidParameter"
    assert failed["1"]["Message"].startswith("Invalid parameter: MessageDeduplicationId Reason: ")
    assert failed["2"]["Message"] == "Invalid parameter: Empty message"
    assert take_bodies(json_sqs, queue) == ["good", "good too"]


def test_a_structure_without_default_refuses_the_batch(sns, json_sqs, followed):
    topic, queue = followed
    with refused("InvalidParameter",
                 "Invalid parameter: Message Structure - No default entry in JSON message body"):
        batch(sns, topic, "good", {"Message": '{"sqs": "x"}', "MessageStructure": "json"})
    assert take_bodies(json_sqs, queue) == []


def test_entries_have_subjects_attributes_and_structures(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    batch(sns, topic, {"Message": "one", "Subject": "s"}, {"Message": "two", "MessageAttributes": {"a": text("v")}},
          {"Message": '{"default": "three"}', "MessageStructure": "json"})
    one, two, three = take_envelopes(json_sqs, queue)
    assert one["Subject"] == "s" and "MessageAttributes" not in one
    assert two["MessageAttributes"] == {"a": {"Type": "String", "Value": "v"}} and "Subject" not in two
    assert three["Message"] == "three"


def test_a_batch_of_none(sns, topic):
    with refused("EmptyBatchRequest"):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[])


def test_a_batch_of_eleven(sns, topic):
    with refused("TooManyEntriesInBatchRequest"):
        batch(sns, topic, *"abcdefghijk")


def test_two_entries_of_one_id(sns, topic):
    with refused("BatchEntryIdsNotDistinct"):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "1", "Message": "x"}, {"Id": "1", "Message": "y"}])


@pytest.mark.parametrize("identifier, fault", [
    ("id.with.dots", "The Id of a batch entry in the batch request contains an impermissible character: id.with.dots"),
    ("a b", "The Id of a batch entry in the batch request contains an impermissible character: a b"),
    ("x" * 81, "The Id of a batch entry in the batch request is too long: " + "x" * 81),
])
def test_an_id_that_cannot_be(sns, topic, identifier, fault):
    with refused("InvalidBatchEntryId", fault):
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": identifier, "Message": "x"}])


def test_a_batch_has_256_kibibytes_at_most(sns, json_sqs, followed):
    topic, queue = followed
    with refused("BatchRequestTooLong"):
        batch(sns, topic, "x" * (LIMIT // 2), "x" * (LIMIT // 2 + 1))
    assert len(batch(sns, topic, "x" * (LIMIT // 2), "x" * (LIMIT // 2))["Successful"]) == 2
    assert len(take_bodies(json_sqs, queue)) == 2
