"""Dead-letter queues and the tasks that move messages back."""

import base64
import json
import threading
import time

import pytest

from support.expect import bodies, counts, refused


@pytest.fixture(params=["standard", "fifo"])
def fifo(request):
    return request.param == "fifo"


@pytest.fixture
def pair(make_queue, arn_of):
    """Makes a source and its dead-letter queue."""

    def make(fifo=False, count=1, **attributes):
        dead = make_queue(fifo=fifo)
        policy = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": count})
        if fifo:
            attributes.setdefault("ContentBasedDeduplication", "true")
        return make_queue(fifo=fifo, RedrivePolicy=policy, **attributes), dead

    return make


def kill(sqs, source, body="x", **options):
    """Sends a message and receives it until it is dead; returns the answer to the send."""
    sent = sqs.send_message(QueueUrl=source, MessageBody=body, **options)
    while sqs.receive_message(QueueUrl=source, VisibilityTimeout=0).get("Messages"):
        pass
    return sent


# -- The move

@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_message_is_dead_after_its_receives(sqs, pair, count):
    source, dead = pair(count=count)
    sqs.send_message(QueueUrl=source, MessageBody="x")
    for _ in range(count):
        assert bodies(sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)) == ["x"]
        assert counts(sqs, dead) == (0, 0, 0)
    assert bodies(sqs.receive_message(QueueUrl=source)) == []
    assert counts(sqs, source) == (0, 0, 0)
    assert bodies(sqs.receive_message(QueueUrl=dead)) == ["x"]


def test_a_dead_message_keeps_its_identity(sqs, pair, arn_of, fifo):
    source, dead = pair(fifo=fifo)
    group = {"MessageGroupId": "g", "MessageDeduplicationId": "original"} if fifo else {}
    attributes = {"a": {"DataType": "String", "StringValue": "v"}}
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sent = sqs.send_message(QueueUrl=source, MessageBody="x", MessageAttributes=attributes,
                            MessageSystemAttributes=trace, **group)
    first = sqs.receive_message(QueueUrl=source, VisibilityTimeout=0, AttributeNames=["All"])["Messages"][0]
    assert sqs.receive_message(QueueUrl=source).get("Messages") is None
    message = sqs.receive_message(
        QueueUrl=dead, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"][0]
    assert message["MessageId"] == sent["MessageId"] and message["Body"] == "x"
    assert message["MessageAttributes"] == attributes
    told = message["Attributes"]
    assert told["DeadLetterQueueSourceArn"] == arn_of(source)
    assert told["ApproximateReceiveCount"] == "2"
    assert told["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"]
    if fifo:
        assert told["MessageGroupId"] == "g"
        assert told["MessageDeduplicationId"] == sent["MessageId"]
    else:
        assert told["SentTimestamp"] == first["Attributes"]["SentTimestamp"]


def test_a_dead_message_unlocks_its_group(sqs, pair):
    source, dead = pair(fifo=True)
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=source, MessageBody=body, MessageGroupId="g")
    assert bodies(sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)) == ["one"]
    assert bodies(sqs.receive_message(QueueUrl=source)) == ["two"]
    assert bodies(sqs.receive_message(QueueUrl=dead)) == ["one"]


def test_a_move_wakes_a_poll_of_the_dead_letter_queue(json_sqs, pair):

    source, dead = pair()
    json_sqs.send_message(QueueUrl=source, MessageBody="x")
    json_sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    found = []
    poll = threading.Thread(target=lambda: found.extend(
        bodies(json_sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=10))))
    poll.start()
    time.sleep(0.2)
    json_sqs.receive_message(QueueUrl=source)
    poll.join(2)
    assert found == ["x"]


def test_a_receive_skips_the_dead_and_returns_the_living(sqs, pair):
    source, dead = pair()
    sqs.send_message(QueueUrl=source, MessageBody="dying")
    sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    sqs.send_message(QueueUrl=source, MessageBody="living")
    assert bodies(sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10)) == ["living"]
    assert counts(sqs, dead) == (1, 0, 0)


# -- Sources

def test_sources_are_listed(sqs, pair, make_queue):
    source, dead = pair()
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [source]
    assert sqs.list_dead_letter_source_queues(QueueUrl=make_queue()).get("queueUrls", []) == []


