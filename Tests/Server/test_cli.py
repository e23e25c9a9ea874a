"""Every action through the AWS CLI, with good and bad input."""

import json

import pytest

from support.cli import CLI


@pytest.fixture(scope="module")
def aws(server):
    return CLI(server.url)


def test_a_queue_lives(aws, server, new_name):
    name = new_name("cli")
    url = aws("create-queue", "--queue-name", name, "--attributes", "VisibilityTimeout=5",
              "--tags", "team=one")["QueueUrl"]
    assert aws("get-queue-url", "--queue-name", name)["QueueUrl"] == url
    assert aws("list-queues", "--queue-name-prefix", name)["QueueUrls"] == [url]
    aws("set-queue-attributes", "--queue-url", url, "--attributes", "DelaySeconds=0,VisibilityTimeout=6")
    attributes = aws("get-queue-attributes", "--queue-url", url, "--attribute-names", "All")["Attributes"]
    assert attributes["VisibilityTimeout"] == "6"
    aws("tag-queue", "--queue-url", url, "--tags", "a=b,c=d")
    aws("untag-queue", "--queue-url", url, "--tag-keys", "c")
    assert aws("list-queue-tags", "--queue-url", url)["Tags"] == {"team": "one", "a": "b"}
    aws("add-permission", "--queue-url", url, "--label", "l", "--aws-account-ids", "123456789012",
        "--actions", "SendMessage")
    aws("remove-permission", "--queue-url", url, "--label", "l")
    aws("purge-queue", "--queue-url", url)
    aws("delete-queue", "--queue-url", url)
    assert "AWS.SimpleQueueService.NonExistentQueue" in aws.refused("get-queue-url", "--queue-name", name)


def test_a_message_lives(aws, queue):
    sent = aws("send-message", "--queue-url", queue, "--message-body", "hello",
               "--message-attributes", '{"a":{"DataType":"String","StringValue":"v"}}')
    received = aws("receive-message", "--queue-url", queue, "--message-attribute-names", "All",
                   "--attribute-names", "All", "--wait-time-seconds", "1")["Messages"][0]
    assert received["MessageId"] == sent["MessageId"]
    assert received["MessageAttributes"]["a"]["StringValue"] == "v"
    aws("change-message-visibility", "--queue-url", queue, "--receipt-handle", received["ReceiptHandle"],
        "--visibility-timeout", "60")
    aws("delete-message", "--queue-url", queue, "--receipt-handle", received["ReceiptHandle"])
    assert aws("receive-message", "--queue-url", queue) == {}


def test_batches_live(aws, queue):
    entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(3)]
    sent = aws("send-message-batch", "--queue-url", queue, "--entries", json.dumps(entries))
    assert len(sent["Successful"]) == 3
    messages = aws("receive-message", "--queue-url", queue, "--max-number-of-messages", "10")["Messages"]
    handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
    changed = aws("change-message-visibility-batch", "--queue-url", queue, "--entries",
                  json.dumps([handle | {"VisibilityTimeout": 9} for handle in handles]))
    assert len(changed["Successful"]) == 3
    deleted = aws("delete-message-batch", "--queue-url", queue, "--entries", json.dumps(handles))
    assert len(deleted["Successful"]) == 3


def test_a_move_task_lives(aws, make_queue, arn_of):
    dead = make_queue()
    source = make_queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1}))
    assert aws("list-dead-letter-source-queues", "--queue-url", dead)["queueUrls"] == [source]
    for number in range(5):
        aws("send-message", "--queue-url", dead, "--message-body", str(number))
    handle = aws("start-message-move-task", "--source-arn", arn_of(dead), "--destination-arn", arn_of(source),
                 "--max-number-of-messages-per-second", "1")["TaskHandle"]
    assert aws("list-message-move-tasks", "--source-arn", arn_of(dead))["Results"][0]["Status"] == "RUNNING"
    assert "ApproximateNumberOfMessagesMoved" in aws("cancel-message-move-task", "--task-handle", handle)


@pytest.mark.parametrize("words, mention", [
    (("create-queue", "--queue-name", "not a name"), "InvalidParameterValue"),
    (("create-queue", "--queue-name", "x", "--attributes", "DelaySeconds=901"), "InvalidAttributeValue"),
    (("get-queue-attributes", "--queue-url", "QUEUE", "--attribute-names", "Colour"), "InvalidAttributeName"),
    (("receive-message", "--queue-url", "QUEUE", "--max-number-of-messages", "11"), "InvalidParameterValue"),
    (("delete-message", "--queue-url", "QUEUE", "--receipt-handle", "garbage"), "ReceiptHandleIsInvalid"),
    (("send-message", "--queue-url", "MISSING", "--message-body", "x"), "NonExistentQueue"),
    (("start-message-move-task", "--source-arn", "arn:aws:sqs:us-east-1:000000000000:nobody"),
     "ResourceNotFoundException"),
    (("cancel-message-move-task", "--task-handle", "garbage"), "InvalidParameterValue"),
])
def test_errors_are_told_by_their_codes(aws, server, queue, words, mention):
    known = {"QUEUE": queue, "MISSING": f"{server.url}/000000000000/nobody-made-this"}
    assert mention in aws.refused(*(known.get(word, word) for word in words))
