"""What tests say about answers."""

import contextlib

import pytest
from botocore.exceptions import ClientError

# The query protocol's codes and the JSON protocol's shapes, where they differ.
SHAPES = {
    "AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist",
    "QueueAlreadyExists": "QueueNameExists",
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
}
PREFIX = "AWS.SimpleQueueService."


def shape_of(code):
    return SHAPES.get(code, code.removeprefix(PREFIX))


@contextlib.contextmanager
def refused(code, message=None, status=400, contains=None):
    """The block raises the SDK's error with this code, text and status, in either protocol."""
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    error = response["Error"]
    assert error["Code"] == code, error
    if message is not None:
        assert error["Message"] == message
    if contains is not None:
        assert contains in error["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status, error
    if "QueryErrorCode" in error:
        assert error["QueryErrorCode"] == shape_of(code)


def bodies(response):
    return [message["Body"] for message in response.get("Messages", [])]


def counts(sqs, queue):
    """Visible, in flight and delayed, as the attributes tell."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
             "ApproximateNumberOfMessagesDelayed"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return tuple(int(attributes[name]) for name in names)


def attribute(sqs, queue, name):
    """One attribute of the queue, or None."""
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return answer.get("Attributes", {}).get(name)


def receive_all(sqs, queue, **options):
    """Every message that can be received now."""
    messages = []
    while True:
        batch = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **options)
        if not batch.get("Messages"):
            return messages
        messages += batch["Messages"]
