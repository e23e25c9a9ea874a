"""What tests of SNS share: messages of subscribed queues, pages, and policies."""

import json
import time

# Retries that follow at once: attempts without waiting for AWS's smallest delay, one second.
AT_ONCE = {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 3, "numNoDelayRetries": 3}
NO_RETRIES = {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 0}

DEFAULT_RETRY_POLICY = {
    "minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3, "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0, "numMinDelayRetries": 0, "backoffFunction": "linear",
}


def retry_policy(policy=None, **parts):
    """A subscription's DeliveryPolicy."""
    return json.dumps(({"healthyRetryPolicy": policy} if policy else {}) | parts)


def redrive_policy(arn):
    return json.dumps({"deadLetterTargetArn": arn})


def text(value, kind="String"):
    return {"DataType": kind, "StringValue": value}


def number(value):
    return {"DataType": "Number", "StringValue": str(value)}


def binary(value):
    return {"DataType": "Binary", "BinaryValue": value}


def strings(*values):
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}


def take(sqs, queue, count=1, seconds=30, **options):
    """Receives and deletes messages until there are so many; fails when they do not come."""
    found = []
    deadline = time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} messages came: {found}"
        found += take_batch(sqs, queue, WaitTimeSeconds=1, **options)
    return found


def take_batch(sqs, queue, **options):
    options = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]} | options
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **options).get("Messages", [])
    if messages:
        answer = sqs.delete_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)])
        assert not answer.get("Failed"), answer
    return messages


def take_all(sqs, queue, **options):
    """What is in the queue now. Publish makes it visible to a short poll, so that nothing waits."""
    found = []
    while messages := take_batch(sqs, queue, **options):
        found += messages
    return found


def take_bodies(sqs, queue):
    return [message["Body"] for message in take_all(sqs, queue)]


def take_envelopes(sqs, queue):
    return [json.loads(message["Body"]) for message in take_all(sqs, queue)]


def take_envelope(sqs, queue):
    envelopes = take_envelopes(sqs, queue)
    assert len(envelopes) == 1, envelopes
    return envelopes[0]


def pages(call, key, token="NextToken", **arguments):
    """The pages of a list."""
    found = []
    answer = call(**arguments)
    found.append(answer[key])
    while answer.get(token):
        answer = call(**arguments, **{token: answer[token]})
        found.append(answer[key])
    return found


def deny(queue_arn, topic_arn=None):
    """A queue's policy that refuses what a topic sends."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue_arn}
    if topic_arn:
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": topic_arn}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def topic_attributes(sns, topic):
    return sns.get_topic_attributes(TopicArn=topic)["Attributes"]


def subscription_attributes(sns, subscription):
    return sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]


def set_topic(sns, topic, name, value):
    sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)


def set_subscription(sns, subscription, name, value):
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


def eventually(check, seconds=30):
    """The first truth that `check` returns."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"{check} stayed {found!r}"
        time.sleep(0.02)
