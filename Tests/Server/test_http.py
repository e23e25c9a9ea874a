"""HTTP/1.1 as bytes: framing, limits, pipelining, clients that are slow or wrong."""

import json
import socket
import threading
import time

import pytest
import requests

from support.wire import Wire, json_request_bytes, request_bytes

MIB = 1024 * 1024


@pytest.fixture
def wire(server):
    with Wire(server.port) as wire:
        yield wire


def send_request(queue, body="x", headers=()):
    return json_request_bytes("SendMessage", {"QueueUrl": queue, "MessageBody": body}, headers=headers)


# -- Framing

def test_a_connection_is_kept(wire, queue):
    for _ in range(3):
        wire.send(send_request(queue))
        assert wire.read()[0] == 200


def test_a_connection_is_closed_on_request(wire, queue):
    wire.send(send_request(queue, headers=[("Connection", "close")]))
    status, headers, _ = wire.read()
    assert status == 200 and headers["connection"] == "close" and wire.is_closed()


def test_http_1_0_closes_unless_asked_to_keep(server):
    with Wire(server.port) as wire:
        wire.send("GET /health HTTP/1.0\r\n\r\n")
        assert wire.read()[0] == 200 and wire.is_closed()
    with Wire(server.port) as wire:
        for _ in range(2):
            wire.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert wire.read()[0] == 200


def test_pipelined_requests_are_answered_in_order(wire, queue):
    wire.send(b"".join(send_request(queue, str(number)) for number in range(50)))
    assert [wire.read()[0] for _ in range(50)] == [200] * 50
    found = []
    for _ in range(5):
        wire.send(json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 10}))
        found += [m["Body"] for m in json.loads(wire.read()[2])["Messages"]]
    assert found == [str(number) for number in range(50)]


def test_a_long_poll_holds_back_the_answers_behind_it(wire, queue, json_sqs):
    poll = json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20})
    wire.send(poll + request_bytes("GET", "/health"))
    time.sleep(0.2)
    json_sqs.send_message(QueueUrl=queue, MessageBody="first")
    assert json.loads(wire.read()[2])["Messages"][0]["Body"] == "first"
    assert wire.read()[0] == 200


@pytest.mark.parametrize("piece", [1, 7])
def test_a_request_may_come_in_pieces(wire, queue, piece):
    request = send_request(queue)
    for start in range(0, len(request), piece):
        wire.send(request[start:start + piece])
    assert wire.read()[0] == 200


def test_a_large_request_may_come_slowly(wire, queue):
    request = send_request(queue, "x" * MIB)
    for start in range(0, len(request), 200_000):
        wire.send(request[start:start + 200_000])
        time.sleep(0.01)
    assert wire.read()[0] == 200


@pytest.mark.parametrize("sizes", [[1], [10], [3, 1, 100]])
def test_chunked_bodies_are_read(wire, queue, sizes):
    body = json.dumps({"QueueUrl": queue, "MessageBody": "chunked"}).encode()
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\n"
              b"X-Amz-Target: AmazonSQS.SendMessage\r\nTransfer-Encoding: chunked\r\n\r\n")
    start = number = 0
    while start < len(body):
        part = body[start:start + sizes[number % len(sizes)]]
        wire.send(b"%x;extension=1\r\n%s\r\n" % (len(part), part))
        start, number = start + len(part), number + 1
    wire.send("0\r\nTrailer: ignored\r\n\r\n")
    assert wire.read()[0] == 200
    wire.send(request_bytes("GET", "/health"))
    assert wire.read()[0] == 200


def test_a_client_that_expects_100_is_told_to_continue(wire, queue):
    request = send_request(queue, headers=[("Expect", "100-continue")])
    head, body = request.split(b"\r\n\r\n", 1)
    wire.send(head + b"\r\n\r\n")
    assert wire.read_head()[0] == 100
    wire.send(body)
    assert wire.read()[0] == 200


def test_header_names_have_no_case_and_values_no_edges(wire, queue):
    body = json.dumps({"QueueUrl": queue, "MessageBody": "x"})
    wire.send(f"POST / HTTP/1.1\r\nhOST:x\r\ncontent-TYPE:\t application/x-amz-json-1.0 \r\n"
              f"x-AMZ-target:AmazonSQS.SendMessage\r\nCONTENT-length:   {len(body)}  \r\n\r\n{body}")
    assert wire.read()[0] == 200


def test_an_absolute_target_is_accepted(wire, server):
    wire.send(f"GET http://127.0.0.1:{server.port}/health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.read()[0] == 200


def test_head_has_headers_and_no_body(wire):
    wire.send(request_bytes("HEAD", "/health"))
    status, headers, _ = wire.read(body=False)
    assert status == 200 and int(headers["content-length"]) > 0
    wire.send(request_bytes("GET", "/health"))
    assert wire.read()[0] == 200


# -- Refusals

@pytest.mark.parametrize("request_text, statuses", [
    ("nonsense\r\n\r\n", {400}),
    ("GET /health\r\n\r\n", {400}),
    ("GET  /health HTTP/1.1\r\n\r\n", {400}),
    ("GET /health HTTP/9.9\r\nHost: x\r\n\r\n", {400, 505}),
    ("GET /health HTTP/2.0\r\nHost: x\r\n\r\n", {400, 505}),
    ("G\x00T /health HTTP/1.1\r\nHost: x\r\n\r\n", {400, 501}),
    ("GET /health HTTP/1.1\r\nno colon here\r\n\r\n", {400}),
    ("GET /health HTTP/1.1\r\nHost : x\r\n\r\n", {400}),
    ("GET /health HTTP/1.1\r\n folded: x\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", {400, 501}),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", {400}),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", {400, 413}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", {413}),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", {400, 413}),
])
def test_what_is_no_request_is_refused_and_the_connection_closed(wire, request_text, statuses):
    wire.send(request_text)
    status, headers, _ = wire.read()
    assert status in statuses and headers["connection"] == "close" and wire.is_closed()


