"""The query protocol as bytes: forms, GET, XML, its JSON rendering, and every action in it."""

import json

import pytest
import requests

from support.digests import md5
from support.wire import query, query_raw, signed_query

NOT_HERE = "The action {} is not valid for this endpoint."


@pytest.fixture(params=["POST", "GET", "signed"])
def ask(request, server):
    """Asks by unsigned form, by GET on the queue's path, or by signed form."""

    def call(action, parameters=None, url=None):
        url = url or server.url
        if request.param == "signed":
            return signed_query(url, action, parameters)
        return query(url, action, parameters, method=request.param)

    return call


def test_a_message_is_sent_received_and_deleted(ask, queue):
    sent = ask("SendMessage", {"QueueUrl": queue, "MessageBody": "ä & <b> 100%+1"}, queue)
    assert sent.status == 200 and sent.headers["Content-Type"].startswith("text/xml")
    assert sent.one("SendMessageResult/MD5OfMessageBody") == md5("ä & <b> 100%+1")
    assert len(sent.one("ResponseMetadata/RequestId")) == 36
    assert sent.headers["x-amzn-RequestId"] == sent.one("ResponseMetadata/RequestId")
    received = ask("ReceiveMessage", {"AttributeName.1": "All", "MaxNumberOfMessages": "10"}, queue)
    message = "ReceiveMessageResult/Message/"
    assert received.one(message + "Body") == "ä & <b> 100%+1"
    assert received.one(message + "MessageId") == sent.one("SendMessageResult/MessageId")
    assert "ApproximateReceiveCount" in received.all(message + "Attribute/Name")
    deleted = ask("DeleteMessage", {"ReceiptHandle": received.one(message + "ReceiptHandle")}, queue)
    assert deleted.status == 200 and deleted.root.tag == "DeleteMessageResponse"
    empty = ask("ReceiveMessage", {}, queue)
    assert "<ReceiveMessageResult/>" in empty.text


def test_a_queue_url_parameter_overrides_the_path(server, make_queue):
    first, second = make_queue(), make_queue()
    query(first, "SendMessage", {"QueueUrl": second, "MessageBody": "x"})
    assert query(second, "ReceiveMessage").all("ReceiveMessageResult/Message/Body") == ["x"]


def test_the_version_is_optional(queue):
    assert query(queue, "SendMessage", {"MessageBody": "x", "Version": "2012-11-05"}).status == 200
    assert query(queue, "SendMessage", {"MessageBody": "x"}).status == 200


# -- Paths and actions

@pytest.mark.parametrize("accept", [None, "application/json"])
def test_a_queue_path_without_an_action_is_not_found(queue, accept):
    answer = requests.get(queue, headers={"Accept": accept} if accept else {}, timeout=10)
    assert answer.status_code == 404 and answer.text.strip() == "<UnknownOperationException/>"


@pytest.mark.parametrize("action", ["FooBar", "CreateQueue", "ListQueues"])
def test_what_a_queue_path_does_not_do(queue, action):
    answer = query(queue, action, {"QueueName": "x"})
    assert answer.status == 400 and answer.error == ("InvalidAction", NOT_HERE.format(action))
    assert answer.one("Error/Type") == "Sender"


def test_an_unknown_action_at_the_root(server):
    answer = query(server.url, "FooBar")
    assert answer.status == 400 and answer.error == ("InvalidAction", NOT_HERE.format("FooBar"))


def test_get_queue_url_of_another_queue_at_a_queue_path(make_queue, queue):
    other = make_queue()
    answer = query(queue, "GetQueueUrl", {"QueueName": other.rsplit("/", 1)[1]})
    assert answer.one("GetQueueUrlResult/QueueUrl") == other


# -- Errors

def test_an_error_has_type_code_message_detail_and_request_id(server):
    answer = query(f"{server.url}/000000000000/nobody-made-this", "ReceiveMessage")
    assert answer.status == 400 and answer.root.tag == "ErrorResponse"
    assert answer.error == ("AWS.SimpleQueueService.NonExistentQueue",
                            "The specified queue does not exist for this wsdl version.")
    assert answer.one("Error/Type") == "Sender" and answer.one("Error/Detail") == ""
    assert answer.one("RequestId") == answer.headers["x-amzn-RequestId"]


def test_a_number_that_is_none_is_refused(queue):
    answer = query(queue, "ReceiveMessage", {"MaxNumberOfMessages": "many"})
    assert answer.status == 400 and answer.error[0] in ("MalformedInput", "InvalidParameterValue")


