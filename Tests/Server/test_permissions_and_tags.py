"""Permissions and tags."""

import json

import pytest
from botocore.exceptions import ClientError

from support.expect import attribute, refused

ACCOUNT = "123456789012"


def policy(sqs, queue):
    text = attribute(sqs, queue, "Policy")
    return None if text is None else json.loads(text)


# -- Permissions

def test_a_permission_is_a_statement_of_the_policy(sqs, queue, arn_of):
    sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=[ACCOUNT], Actions=["SendMessage"])
    arn = arn_of(queue)
    assert policy(sqs, queue) == {
        "Version": "2008-10-17", "Id": f"{arn}/SQSDefaultPolicy",
        "Statement": [{"Sid": "one", "Effect": "Allow",
                       "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                       "Action": "SQS:SendMessage", "Resource": arn}]}


def test_several_accounts_and_actions_are_lists(sqs, queue):
    sqs.add_permission(QueueUrl=queue, Label="many", AWSAccountIds=[ACCOUNT, "210987654321"],
                       Actions=["SendMessage", "ReceiveMessage"])
    statement = policy(sqs, queue)["Statement"][0]
    assert statement["Principal"]["AWS"] == [
        f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::210987654321:root"]
    assert statement["Action"] == ["SQS:SendMessage", "SQS:ReceiveMessage"]


def test_labels_are_distinct(sqs, queue):
    sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=[ACCOUNT], Actions=["*"])
    with refused("InvalidParameterValue", "Value one for parameter Label is invalid. Reason: Already exists."):
        sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=[ACCOUNT], Actions=["*"])


def test_a_permission_is_removed(sqs, queue):
    for label in ("one", "two"):
        sqs.add_permission(QueueUrl=queue, Label=label, AWSAccountIds=[ACCOUNT], Actions=["*"])
    sqs.remove_permission(QueueUrl=queue, Label="one")
    assert [s["Sid"] for s in policy(sqs, queue)["Statement"]] == ["two"]
    with refused("InvalidParameterValue", "Value one for parameter Label is invalid. Reason: can't find label."):
        sqs.remove_permission(QueueUrl=queue, Label="one")


def test_an_unknown_action_is_refused(sqs, queue):
    text = ("Value SQS:Foo for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for "
            "a list of valid actions. ")
    with refused("InvalidParameterValue", text):
        sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=[ACCOUNT], Actions=["Foo"])


def test_seven_actions_are_the_most(sqs, queue):
    actions = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility",
               "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue"]
    with refused("OverLimit", "8 Actions were found, maximum allowed is 7.", status=403):
        sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=[ACCOUNT], Actions=actions)


@pytest.mark.parametrize("missing, code", [
    ("Label", "MissingParameter"), ("AWSAccountIds", "InvalidParameterValue"), ("Actions", "MissingParameter")])
def test_every_part_of_a_permission_is_required(sqs, queue, missing, code):
    arguments = {"Label": "one", "AWSAccountIds": [ACCOUNT], "Actions": ["*"]}
    del arguments[missing]
    with refused(code):
        sqs.add_permission(QueueUrl=queue, **arguments)


@pytest.mark.parametrize("label", ["a b", "l" * 81, "ä"])
def test_a_label_has_a_form(sqs, queue, label):
    with refused("InvalidParameterValue"):
        sqs.add_permission(QueueUrl=queue, Label=label, AWSAccountIds=[ACCOUNT], Actions=["*"])


# -- Tags

def test_tags_are_added_replaced_and_removed(sqs, queue):
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)
    sqs.tag_queue(QueueUrl=queue, Tags={"a": "1", "b": "2"})
    sqs.tag_queue(QueueUrl=queue, Tags={"b": "3", "ü key": "ü @ value"})
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"a": "1", "b": "3", "ü key": "ü @ value"}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["a", "ü key", "nobody"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"b": "3"}


def test_fifty_tags_are_the_most(sqs, queue):
    sqs.tag_queue(QueueUrl=queue, Tags={f"k{n}": "v" for n in range(50)})
    with refused("InvalidParameterValue"):
        sqs.tag_queue(QueueUrl=queue, Tags={"one more": "v"})
    sqs.tag_queue(QueueUrl=queue, Tags={"k0": "changed"})
    assert len(sqs.list_queue_tags(QueueUrl=queue)["Tags"]) == 50


@pytest.mark.parametrize("tags", [{"": "v"}, {"k" * 129: "v"}, {"k": "v" * 257}])
def test_keys_and_values_have_a_length(sqs, queue, tags):
    with refused("InvalidParameterValue"):
        sqs.tag_queue(QueueUrl=queue, Tags=tags)


def test_tags_are_required(sqs, queue):
    with refused("MissingParameter"):
        sqs.tag_queue(QueueUrl=queue)
    with pytest.raises(ClientError):
        sqs.untag_queue(QueueUrl=queue)