def test_an_unknown_method_is_not_implemented(wire):
    wire.send(request_bytes("BREW", "/"))
    assert wire.read()[0] in (405, 501)


def test_an_endless_head_is_refused(wire):
    wire.send("GET /health HTTP/1.1\r\n")
    try:
        for number in range(4000):
            wire.send(f"X-Header-{number}: {'v' * 100}\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert wire.read()[0] == 431


def test_an_endless_line_is_refused(wire):
    try:
        wire.send("GET /" + "a" * 400_000 + " HTTP/1.1\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert wire.read()[0] in (414, 431)


def test_too_many_headers_are_refused(wire):
    wire.send("GET /health HTTP/1.1\r\n" + "a: b\r\n" * 1000 + "\r\n")
    assert wire.read()[0] == 431


def test_an_endless_chunked_body_is_refused(wire):
    wire.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"40000\r\n" + b"x" * 0x40000 + b"\r\n"
    try:
        for _ in range(100):
            wire.send(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert wire.read()[0] == 413


def test_one_refused_client_does_not_harm_another(server, queue, json_sqs):
    with Wire(server.port) as bad, Wire(server.port) as good:
        good.send(send_request(queue)[:50])
        bad.send("nonsense\r\n\r\n")
        assert bad.read()[0] == 400
        good.send(send_request(queue)[50:])
        assert good.read()[0] == 200


def test_clients_that_vanish_harm_nobody(server, queue, json_sqs):
    request = send_request(queue)
    for cut in range(0, len(request), 20):
        with Wire(server.port) as wire:
            wire.send(request[:cut])
    for _ in range(20):
        with Wire(server.port) as wire:
            wire.send(request * 3)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    json_sqs.send_message(QueueUrl=queue, MessageBody="alive")


def test_a_client_that_does_not_read_stops_nobody(server, make_queue, json_sqs):
    queue = make_queue(VisibilityTimeout=0)
    json_sqs.send_message(QueueUrl=queue, MessageBody="x" * MIB)
    with Wire(server.port) as lazy:
        lazy.socket.settimeout(0.5)
        poll = json_request_bytes("ReceiveMessage", {"QueueUrl": queue})
        try:
            for _ in range(1000):
                lazy.send(poll)
        except TimeoutError:
            pass
        begun = time.monotonic()
        json_sqs.send_message(QueueUrl=queue, MessageBody="y")
        assert time.monotonic() - begun < 1


# -- Endpoints

def test_health_tells_state_and_version(server):
    answer = requests.get(server.url + "/health", timeout=5)
    assert answer.status_code == 200
    told = answer.json()
    assert "version" in json.dumps(told) and any("state" in key or "status" in key for key in told)


def test_the_root_without_an_action_is_no_error_of_ours(server):
    assert requests.get(server.url + "/", timeout=5).status_code < 500


# -- CORS

def test_a_preflight_is_answered(server):
    answer = requests.options(server.url + "/", timeout=5, headers={
        "Origin": "https://console.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-amz-target,authorization,x-amz-date"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://console.example")
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert allowed == "*" or all(name in allowed for name in ("x-amz-target", "authorization", "content-type"))


def test_answers_to_browsers_name_the_origin_and_expose_our_headers(server, queue):
    answer = requests.post(
        server.url, data=json.dumps({"QueueUrl": queue}), timeout=5,
        headers={"Origin": "https://console.example", "Content-Type": "application/x-amz-json-1.0",
                 "X-Amz-Target": "AmazonSQS.ReceiveMessage"})
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://console.example")
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    assert exposed == "*" or "x-amzn-requestid" in exposed


# -- Many

def test_many_connections_wait_in_long_polls(server, queue, json_sqs):
    poll = json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20})
    wires = [Wire(server.port) for _ in range(300)]
    try:
        for wire in wires:
            wire.send(poll)
        time.sleep(0.3)
        for start in range(0, 300, 10):
            json_sqs.send_message_batch(QueueUrl=queue, Entries=[
                {"Id": str(n), "MessageBody": str(start + n)} for n in range(10)])
        found = [json.loads(wire.read()[2])["Messages"][0]["Body"] for wire in wires]
        assert sorted(map(int, found)) == list(range(300))
    finally:
        for wire in wires:
            wire.socket.close()


def test_many_clients_at_once(server, make_queue, clients):
    queue = make_queue()
    failures = []

    def work(number):
        try:
            with Wire(server.port) as wire:
                for turn in range(50):
                    wire.send(send_request(queue, f"{number}-{turn}"))
                    assert wire.read()[0] == 200
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    count = clients().get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert count == {"ApproximateNumberOfMessages": "800"}
