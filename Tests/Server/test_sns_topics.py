"""Topics: names, creation, attributes, lists, deletion."""

import json

import pytest

from support.expect import refused
from support.topics import (DEFAULT_RETRY_POLICY, pages, set_topic, subscription_attributes, take_bodies,
                            topic_attributes)

# -- Creation

def test_a_topic_is_created_found_and_deleted(sns, new_name):
    name = new_name("topic")
    arn = sns.create_topic(Name=name)["TopicArn"]
    assert arn == f"arn:aws:sns:us-east-1:000000000000:{name}"
    assert topic_attributes(sns, arn)["TopicArn"] == arn
    sns.delete_topic(TopicArn=arn)
    with refused("NotFound", "Topic does not exist", status=404):
        sns.get_topic_attributes(TopicArn=arn)


@pytest.mark.parametrize("name", ["", "a" * 257, "a.b", "a b", "ümlaut", "a/b", "topic.fifo", "a" * 252 + ".fifo"])
def test_every_fault_in_a_name_is_told_alike(sns, name):
    with refused("InvalidParameter", "Invalid parameter: Topic Name"):
        sns.create_topic(Name=name)


@pytest.mark.parametrize("name", ["-", "_", "A-b_9", "x" * 256])
def test_names_that_may_be(sns, name):
    assert sns.create_topic(Name=name)["TopicArn"].endswith(":" + name)


def test_a_fifo_topic_is_named_so(sns, new_name):
    with refused("InvalidParameter", contains="Invalid parameter: "):
        sns.create_topic(Name=new_name("topic"), Attributes={"FifoTopic": "true"})
    assert sns.create_topic(Name=new_name("topic", fifo=True), Attributes={"FifoTopic": "true"})


def test_a_topic_is_created_once(sns, new_name):
    name = new_name("topic")
    attributes = {"DisplayName": "shown", "SignatureVersion": "2"}
    arn = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
    assert sns.create_topic(Name=name, Attributes=attributes)["TopicArn"] == arn
    with refused("InvalidParameter",
                 "Invalid parameter: Attributes Reason: Topic already exists with different attributes"):
        sns.create_topic(Name=name, Attributes={"DisplayName": "other"})
    assert topic_attributes(sns, arn)["DisplayName"] == "shown"


def test_a_topic_without_attributes_is_the_same_topic(sns, new_name):
    name = new_name("topic")
    arn = sns.create_topic(Name=name)["TopicArn"]
    assert sns.create_topic(Name=name)["TopicArn"] == arn
    assert sns.create_topic(Name=name, Attributes={}, Tags=[])["TopicArn"] == arn


def test_a_topic_with_other_tags_is_another(sns, new_name):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    name = new_name("topic")
    arn = sns.create_topic(Name=name, Tags=tags)["TopicArn"]
    for same in (tags, tags[:1], []):
        assert sns.create_topic(Name=name, Tags=same)["TopicArn"] == arn
    for other in ([{"Key": "a", "Value": "2"}], [*tags, {"Key": "c", "Value": "3"}]):
        with refused("InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags"):
            sns.create_topic(Name=name, Tags=other)


