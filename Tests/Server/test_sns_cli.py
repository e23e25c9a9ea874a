"""SNS through the AWS CLI, as a new user would."""

import json

import pytest
import requests

from support.cli import CLI


@pytest.fixture(scope="module")
def aws(server):
    return CLI(server.url, "sns")


@pytest.fixture(scope="module")
def aws_sqs(server):
    return CLI(server.url, "sqs")


def test_a_topic_lives(aws, new_name):
    name = new_name("cli-topic")
    topic = aws("create-topic", "--name", name, "--attributes", "DisplayName=shown", "--tags",
                "Key=team,Value=one")["TopicArn"]
    assert {"TopicArn": topic} in aws("list-topics")["Topics"]
    aws("set-topic-attributes", "--topic-arn", topic, "--attribute-name", "DisplayName",
        "--attribute-value", "changed")
    assert aws("get-topic-attributes", "--topic-arn", topic)["Attributes"]["DisplayName"] == "changed"
    aws("tag-resource", "--resource-arn", topic, "--tags", "Key=a,Value=b")
    aws("untag-resource", "--resource-arn", topic, "--tag-keys", "team")
    assert aws("list-tags-for-resource", "--resource-arn", topic)["Tags"] == [{"Key": "a", "Value": "b"}]
    aws("add-permission", "--topic-arn", topic, "--label", "l", "--aws-account-id", "123456789012",
        "--action-name", "Publish")
    aws("remove-permission", "--topic-arn", topic, "--label", "l")
    aws("delete-topic", "--topic-arn", topic)
    assert "(NotFound)" in aws.refused("get-topic-attributes", "--topic-arn", topic)


def test_a_message_goes_through(aws, aws_sqs, topic, queue, arn_of):
    arn = aws("subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", arn_of(queue),
              "--attributes", '{"FilterPolicy": "{\\"kind\\": [\\"a\\"]}"}')["SubscriptionArn"]
    attributes = '{"kind": {"DataType": "String", "StringValue": "a"}}'
    sent = aws("publish", "--topic-arn", topic, "--message", "hello", "--subject", "s",
               "--message-attributes", attributes)
    aws("publish", "--topic-arn", topic, "--message", "not for you")
    message, = aws_sqs("receive-message", "--queue-url", queue, "--max-number-of-messages", "10")["Messages"]
    assert json.loads(message["Body"])["MessageId"] == sent["MessageId"]
    aws("set-subscription-attributes", "--subscription-arn", arn, "--attribute-name", "RawMessageDelivery",
        "--attribute-value", "true")
    batch = aws("publish-batch", "--topic-arn", topic, "--publish-batch-request-entries", json.dumps([
        {"Id": str(n), "Message": str(n), "MessageAttributes": json.loads(attributes)} for n in range(3)]))
    assert len(batch["Successful"]) == 3
    messages = aws_sqs("receive-message", "--queue-url", queue, "--max-number-of-messages", "10")["Messages"]
    assert [m["Body"] for m in messages] == ["0", "1", "2"]
    assert aws("get-subscription-attributes", "--subscription-arn", arn)["Attributes"]["RawMessageDelivery"] == "true"
    aws("unsubscribe", "--subscription-arn", arn)
    assert aws("list-subscriptions-by-topic", "--topic-arn", topic)["Subscriptions"] == []


def test_an_endpoint_confirms(aws, topic, endpoint):
    answer = aws("subscribe", "--topic-arn", topic, "--protocol", "http", "--notification-endpoint", endpoint.url)
    assert answer["SubscriptionArn"] == "pending confirmation"
    token = endpoint.wait(1)[0].json["Token"]
    arn = aws("confirm-subscription", "--topic-arn", topic, "--token", token)["SubscriptionArn"]
    listed = aws("list-subscriptions-by-topic", "--topic-arn", topic)["Subscriptions"]
    assert [subscription["SubscriptionArn"] for subscription in listed] == [arn]
    aws("publish", "--topic-arn", topic, "--message", "hello")
    link = endpoint.wait_for_notifications()[0].json["UnsubscribeURL"]
    assert requests.get(link, timeout=10).status_code == 200


def test_a_fifo_topic(aws, new_name):
    topic = aws("create-topic", "--name", new_name("cli", fifo=True), "--attributes",
                "FifoTopic=true,ContentBasedDeduplication=true")["TopicArn"]
    first, second = (aws("publish", "--topic-arn", topic, "--message", "x", "--message-group-id", "g")
                     for _ in range(2))
    assert first == second and len(first["SequenceNumber"]) == 20


@pytest.mark.parametrize("words, fault", [
    (["create-topic", "--name", "a b"], "Invalid parameter: Topic Name"),
    (["publish", "--topic-arn", "nonsense", "--message", "x"], "An ARN must have at least 6 elements, not 1"),
    (["subscribe", "--topic-arn", "{topic}", "--protocol", "pigeon", "--notification-endpoint", "x"],
     "Amazon SNS does not support this protocol string: pigeon"),
    (["set-subscription-attributes", "--subscription-arn", "{topic}:00000000-0000-0000-0000-000000000000",
      "--attribute-name", "RawMessageDelivery", "--attribute-value", "true"], "Subscription does not exist"),
])
def test_bad_input_is_told(aws, topic, words, fault):
    assert fault in aws.refused(*(word.format(topic=topic) for word in words))
