"""The query protocol of SNS as bytes: forms, GET, XML, errors, links."""

import json
import re

import pytest
import requests

from support.topics import take_bodies, topic_attributes
from support.wire import SNS_NAMESPACE, query, query_raw, sns_query


@pytest.fixture(params=["POST", "GET"])
def ask(request, server):
    def call(action, parameters=None):
        return sns_query(server.url + "/", action, parameters, method=request.param)

    return call


def test_a_topic_lives(ask, new_name):
    name = new_name("topic")
    made = ask("CreateTopic", {"Name": name, "Attributes.entry.1.key": "DisplayName",
                               "Attributes.entry.1.value": "shown", "Tags.member.1.Key": "a",
                               "Tags.member.1.Value": "b"})
    assert made.status == 200 and made.root.tag == "CreateTopicResponse"
    assert made.headers["Content-Type"].startswith("text/xml")
    topic = made.one("CreateTopicResult/TopicArn")
    assert made.one("ResponseMetadata/RequestId") == made.headers["x-amzn-RequestId"]
    told = ask("GetTopicAttributes", {"TopicArn": topic})
    entries = "GetTopicAttributesResult/Attributes/entry/"
    assert dict(zip(told.all(entries + "key"), told.all(entries + "value")))["DisplayName"] == "shown"
    tags = ask("ListTagsForResource", {"ResourceArn": topic})
    assert tags.all("ListTagsForResourceResult/Tags/member/Key") == ["a"]
    listed = ask("ListSubscriptionsByTopic", {"TopicArn": topic})
    assert listed.all("ListSubscriptionsByTopicResult/Subscriptions/member") == []
    set_one = ask("SetTopicAttributes", {
        "TopicArn": topic, "AttributeName": "DisplayName", "AttributeValue": "ä & <b>"})
    assert set_one.status == 200 and set_one.root.tag == "SetTopicAttributesResponse"
    assert "ä &amp; &lt;b" in ask("GetTopicAttributes", {"TopicArn": topic}).text
    gone = ask("DeleteTopic", {"TopicArn": topic})
    assert gone.status == 200 and gone.root.tag == "DeleteTopicResponse"


def test_a_publish_with_everything(ask, sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sent = ask("Publish", {
        "TopicArn": topic, "Message": "ä & <b> 100%+1", "Subject": "s",
        "MessageAttributes.entry.1.Name": "a", "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": "v",
        "MessageAttributes.entry.2.Name": "b", "MessageAttributes.entry.2.Value.DataType": "Binary",
        "MessageAttributes.entry.2.Value.BinaryValue": "AP8="})
    envelope = json.loads(take_bodies(json_sqs, queue)[0])
    assert envelope["MessageId"] == sent.one("PublishResult/MessageId")
    assert envelope["Message"] == "ä & <b> 100%+1" and envelope["MessageAttributes"] == {
        "a": {"Type": "String", "Value": "v"}, "b": {"Type": "Binary", "Value": "AP8="}}


def test_a_batch(ask, topic):
    answer = ask("PublishBatch", {
        "TopicArn": topic, "PublishBatchRequestEntries.member.1.Id": "one",
        "PublishBatchRequestEntries.member.1.Message": "x", "PublishBatchRequestEntries.member.2.Id": "two",
        "PublishBatchRequestEntries.member.2.Message": ""})
    assert answer.all("PublishBatchResult/Successful/member/Id") == ["one"]
    failed = "PublishBatchResult/Failed/member/"
    assert answer.all(failed + "Id") == ["two"] and answer.one(failed + "SenderFault") == "true"


def test_a_subscription_lives(ask, topic, queue, arn_of):
    made = ask("Subscribe", {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn_of(queue),
                             "Attributes.entry.1.key": "RawMessageDelivery", "Attributes.entry.1.value": "true",
                             "ReturnSubscriptionArn": "true"})
    arn = made.one("SubscribeResult/SubscriptionArn")
    member = "ListSubscriptionsByTopicResult/Subscriptions/member/"
    listed = ask("ListSubscriptionsByTopic", {"TopicArn": topic})
    assert listed.one(member + "SubscriptionArn") == arn and listed.one(member + "Protocol") == "sqs"
    ended = ask("Unsubscribe", {"SubscriptionArn": arn})
    assert ended.status == 200 and ended.root.tag == "UnsubscribeResponse"


# -- Errors

def test_an_error_is_a_document(server, topic):
    answer = sns_query(server.url, "GetTopicAttributes", {"TopicArn": topic + "-gone"})
    assert answer.status == 404 and answer.root.tag == "ErrorResponse"
    assert answer.error == ("NotFound", "Topic does not exist")
    assert answer.one("Error/Type") == "Sender" and answer.one("Error/Detail") == ""
    assert answer.one("RequestId") == answer.headers["x-amzn-RequestId"]


def test_an_unknown_action(server):
    answer = sns_query(server.url, "FooBar")
    assert answer.status == 400 and answer.error[0] == "InvalidAction"


def test_what_is_missing_is_refused(server):
    answer = sns_query(server.url, "CreateTopic")
    assert answer.status == 400 and answer.one("Error/Type") == "Sender"


def test_a_query_in_the_path(server, sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, RawMessageDelivery="true")
    answer = requests.post(f"{server.url}/?Action=Publish&Version=2010-03-31", timeout=10, data={
        "TopicArn": topic, "Message": "by parameters"})
    assert answer.status_code == 200 and SNS_NAMESPACE in answer.text
    assert take_bodies(json_sqs, queue) == ["by parameters"]


def test_the_service_is_told_by_action_alone(server, topic):
    """Links print no version."""
    answer = query_raw(server.url + "/", "GetTopicAttributes", {"TopicArn": topic}, method="GET")
    assert answer.status_code == 200 and SNS_NAMESPACE in answer.text


def test_both_services_at_one_url(server, sns, json_sqs, new_name):
    name = new_name()
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = json_sqs.create_queue(QueueName=name)["QueueUrl"]
    assert query(server.url, "GetQueueUrl", {"QueueName": name}).one("GetQueueUrlResult/QueueUrl") == queue
    assert sns_query(server.url, "GetTopicAttributes", {"TopicArn": topic}).status == 200


def test_an_answer_in_json(server, topic):
    answer = query_raw(server.url, "GetTopicAttributes", {"TopicArn": topic, "Version": "2010-03-31"},
                       headers={"Accept": "application/json"})
    assert answer.json()["GetTopicAttributesResponse"]["GetTopicAttributesResult"]


# -- Links

def test_a_link_with_a_wrong_token(server, topic):
    answer = requests.get(server.url, timeout=10, params={
        "Action": "ConfirmSubscription", "TopicArn": topic, "Token": "nonsense"})
    assert answer.status_code == 400
    assert re.search("<Code>InvalidParameter</Code>", answer.text) and "Invalid token" in answer.text


def test_a_link_ends_a_subscription_of_a_queue(server, sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="x")
    url = json.loads(take_bodies(json_sqs, queue)[0])["UnsubscribeURL"]
    assert f":{server.port}/?Action=Unsubscribe" in url
    assert requests.get(url, timeout=10).status_code == 200
    assert topic_attributes(sns, topic)["SubscriptionsConfirmed"] == "0"


def test_a_certificate_is_text(server, sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="x")
    url = json.loads(take_bodies(json_sqs, queue)[0])["SigningCertURL"]
    answer = requests.head(url, timeout=10)
    assert answer.status_code == 200 and f":{server.port}/SimpleNotificationService-" in url