def test_a_deleted_topic_can_be_created_again(sns, new_name):
    name = new_name("topic")
    arn = sns.create_topic(Name=name, Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    sns.delete_topic(TopicArn=arn)
    assert sns.create_topic(Name=name, Tags=[{"Key": "b", "Value": "2"}])["TopicArn"] == arn
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_an_unknown_attribute_is_refused(sns, new_name):
    with refused("InvalidParameter"):
        sns.create_topic(Name=new_name("topic"), Attributes={"Nonsense": "1"})


# -- ARNs

@pytest.mark.parametrize("arn, count", [("randomstring", 1), ("randomstring:1", 2), ("a:b:c:d:e", 5)])
def test_an_arn_with_too_few_parts(sns, arn, count):
    with refused("InvalidParameter",
                 f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {count}"):
        sns.get_topic_attributes(TopicArn=arn)


def test_a_topic_of_another_region_is_no_topic(sns, sns_clients, topic):
    other = sns_clients(region="eu-central-1")
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        other.publish(TopicArn=topic, Message="x")
    with refused("InvalidParameter", "Invalid parameter: TopicArn"):
        other.get_topic_attributes(TopicArn=topic)


@pytest.mark.parametrize("call, arguments", [
    ("get_topic_attributes", {}),
    ("set_topic_attributes", {"AttributeName": "DisplayName", "AttributeValue": "x"}),
    ("publish", {"Message": "x"}),
    ("subscribe", {"Protocol": "http", "Endpoint": "http://127.0.0.1:1/"}),
    ("list_subscriptions_by_topic", {}),
    ("add_permission", {"Label": "l", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"]}),
    ("remove_permission", {"Label": "l"}),
    ("publish_batch", {"PublishBatchRequestEntries": [{"Id": "1", "Message": "x"}]}),
])
def test_a_topic_that_is_not_there(sns, topic, call, arguments):
    with refused("NotFound", "Topic does not exist", status=404):
        getattr(sns, call)(TopicArn=topic + "-gone", **arguments)


def test_deletion_is_idempotent(sns, make_topic):
    topic = make_topic()
    sns.delete_topic(TopicArn=topic)
    sns.delete_topic(TopicArn=topic)
    with refused("InvalidParameter"):
        sns.delete_topic(TopicArn="nonsense")


def test_accounts_and_regions_are_separate(sns_clients, new_name):
    name = new_name("topic")
    arns = {sns_clients(region, account).create_topic(Name=name)["TopicArn"]
            for region in ("us-east-1", "eu-west-1") for account in ("000000000000", "111111111111")}
    assert arns == {f"arn:aws:sns:{region}:{account}:{name}"
                    for region in ("us-east-1", "eu-west-1") for account in ("000000000000", "111111111111")}
    for account in ("000000000000", "111111111111"):
        client = sns_clients("eu-west-1", account)
        topics = {t["TopicArn"] for page in pages(client.list_topics, "Topics") for t in page}
        assert topics & arns == {f"arn:aws:sns:eu-west-1:{account}:{name}"}


# -- Attributes

def test_the_attributes_of_a_new_topic(sns, topic):
    attributes = topic_attributes(sns, topic)
    policy = json.loads(attributes.pop("Policy"))
    effective = json.loads(attributes.pop("EffectiveDeliveryPolicy"))
    assert attributes == {
        "TopicArn": topic, "Owner": "000000000000", "DisplayName": "", "SubscriptionsConfirmed": "0",
        "SubscriptionsPending": "0", "SubscriptionsDeleted": "0"}
    assert effective == {"http": {
        "defaultHealthyRetryPolicy": DEFAULT_RETRY_POLICY, "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"}}}
    assert policy["Version"] == "2008-10-17" and policy["Id"] == "__default_policy_ID"
    statement, = policy["Statement"]
    assert statement["Sid"] == "__default_statement_ID" and statement["Effect"] == "Allow"
    assert statement["Principal"] == {"AWS": "*"} and statement["Resource"] == topic
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": "000000000000"}}
    assert set(statement["Action"]) >= {"SNS:GetTopicAttributes", "SNS:Publish", "SNS:Subscribe"}


def test_the_attributes_of_a_fifo_topic(sns, make_topic):
    attributes = topic_attributes(sns, make_topic(fifo=True))
    assert attributes["FifoTopic"] == "true" and attributes["ContentBasedDeduplication"] == "false"
    changed = topic_attributes(sns, make_topic(fifo=True, ContentBasedDeduplication="true"))
    assert changed["ContentBasedDeduplication"] == "true"


@pytest.mark.parametrize("name, value", [
    ("DisplayName", "a name with ümlauts"),
    ("SignatureVersion", "2"),
    ("TracingConfig", "Active"),
    ("KmsMasterKeyId", "alias/aws/sns"),
    ("HTTPSuccessFeedbackRoleArn", "arn:aws:iam::000000000000:role/feedback"),
    ("HTTPSuccessFeedbackSampleRate", "50"),
    ("LambdaFailureFeedbackRoleArn", "arn:aws:iam::000000000000:role/feedback"),
    ("SQSSuccessFeedbackSampleRate", "0"),
    ("FirehoseFailureFeedbackRoleArn", "arn:aws:iam::000000000000:role/feedback"),
    ("ApplicationSuccessFeedbackRoleArn", "arn:aws:iam::000000000000:role/feedback"),
])
def test_an_attribute_is_set_and_told(sns, make_topic, name, value):
    topic = make_topic()
    set_topic(sns, topic, name, value)
    assert topic_attributes(sns, topic)[name] == value
    made = make_topic(**{name: value})
    assert topic_attributes(sns, made)[name] == value


@pytest.mark.parametrize("name, value", [
    ("Nonsense", "1"),
    ("", "1"),
    ("TopicArn", "arn:aws:sns:us-east-1:000000000000:x"),
    ("Owner", "111111111111"),
    ("SubscriptionsPending", "0"),
    ("FifoTopic", "true"),
    ("SignatureVersion", "3"),
    ("TracingConfig", "Sometimes"),
    ("HTTPSuccessFeedbackSampleRate", "101"),
    ("HTTPSuccessFeedbackSampleRate", "some"),
    ("Policy", "{"),
    ("DeliveryPolicy", "{"),
    ("ContentBasedDeduplication", "perhaps"),
])
def test_an_attribute_that_cannot_be_so(sns, topic, name, value):
    with refused("InvalidParameter", contains="Invalid parameter"):
        set_topic(sns, topic, name, value)


def test_an_unknown_attribute_is_named_so(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: AttributeName"):
        set_topic(sns, topic, "Nonsense", "x")


def test_a_standard_topic_has_no_attributes_of_fifo(sns, topic):
    with refused("InvalidParameter"):
        set_topic(sns, topic, "ContentBasedDeduplication", "true")


def test_deduplication_by_content_can_be_changed(sns, fifo_topic):
    set_topic(sns, fifo_topic, "ContentBasedDeduplication", "false")
    assert topic_attributes(sns, fifo_topic)["ContentBasedDeduplication"] == "false"
    with refused("InvalidParameter"):
        sns.publish(TopicArn=fifo_topic, Message="x", MessageGroupId="g")


# -- Delivery policy

def effective(sns, topic):
    return json.loads(topic_attributes(sns, topic)["EffectiveDeliveryPolicy"])["http"]


def test_a_delivery_policy_is_filled_with_defaults(sns, topic):
    assert "DeliveryPolicy" not in topic_attributes(sns, topic)
    policy = {"http": {"defaultHealthyRetryPolicy": {
        "minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}}}
    set_topic(sns, topic, "DeliveryPolicy", json.dumps(policy))
    told = json.loads(topic_attributes(sns, topic)["DeliveryPolicy"])
    assert told["http"]["defaultHealthyRetryPolicy"].items() >= policy["http"]["defaultHealthyRetryPolicy"].items()
    assert effective(sns, topic)["defaultHealthyRetryPolicy"] == DEFAULT_RETRY_POLICY | {
        "minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}
    assert effective(sns, topic)["disableSubscriptionOverrides"] is False


def test_a_delivery_policy_is_taken_back(sns, topic):
    set_topic(sns, topic, "DeliveryPolicy", json.dumps({"http": {"defaultHealthyRetryPolicy": {
        "minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}}}))
    set_topic(sns, topic, "DeliveryPolicy", "")
    assert "DeliveryPolicy" not in topic_attributes(sns, topic)
    assert effective(sns, topic)["defaultHealthyRetryPolicy"] == DEFAULT_RETRY_POLICY


@pytest.mark.parametrize("changes", [
    {"numRetries": 101},
    {"numRetries": -1},
    {"numRetries": "many"},
    {"minDelayTarget": 0},
    {"minDelayTarget": 30, "maxDelayTarget": 20},
    {"maxDelayTarget": 3601},
    {"numNoDelayRetries": 2, "numMinDelayRetries": 2, "numRetries": 3},
    {"backoffFunction": "random"},
])
def test_a_delivery_policy_that_cannot_be_so(sns, topic, changes):
    policy = {"http": {"defaultHealthyRetryPolicy": DEFAULT_RETRY_POLICY | changes}}
    with refused("InvalidParameter", contains="DeliveryPolicy"):
        set_topic(sns, topic, "DeliveryPolicy", json.dumps(policy))


# -- Lists

def test_topics_are_listed_in_pages_of_a_hundred(sns_clients):
    client = sns_clients(account="333333333333")
    made = {client.create_topic(Name=f"page-{number}")["TopicArn"] for number in range(205)}
    found = pages(client.list_topics, "Topics")
    assert [len(page) for page in found] == [100, 100, 5]
    assert sorted(t["TopicArn"] for page in found for t in page) == sorted(made)


def test_a_page_that_nobody_promised(sns):
    with refused("InvalidParameter"):
        sns.list_topics(NextToken="nonsense")


# -- Deletion

def test_deletion_ends_subscriptions_and_leaves_messages(sns, json_sqs, make_topic, subscribe_queue):
    topic = make_topic()
    queue, subscription = subscribe_queue(topic)
    sns.publish(TopicArn=topic, Message="before")
    sns.delete_topic(TopicArn=topic)
    assert all(found["TopicArn"] != topic for page in pages(sns.list_subscriptions, "Subscriptions")
               for found in page)
    assert len(take_bodies(json_sqs, queue)) == 1


def test_subscriptions_are_counted(sns, topic, subscribe_queue):
    def counts():
        attributes = topic_attributes(sns, topic)
        return tuple(int(attributes[f"Subscriptions{state}"]) for state in ("Confirmed", "Pending", "Deleted"))

    _, first = subscribe_queue(topic)
    subscribe_queue(topic)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="somebody@example.com")
    assert counts() == (2, 1, 0)
    sns.unsubscribe(SubscriptionArn=first)
    assert counts()[:2] == (1, 1)
    assert subscription_attributes(sns, subscribe_queue(topic)[1])["PendingConfirmation"] == "false"


# -- Data protection

def test_a_data_protection_policy_is_kept(sns, topic):
    policy = json.dumps({"Name": "policy", "Version": "2021-06-01", "Statement": []})
    sns.put_data_protection_policy(ResourceArn=topic, DataProtectionPolicy=policy)
    told = sns.get_data_protection_policy(ResourceArn=topic)["DataProtectionPolicy"]
    assert json.loads(told) == json.loads(policy)