def test_sources_are_listed_in_pages(sqs, make_queue, arn_of):
    dead = make_queue()
    policy = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 3})
    sources = {make_queue(RedrivePolicy=policy) for _ in range(3)}
    first = sqs.list_dead_letter_source_queues(QueueUrl=dead, MaxResults=2)
    assert len(first["queueUrls"]) == 2
    second = sqs.list_dead_letter_source_queues(QueueUrl=dead, MaxResults=2, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert set(first["queueUrls"] + second["queueUrls"]) == sources


# -- Move tasks

def finished(sqs, source_arn, seconds=10):
    """The task's entry once it runs no more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        task = sqs.list_message_move_tasks(SourceArn=source_arn)["Results"][0]
        if task["Status"] not in ("RUNNING", "CANCELLING"):
            return task
        time.sleep(0.02)
    raise AssertionError(task)


def test_a_task_moves_messages_back_to_their_sources(sqs, make_queue, arn_of):
    dead = make_queue()
    policy = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1})
    sources = [make_queue(RedrivePolicy=policy) for _ in range(2)]
    sent = {source: kill(sqs, source, f"of {n}")["MessageId"] for n, source in enumerate(sources)}
    assert counts(sqs, dead) == (2, 0, 0)
    handle = sqs.start_message_move_task(SourceArn=arn_of(dead))["TaskHandle"]
    assert {"taskId", "sourceArn"} <= set(json.loads(base64.b64decode(handle + "==")))
    task = finished(sqs, arn_of(dead))
    assert task["Status"] == "COMPLETED" and "TaskHandle" not in task and "DestinationArn" not in task
    assert int(task["ApproximateNumberOfMessagesMoved"]) == 2
    assert int(task["ApproximateNumberOfMessagesToMove"]) == 2
    assert task["SourceArn"] == arn_of(dead) and int(task["StartedTimestamp"]) > 0
    for number, source in enumerate(sources):
        message = sqs.receive_message(QueueUrl=source, AttributeNames=["All"])["Messages"][0]
        assert message["Body"] == f"of {number}" and message["MessageId"] != sent[source]
        assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_a_task_moves_messages_to_a_destination(sqs, pair, make_queue, arn_of):
    source, dead = pair()
    kill(sqs, source)
    other = make_queue()
    sqs.start_message_move_task(SourceArn=arn_of(dead), DestinationArn=arn_of(other))
    task = finished(sqs, arn_of(dead))
    assert task["Status"] == "COMPLETED" and task["DestinationArn"] == arn_of(other)
    assert bodies(sqs.receive_message(QueueUrl=other)) == ["x"]


def test_one_task_per_source(sqs, pair, arn_of):
    source, dead = pair()
    for _ in range(30):
        sqs.send_message(QueueUrl=dead, MessageBody="x")
    arn = arn_of(dead)
    started = sqs.start_message_move_task(
        SourceArn=arn, DestinationArn=arn_of(source), MaxNumberOfMessagesPerSecond=1)
    task = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
    assert task["Status"] == "RUNNING" and task["TaskHandle"] == started["TaskHandle"]
    assert int(task["MaxNumberOfMessagesPerSecond"]) == 1
    text = ("There is already a task running. Only one active task is allowed for a source queue arn at a given "
            "time.")
    with refused("InvalidParameterValue", text):
        sqs.start_message_move_task(SourceArn=arn)
    answer = sqs.cancel_message_move_task(TaskHandle=started["TaskHandle"])
    assert int(answer["ApproximateNumberOfMessagesMoved"]) < 30
    task = finished(sqs, arn)
    assert task["Status"] == "CANCELLED" and "TaskHandle" not in task
    assert counts(sqs, dead)[0] >= 27


def test_tasks_are_listed_newest_first(sqs, pair, make_queue, arn_of):
    source, dead = pair()
    arn = arn_of(dead)
    for body in ("one", "two", "three"):
        kill(sqs, source, body)
        sqs.start_message_move_task(SourceArn=arn, DestinationArn=arn_of(make_queue()))
        finished(sqs, arn)
    assert len(sqs.list_message_move_tasks(SourceArn=arn)["Results"]) == 1
    tasks = sqs.list_message_move_tasks(SourceArn=arn, MaxResults=10)["Results"]
    starts = [int(task["StartedTimestamp"]) for task in tasks]
    assert len(tasks) == 3 and starts == sorted(starts, reverse=True)


def test_a_task_fails_when_its_destination_is_gone(sqs, pair, arn_of):
    source, dead = pair()
    kill(sqs, source)
    sqs.delete_queue(QueueUrl=source)
    with_policy = arn_of(dead)
    try:
        sqs.start_message_move_task(SourceArn=with_policy)
    except sqs.exceptions.ClientError as error:
        assert "Source queue must be configured as a Dead Letter Queue." in str(error)
        return
    task = finished(sqs, with_policy)
    assert task["Status"] == "FAILED"
    assert task["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_the_source_of_a_task_is_a_dead_letter_queue(sqs, queue, arn_of):
    with refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
        sqs.start_message_move_task(SourceArn=arn_of(queue))


@pytest.mark.parametrize("member", ["SourceArn", "DestinationArn"])
def test_the_queues_of_a_task_exist(sqs, pair, arn_of, member):
    _, dead = pair()
    arguments = {"SourceArn": arn_of(dead)} | {member: "arn:aws:sqs:us-east-1:000000000000:nobody"}
    text = f"The resource that you specified for the {member} parameter doesn't exist."
    with refused("ResourceNotFoundException", text, status=404):
        sqs.start_message_move_task(**arguments)


@pytest.mark.parametrize("rate", [0, 501, -1])
def test_the_rate_of_a_task_has_a_range(sqs, pair, arn_of, rate):
    _, dead = pair()
    with refused("InvalidParameterValue"):
        sqs.start_message_move_task(SourceArn=arn_of(dead), MaxNumberOfMessagesPerSecond=rate)


def test_cancelling_needs_a_handle_that_is_one(sqs, pair, arn_of):
    with refused("InvalidParameterValue", "Value for parameter TaskHandle is invalid."):
        sqs.cancel_message_move_task(TaskHandle="garbage")
    _, dead = pair()
    unknown = base64.b64encode(json.dumps({
        "taskId": "6d5dcd6f-f3b4-4ba2-9d0e-8a1b5c1f0a10", "sourceArn": arn_of(dead)}).encode()).decode()
    with refused("ResourceNotFoundException", "Task does not exist.", status=404):
        sqs.cancel_message_move_task(TaskHandle=unknown)


@pytest.mark.parametrize("count", [0, 11])
def test_the_number_of_listed_tasks_has_a_range(sqs, pair, arn_of, count):
    _, dead = pair()
    with refused("InvalidParameterValue"):
        sqs.list_message_move_tasks(SourceArn=arn_of(dead), MaxResults=count)


def test_tasks_of_a_missing_queue(sqs):
    text = "The resource that you specified for the SourceArn parameter doesn't exist."
    with refused("ResourceNotFoundException", text, status=404):
        sqs.list_message_move_tasks(SourceArn="arn:aws:sqs:us-east-1:000000000000:nobody")
