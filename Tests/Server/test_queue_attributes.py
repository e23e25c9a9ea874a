"""Queue attributes: defaults, ranges, texts, and their effect at once."""

import json

import pytest

from support.expect import attribute, bodies, refused

STANDARD = {
    "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "DelaySeconds",
    "LastModifiedTimestamp", "MaximumMessageSize", "MessageRetentionPeriod", "QueueArn",
    "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout",
}
FIFO = {"ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"}
KMS_CONFLICT = ("You can use one type of server-side encryption (SSE) at one time. You can either enable "
                "KMS SSE or SQS SSE.")


def all_attributes(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_all_of_a_fresh_standard_queue(sqs, queue):
    attributes = all_attributes(sqs, queue)
    assert set(attributes) == STANDARD
    assert attributes["MaximumMessageSize"] == "1048576"
    assert attributes["MessageRetentionPeriod"] == "345600"
    assert attributes["SqsManagedSseEnabled"] == "true"
    assert attributes["VisibilityTimeout"] == "30"
    assert attributes["DelaySeconds"] == attributes["ReceiveMessageWaitTimeSeconds"] == "0"
    assert attributes["CreatedTimestamp"] == attributes["LastModifiedTimestamp"]
    name = queue.rsplit("/", 1)[1]
    assert attributes["QueueArn"] == f"arn:aws:sqs:us-east-1:000000000000:{name}"


def test_all_of_a_fresh_fifo_queue(sqs, make_queue):
    attributes = all_attributes(sqs, make_queue(fifo=True))
    assert set(attributes) == STANDARD | FIFO
    assert attributes["ContentBasedDeduplication"] == "false"
    assert attributes["DeduplicationScope"] == "queue"
    assert attributes["FifoQueue"] == "true"
    assert attributes["FifoThroughputLimit"] == "perQueue"


def test_no_names_give_no_attributes(sqs, queue):
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)


def test_only_named_attributes_are_returned(sqs, queue):
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn", "DelaySeconds"])
    assert set(answer["Attributes"]) == {"QueueArn", "DelaySeconds"}


def test_an_unknown_name_is_refused(sqs, queue):
    with refused("InvalidAttributeName", "Unknown Attribute Colour."):
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Colour"])
    with refused("InvalidAttributeName", "Unknown Attribute Colour."):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Colour": "red"})


@pytest.mark.parametrize("name", ["QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages"])
def test_what_the_queue_tells_cannot_be_set(sqs, queue, new_name, name):
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: "1"})
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        sqs.create_queue(QueueName=new_name(), Attributes={name: "1"})


@pytest.mark.parametrize("name, low, high", [
    ("DelaySeconds", 0, 900),
    ("MaximumMessageSize", 1024, 1048576),
    ("MessageRetentionPeriod", 60, 1209600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20),
    ("VisibilityTimeout", 0, 43200),
])
def test_numbers_have_a_range(sqs, queue, new_name, name, low, high):
    for value in (low, high):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: str(value)})
        assert attribute(sqs, queue, name) == str(value)
    for value in (low - 1, high + 1, "many", "", "1.5"):
        with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: str(value)})
    with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
        sqs.create_queue(QueueName=new_name(), Attributes={name: str(high + 1)})
    assert attribute(sqs, queue, name) == str(high)


def test_a_refused_set_changes_nothing(sqs, queue):
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(
            QueueUrl=queue, Attributes={"DelaySeconds": "5", "VisibilityTimeout": "-1"})
    assert attribute(sqs, queue, "DelaySeconds") == "0"


def test_a_lower_message_size_is_effective_at_once(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 2000)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MaximumMessageSize": "1024"})
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 1024)
    text = "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x" * 1025)


def test_the_visibility_timeout_of_the_queue_is_effective_at_once(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]


# -- FIFO attributes

@pytest.mark.parametrize("attributes", [
    {"FifoQueue": "false"}, {"ContentBasedDeduplication": "true"}, {"ContentBasedDeduplication": "false"}])
def test_fifo_attributes_are_unknown_to_standard_queues(sqs, queue, new_name, attributes):
    text = f"Unknown Attribute {list(attributes)[0]}."
    with refused("InvalidAttributeName", text):
        sqs.create_queue(QueueName=new_name(), Attributes=attributes)
    with refused("InvalidAttributeName", text):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)


@pytest.mark.parametrize("name, value", [
    ("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")])
def test_throughput_attributes_need_a_fifo_queue(sqs, queue, new_name, name, value):
    text = f"You can specify the {name} only when FifoQueue is set to true."
    with refused("InvalidAttributeName", text):
        sqs.create_queue(QueueName=new_name(), Attributes={name: value})
    with refused("InvalidAttributeName", text):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: value})


def test_the_type_of_a_queue_is_fixed(sqs, make_queue):
    url = make_queue(fifo=True)
    text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
    with refused("InvalidAttributeValue", text):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"FifoQueue": "false"})
    with refused("InvalidAttributeName", "Unknown Attribute FifoQueue."):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"FifoQueue": "true"})


def test_booleans_are_told_in_lower_case(sqs, new_name):
    url = sqs.create_queue(QueueName=new_name(fifo=True), Attributes={
        "FifoQueue": "True", "ContentBasedDeduplication": "True"})["QueueUrl"]
    attributes = all_attributes(sqs, url)
    assert attributes["FifoQueue"] == attributes["ContentBasedDeduplication"] == "true"


@pytest.mark.parametrize("name", ["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"])
def test_fifo_attributes_have_known_values(sqs, make_queue, name):
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(QueueUrl=make_queue(fifo=True), Attributes={name: "perhaps"})


