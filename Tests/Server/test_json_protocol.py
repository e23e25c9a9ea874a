"""The JSON protocol as bytes: headers, shapes of errors, and what is not well formed."""

import json

import pytest

from support.wire import json_raw

MISSING_QUEUE = {"QueueUrl": "http://127.0.0.1/000000000000/nobody-made-this"}


def test_an_answer_carries_type_and_request_id(server, queue):
    answer = json_raw(server.url, "SendMessage", {"QueueUrl": queue, "MessageBody": "x"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.0"
    assert len(answer.headers["x-amzn-RequestId"]) == 36
    assert set(answer.json()) == {"MessageId", "MD5OfMessageBody"}


def test_request_ids_differ(server):
    ids = {json_raw(server.url, "ListQueues", {}).headers["x-amzn-RequestId"] for _ in range(5)}
    assert len(ids) == 5


def test_an_empty_receive_is_an_empty_object(server, queue):
    answer = json_raw(server.url, "ReceiveMessage", {"QueueUrl": queue})
    assert answer.json() == {}


@pytest.mark.parametrize("action, payload", [
    ("DeleteQueue", {}), ("PurgeQueue", {}), ("SetQueueAttributes", {"Attributes": {"DelaySeconds": "0"}}),
    ("TagQueue", {"Tags": {"a": "b"}}), ("UntagQueue", {"TagKeys": ["a"]})])
def test_actions_without_a_result_answer_with_an_empty_body_or_object(server, queue, action, payload):
    answer = json_raw(server.url, action, {"QueueUrl": queue} | payload)
    assert answer.status_code == 200 and answer.text in ("", "{}")


def test_a_request_may_go_to_the_path_of_the_queue(server, queue):
    answer = json_raw(queue, "SendMessage", {"QueueUrl": queue, "MessageBody": "x"})
    assert answer.status_code == 200


def test_a_modelled_error_has_its_shape_and_the_legacy_code(server):
    answer = json_raw(server.url, "ReceiveMessage", MISSING_QUEUE)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert answer.json() == {"__type": "com.amazonaws.sqs#QueueDoesNotExist",
                             "message": "The specified queue does not exist."}


@pytest.mark.parametrize("action, payload, shape, code, status", [
    ("SendMessage", {"MessageBody": "x"}, "MissingRequiredParameterException", "MissingParameter", 400),
    ("ReceiveMessage", {"QueueUrl": "QUEUE", "MaxNumberOfMessages": 11},
     "InvalidParameterValueException", "InvalidParameterValue", 400),
])
def test_a_generic_error_has_the_generic_name_space(server, queue, action, payload, shape, code, status):
    payload = {name: queue if value == "QUEUE" else value for name, value in payload.items()}
    answer = json_raw(server.url, action, payload)
    assert answer.status_code == status
    assert answer.json()["__type"] == f"com.amazon.coral.service#{shape}"
    assert answer.headers["x-amzn-query-error"] == f"{code};Sender"


def test_a_queue_url_is_required(server):
    answer = json_raw(server.url, "SendMessage", {"MessageBody": "x"})
    assert answer.json()["message"] == "The request must contain the parameter QueueUrl."


def test_an_unknown_action_is_refused(server):
    answer = json_raw(server.url, "FooBar", {})
    assert answer.status_code in (400, 404)
    assert "__type" in answer.json()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"nonsense", b'{"QueueUrl": }', b'{"a":1}garbage',
                                  b'{"QueueUrl":"\xff\xfe"}', b'{"a":"\\ud800"}', b"{" * 100_000,
                                  b'{"a":' + b"[" * 100_000])
def test_what_is_no_json_object_is_refused(server, body):
    answer = json_raw(server.url, "SendMessage", body)
    assert answer.status_code == 400 and "__type" in answer.json()


@pytest.mark.parametrize("payload", [
    {"MaxNumberOfMessages": "many"}, {"MaxNumberOfMessages": True}, {"MaxNumberOfMessages": 1.5},
    {"MessageAttributeNames": "All"}, {"MessageAttributeNames": [1]}, {"AttributeNames": {}},
    {"WaitTimeSeconds": []}, {"MaxNumberOfMessages": 10**30}])
def test_a_value_of_another_type_is_refused(server, queue, payload):
    answer = json_raw(server.url, "ReceiveMessage", {"QueueUrl": queue} | payload)
    assert answer.status_code == 400 and "__type" in answer.json()


def test_null_is_as_good_as_absent(server, queue):
    payload = {"QueueUrl": queue, "MessageBody": "x", "DelaySeconds": None, "MessageAttributes": None}
    assert json_raw(server.url, "SendMessage", payload).status_code == 200


def test_unknown_members_are_ignored(server, queue):
    payload = {"Extra": {"deep": [1, 2, {"x": None}]}, "QueueUrl": queue, "MessageBody": "x", "Later": True}
    assert json_raw(server.url, "SendMessage", payload).status_code == 200


def test_escapes_are_read(server, queue, json_sqs):
    body = b'{"QueueUrl":"%s","MessageBody":"\\u00e4\\ud83d\\udc26\\n\\t\\"\\\\\\/\\b"}' % queue.encode()
    answer = json_raw(server.url, "SendMessage", body.replace(b"\\b", b""))
    assert answer.status_code == 200
    message = json_sqs.receive_message(QueueUrl=queue)["Messages"][0]
    assert message["Body"] == 'ä🐦\n\t"\\/'


def test_white_space_is_allowed_everywhere(server, queue):
    text = json.dumps({"QueueUrl": queue, "MessageBody": "x"}, indent=4).replace("\n", "\r\n\t ")
    assert json_raw(server.url, "SendMessage", f" \n{text}\n ").status_code == 200


def test_the_content_type_may_name_a_charset(server, queue):
    answer = json_raw(server.url, "SendMessage", {"QueueUrl": queue, "MessageBody": "x"},
                      content_type="application/x-amz-json-1.0; charset=utf-8")
    assert answer.status_code == 200


def test_binary_attribute_values_are_base64(server, queue):
    def send(value):
        return json_raw(server.url, "SendMessage", {
            "QueueUrl": queue, "MessageBody": "x",
            "MessageAttributes": {"b": {"DataType": "Binary", "BinaryValue": value}}})

    assert send("AAEC/w==").status_code == 200
    assert send("not base64!").status_code == 400


def test_the_trace_header_of_http_becomes_an_attribute(server, queue, json_sqs):
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793"
    json_raw(server.url, "SendMessage", {"QueueUrl": queue, "MessageBody": "x"},
             headers={"X-Amzn-Trace-Id": trace})
    message = json_sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"][0]
    assert message["Attributes"]["AWSTraceHeader"] == trace
