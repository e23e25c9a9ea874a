"""Tags of topics and the statements of their policies."""

import json

import pytest
from botocore.exceptions import ClientError

from support.expect import refused
from support.topics import set_topic, topic_attributes


def tags(sns, topic):
    return {tag["Key"]: tag["Value"] for tag in sns.list_tags_for_resource(ResourceArn=topic)["Tags"]}


def as_list(mapping):
    return [{"Key": key, "Value": value} for key, value in mapping.items()]


def test_tags_are_added_replaced_and_removed(sns, topic):
    assert tags(sns, topic) == {}
    sns.tag_resource(ResourceArn=topic, Tags=as_list({"a": "1", "b": "2"}))
    sns.tag_resource(ResourceArn=topic, Tags=as_list({"b": "3", "c": ""}))
    assert tags(sns, topic) == {"a": "1", "b": "3", "c": ""}
    sns.untag_resource(ResourceArn=topic, TagKeys=["a", "never"])
    assert tags(sns, topic) == {"b": "3", "c": ""}


def test_tags_come_with_the_topic(sns, new_name):
    arn = sns.create_topic(Name=new_name("topic"), Tags=as_list({"team": "one"}))["TopicArn"]
    assert tags(sns, arn) == {"team": "one"}


def test_fifty_tags_are_the_most(sns, topic):
    sns.tag_resource(ResourceArn=topic, Tags=as_list({f"k{n}": "v" for n in range(50)}))
    with refused("TagLimitExceeded"):
        sns.tag_resource(ResourceArn=topic, Tags=as_list({"one-more": "v"}))
    assert len(tags(sns, topic)) == 50


@pytest.mark.parametrize("tag", [{"Key": "a" * 129, "Value": "v"}, {"Key": "a", "Value": "v" * 257},
                                 {"Key": "", "Value": "v"}])
def test_tags_that_are_too_long_or_empty(sns, topic, tag):
    with pytest.raises(ClientError) as caught:
        sns.tag_resource(ResourceArn=topic, Tags=[tag])
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert tags(sns, topic) == {}


def test_the_same_key_twice(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed."):
        sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])


def test_tags_of_a_topic_that_is_not_there(sns, topic):
    for call, arguments in (("list_tags_for_resource", {}), ("tag_resource", {"Tags": as_list({"a": "1"})}),
                            ("untag_resource", {"TagKeys": ["a"]})):
        with refused("ResourceNotFound", status=404):
            getattr(sns, call)(ResourceArn=topic + "-gone", **arguments)


# -- Permissions

def statements(sns, topic):
    found = json.loads(topic_attributes(sns, topic)["Policy"])["Statement"]
    return {statement["Sid"]: statement for statement in found}


def as_set(value):
    return {value} if isinstance(value, str) else set(value)


def test_a_permission_is_a_statement(sns, topic):
    sns.add_permission(TopicArn=topic, Label="label", AWSAccountId=["111111111111", "222222222222"],
                       ActionName=["Publish", "GetTopicAttributes"])
    found = statements(sns, topic)
    assert set(found) == {"__default_statement_ID", "label"}
    statement = found["label"]
    assert statement["Effect"] == "Allow" and statement["Resource"] == topic
    assert as_set(statement["Action"]) == {"SNS:Publish", "SNS:GetTopicAttributes"}
    assert as_set(statement["Principal"]["AWS"]) == {
        "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"}
    sns.remove_permission(TopicArn=topic, Label="label")
    assert set(statements(sns, topic)) == {"__default_statement_ID"}


def test_one_account_and_one_action_are_no_lists(sns, topic):
    sns.add_permission(TopicArn=topic, Label="l", AWSAccountId=["111111111111"], ActionName=["Publish"])
    statement = statements(sns, topic)["l"]
    assert statement["Action"] == "SNS:Publish"
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}


def test_a_label_is_there_once(sns, topic):
    arguments = {"TopicArn": topic, "Label": "l", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"]}
    sns.add_permission(**arguments)
    with refused("InvalidParameter", "Invalid parameter: Statement already exists"):
        sns.add_permission(**arguments)


def test_an_action_that_is_none(sns, topic):
    with refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!"):
        sns.add_permission(
            TopicArn=topic, Label="l", AWSAccountId=["111111111111"], ActionName=["NotValid"])


def test_a_policy_is_set_and_told(sns, topic):
    policy = {"Version": "2012-10-17", "Id": "mine", "Statement": [{
        "Sid": "s", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SNS:Publish", "Resource": topic}]}
    set_topic(sns, topic, "Policy", json.dumps(policy))
    assert json.loads(topic_attributes(sns, topic)["Policy"]) == policy