def test_the_throughput_limit_per_group_needs_the_scope_message_group(sqs, make_queue):
    url = make_queue(fifo=True)
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"FifoThroughputLimit": "perMessageGroupId"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={
        "FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"})
    attributes = all_attributes(sqs, url)
    assert attributes["FifoThroughputLimit"] == "perMessageGroupId"
    assert attributes["DeduplicationScope"] == "messageGroup"


# -- Policies and encryption

def test_an_empty_policy_removes_it(sqs, queue):
    policy = json.dumps({"Version": "2012-10-17", "Id": "p", "Statement": [{
        "Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    assert json.loads(attribute(sqs, queue, "Policy")) == json.loads(policy)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
    assert attribute(sqs, queue, "Policy") is None


def test_a_policy_that_is_no_json_is_refused(sqs, queue):
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": "no"})


def test_kms_switches_sqs_encryption_off_for_good(sqs, queue):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={
        "KmsMasterKeyId": "alias/aws/sqs", "KmsDataKeyReusePeriodSeconds": "600"})
    attributes = all_attributes(sqs, queue)
    assert attributes["KmsMasterKeyId"] == "alias/aws/sqs"
    assert attributes["KmsDataKeyReusePeriodSeconds"] == "600"
    assert attributes["SqsManagedSseEnabled"] == "false"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={
        "KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": "300"})
    attributes = all_attributes(sqs, queue)
    assert "KmsMasterKeyId" not in attributes and "KmsDataKeyReusePeriodSeconds" not in attributes
    assert attributes["SqsManagedSseEnabled"] == "false"


def test_only_one_encryption_at_a_time(sqs, queue, new_name):
    both = {"KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "true"}
    with refused("InvalidAttributeName", KMS_CONFLICT):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=both)
    with refused("InvalidAttributeName", KMS_CONFLICT):
        sqs.create_queue(QueueName=new_name(), Attributes=both)


@pytest.mark.parametrize("value", ["59", "86401", "x"])
def test_the_key_reuse_period_has_a_range(sqs, queue, value):
    with refused("InvalidAttributeValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={
            "KmsMasterKeyId": "alias/aws/sqs", "KmsDataKeyReusePeriodSeconds": value})


# -- Redrive policies

def test_a_redrive_policy_is_kept_and_removed(sqs, queue, make_queue, arn_of):
    target = arn_of(make_queue())
    for count in (3, "3"):
        policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": count})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})
        kept = json.loads(attribute(sqs, queue, "RedrivePolicy"))
        assert kept["deadLetterTargetArn"] == target and int(kept["maxReceiveCount"]) == 3
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": ""})
    assert attribute(sqs, queue, "RedrivePolicy") is None


@pytest.mark.parametrize("change", [
    {"maxReceiveCount": 0}, {"maxReceiveCount": 1001}, {"maxReceiveCount": "many"},
    {"maxReceiveCount": None}, {"deadLetterTargetArn": None}])
def test_a_bad_redrive_policy_is_refused(sqs, queue, make_queue, arn_of, change):
    policy = {"deadLetterTargetArn": arn_of(make_queue()), "maxReceiveCount": 3} | change
    policy = {name: value for name, value in policy.items() if value is not None}
    with refused("InvalidParameterValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": json.dumps(policy)})
    assert attribute(sqs, queue, "RedrivePolicy") is None


@pytest.mark.parametrize("target", [
    "garbage", "arn:aws:sqs:us-east-1:000000000000:nobody-made-this",
    "arn:aws:sqs:eu-west-1:000000000000:elsewhere"])
def test_the_dead_letter_queue_must_exist_here(sqs, queue, target):
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 3})
    with refused("InvalidParameterValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})


def test_the_dead_letter_queue_has_the_same_type(sqs, queue, make_queue, arn_of):
    fifo = make_queue(fifo=True)
    for source, target in ((queue, fifo), (fifo, queue)):
        policy = json.dumps({"deadLetterTargetArn": arn_of(target), "maxReceiveCount": 3})
        with refused("InvalidParameterValue"):
            sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": policy})


def test_deny_all_keeps_sources_away(sqs, queue, make_queue, arn_of):
    target = make_queue(RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    policy = json.dumps({"deadLetterTargetArn": arn_of(target), "maxReceiveCount": 3})
    with refused("InvalidParameterValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})
    sqs.set_queue_attributes(QueueUrl=target, Attributes={
        "RedriveAllowPolicy": json.dumps({"redrivePermission": "allowAll"})})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})


def test_by_queue_admits_the_named_sources(sqs, queue, make_queue, arn_of):
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(queue)]}
    target = make_queue(RedriveAllowPolicy=json.dumps(allow))
    policy = json.dumps({"deadLetterTargetArn": arn_of(target), "maxReceiveCount": 3})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})
    with refused("InvalidParameterValue"):
        sqs.set_queue_attributes(QueueUrl=make_queue(), Attributes={"RedrivePolicy": policy})


@pytest.mark.parametrize("policy", [
    {"redrivePermission": "perhaps"},
    {"redrivePermission": "byQueue"},
    {"redrivePermission": "allowAll", "sourceQueueArns": ["arn:aws:sqs:us-east-1:000000000000:a"]},
    {"redrivePermission": "byQueue",
     "sourceQueueArns": [f"arn:aws:sqs:us-east-1:000000000000:a{n}" for n in range(11)]},
    {},
])
def test_a_bad_redrive_allow_policy_is_refused(sqs, queue, policy):
    with refused("InvalidParameterValue"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedriveAllowPolicy": json.dumps(policy)})