def test_a_body_that_is_no_text_is_refused(queue):
    answer = requests.post(queue, data="Action=SendMessage&MessageBody=%ff%fe", timeout=10,
                           headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400 and "InvalidMessageContents" in answer.text


@pytest.mark.parametrize("body", ["%", "%z", "%zz", "100%"])
def test_a_percent_sign_that_codes_nothing_stands_for_itself(queue, body):
    requests.post(queue, data=f"Action=SendMessage&MessageBody={body}", timeout=10,
                  headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert query(queue, "ReceiveMessage").one("ReceiveMessageResult/Message/Body") == body


def test_an_empty_list_may_be_named_without_a_number(queue):
    answer = query(queue, "SendMessageBatch", {"SendMessageBatchRequestEntry": ""})
    assert answer.error[0] == "AWS.SimpleQueueService.EmptyBatchRequest"
    answer = query(queue, "GetQueueAttributes", {"AttributeName": ""})
    assert answer.status == 200 and answer.all("GetQueueAttributesResult/Attribute") == []


# -- The JSON rendering

def test_a_query_that_accepts_json_gets_the_document_as_json(queue):
    answer = query_raw(queue, "GetQueueAttributes", {"AttributeName.1": "DelaySeconds"},
                       headers={"Accept": "application/json"})
    document = answer.json()["GetQueueAttributesResponse"]
    assert document["GetQueueAttributesResult"] == {
        "Attributes": [{"Name": "DelaySeconds", "Value": "0"}]}
    assert document["ResponseMetadata"]["RequestId"] == answer.headers["x-amzn-RequestId"]


def test_errors_are_rendered_as_json_too(server):
    answer = query_raw(f"{server.url}/000000000000/nobody-made-this", "ReceiveMessage",
                       headers={"Accept": "application/json"})
    error = answer.json()["Error"]
    assert answer.status_code == 400 and error["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert error["Message"] == "The specified queue does not exist for this wsdl version."


# -- Every action, in the fields of the query protocol

def test_create_get_list_and_delete_a_queue(ask, server, new_name):
    name = new_name("query")
    created = ask("CreateQueue", {"QueueName": name, "Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "7",
                                  "Tag.1.Key": "team", "Tag.1.Value": "one"})
    url = created.one("CreateQueueResult/QueueUrl")
    assert url == f"{server.url}/000000000000/{name}"
    assert ask("GetQueueUrl", {"QueueName": name}).one("GetQueueUrlResult/QueueUrl") == url
    assert ask("ListQueues", {"QueueNamePrefix": name}).all("ListQueuesResult/QueueUrl") == [url]
    tags = ask("ListQueueTags", {"QueueUrl": url})
    assert tags.all("ListQueueTagsResult/Tag/Key") == ["team"]
    assert tags.all("ListQueueTagsResult/Tag/Value") == ["one"]
    deleted = ask("DeleteQueue", {"QueueUrl": url})
    assert deleted.status == 200 and deleted.root.tag == "DeleteQueueResponse"
    assert ask("GetQueueUrl", {"QueueName": name}).error[0] == "AWS.SimpleQueueService.NonExistentQueue"


def test_attributes_are_set_and_read(ask, queue):
    ask("SetQueueAttributes", {"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "9",
                               "Attribute.2.Name": "VisibilityTimeout", "Attribute.2.Value": "8"}, queue)
    answer = ask("GetQueueAttributes", {"AttributeName.1": "DelaySeconds",
                                        "AttributeName.2": "VisibilityTimeout"}, queue)
    pairs = zip(answer.all("GetQueueAttributesResult/Attribute/Name"),
                answer.all("GetQueueAttributesResult/Attribute/Value"))
    assert dict(pairs) == {"DelaySeconds": "9", "VisibilityTimeout": "8"}


def test_message_attributes_travel_as_numbered_fields(ask, queue):
    ask("SendMessage", {
        "MessageBody": "x",
        "MessageAttribute.1.Name": "text", "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "v",
        "MessageAttribute.2.Name": "raw", "MessageAttribute.2.Value.DataType": "Binary",
        "MessageAttribute.2.Value.BinaryValue": "AAE=",
        "MessageSystemAttribute.1.Name": "AWSTraceHeader",
        "MessageSystemAttribute.1.Value.DataType": "String",
        "MessageSystemAttribute.1.Value.StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}, queue)
    answer = ask("ReceiveMessage", {"MessageAttributeName.1": "All", "AttributeName.1": "AWSTraceHeader"}, queue)
    message = "ReceiveMessageResult/Message/"
    assert sorted(answer.all(message + "MessageAttribute/Name")) == ["raw", "text"]
    assert answer.all(message + "MessageAttribute/Value/StringValue") == ["v"]
    assert answer.all(message + "MessageAttribute/Value/BinaryValue") == ["AAE="]
    assert answer.all(message + "Attribute/Value") == ["Root=1-5759e988-bd862e3fe1be46a994272793"]


def test_batches_travel_as_numbered_entries(ask, queue):
    sent = ask("SendMessageBatch", {
        "SendMessageBatchRequestEntry.1.Id": "a", "SendMessageBatchRequestEntry.1.MessageBody": "one",
        "SendMessageBatchRequestEntry.2.Id": "b", "SendMessageBatchRequestEntry.2.MessageBody": "two",
        "SendMessageBatchRequestEntry.2.DelaySeconds": "0",
        "SendMessageBatchRequestEntry.3.Id": "c", "SendMessageBatchRequestEntry.3.MessageBody": "a\x01"}, queue)
    result = "SendMessageBatchResult/"
    assert sent.all(result + "SendMessageBatchResultEntry/Id") == ["a", "b"]
    assert sent.all(result + "BatchResultErrorEntry/Id") == ["c"]
    assert sent.all(result + "BatchResultErrorEntry/SenderFault") == ["true"]
    received = ask("ReceiveMessage", {"MaxNumberOfMessages": "10"}, queue)
    handles = received.all("ReceiveMessageResult/Message/ReceiptHandle")
    assert len(handles) == 2
    entry = "ChangeMessageVisibilityBatchRequestEntry"
    changed = ask("ChangeMessageVisibilityBatch", {
        f"{entry}.1.Id": "a", f"{entry}.1.ReceiptHandle": handles[0], f"{entry}.1.VisibilityTimeout": "60"}, queue)
    result = "ChangeMessageVisibilityBatchResult/ChangeMessageVisibilityBatchResultEntry/Id"
    assert changed.all(result) == ["a"]
    single = ask("ChangeMessageVisibility", {"ReceiptHandle": handles[0], "VisibilityTimeout": "50"}, queue)
    assert single.status == 200 and single.root.tag == "ChangeMessageVisibilityResponse"
    entry = "DeleteMessageBatchRequestEntry"
    deleted = ask("DeleteMessageBatch", {
        f"{entry}.1.Id": "a", f"{entry}.1.ReceiptHandle": handles[0],
        f"{entry}.2.Id": "b", f"{entry}.2.ReceiptHandle": handles[1]}, queue)
    assert deleted.all("DeleteMessageBatchResult/DeleteMessageBatchResultEntry/Id") == ["a", "b"]


def test_tags_permissions_and_purge(ask, queue):
    assert ask("TagQueue", {"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b", "Tag.2.Value": "2"},
               queue).status == 200
    assert ask("UntagQueue", {"TagKey.1": "a"}, queue).status == 200
    assert ask("ListQueueTags", {}, queue).all("ListQueueTagsResult/Tag/Key") == ["b"]
    assert ask("AddPermission", {"Label": "l", "AWSAccountId.1": "123456789012", "ActionName.1": "SendMessage"},
               queue).status == 200
    assert ask("RemovePermission", {"Label": "l"}, queue).status == 200
    assert ask("PurgeQueue", {}, queue).root.tag == "PurgeQueueResponse"


def test_dead_letter_queues_and_move_tasks(ask, make_queue, arn_of):
    dead = make_queue()
    source = make_queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 1}))
    listed = ask("ListDeadLetterSourceQueues", {"QueueUrl": dead})
    assert listed.all("ListDeadLetterSourceQueuesResult/QueueUrl") == [source]
    started = ask("StartMessageMoveTask", {"SourceArn": arn_of(dead), "MaxNumberOfMessagesPerSecond": "1"})
    handle = started.one("StartMessageMoveTaskResult/TaskHandle")
    tasks = ask("ListMessageMoveTasks", {"SourceArn": arn_of(dead)})
    path = "ListMessageMoveTasksResult/ListMessageMoveTasksResultEntry/Status"
    assert tasks.one(path) in ("RUNNING", "COMPLETED")
    cancelled = ask("CancelMessageMoveTask", {"TaskHandle": handle})
    assert cancelled.status == 200 or cancelled.error[0] in (
        "ResourceNotFoundException", "AWS.SimpleQueueService.UnsupportedOperation", "InvalidParameterValue")
