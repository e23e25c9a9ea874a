"""Several loop threads: the same broker, whichever thread a client's connection is on."""

import json
import socket
import subprocess
import threading
import time

import pytest
import requests

from support.clients import make_client
from support.expect import bodies, counts
from support.server import BINARY, clean_environment
from support.wire import Wire, json_request_bytes, request_bytes


@pytest.fixture(params=[2, 4])
def looped(request, start_server):
    return start_server("--loops", str(request.param))


def make_queue(server, **attributes):
    return make_client(server.url).create_queue(QueueName="q", Attributes=attributes)["QueueUrl"]


def call(wire, action, payload):
    wire.send(json_request_bytes(action, payload))
    status, _, body = wire.read()
    assert status == 200, body
    return json.loads(body or b"{}")


def wait_for_receives(server, count):
    """Returns when so many receives wait for a message."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        text = requests.get(f"{server.url}/metrics", timeout=10).text
        if f"\napus_receives_waiting {count}\n" in text:
            return
        time.sleep(0.01)
    raise AssertionError(f"{count} receives never waited")


def in_threads(count, work):
    """Runs `work(number)` in threads of its own, and raises what any of them raised."""
    problems = []

    def run(number):
        try:
            work(number)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if problems:
        raise problems[0]


def test_many_clients_send_receive_and_delete(looped):
    queue, lock, deleted = make_queue(looped), threading.Lock(), []

    def work(number):
        with Wire(looped.port, timeout=30) as wire:
            for turn in range(10):
                # Bodies of all sizes: in one read, in several, and in a buffer that has to grow.
                size = 1 << (number + turn) % 18
                body = f"{number}-{turn}-".ljust(size, "x")
                call(wire, "SendMessage", {"QueueUrl": queue, "MessageBody": body})
                got = call(wire, "ReceiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 3})
                for message in got.get("Messages", []):
                    call(wire, "DeleteMessage", {
                        "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]})
                    with lock:
                        deleted.append(message["Body"].split("x")[0])

    in_threads(16, work)
    sqs = make_client(looped.url)
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            deleted.append(message["Body"].split("x")[0])
    assert sorted(deleted) == sorted(f"{n}-{t}-" for n in range(16) for t in range(10))
    assert counts(sqs, queue) == (0, 0, 0)


def test_pipelined_requests_are_answered_in_order(looped):
    queue = make_queue(looped)

    def work(number):
        with Wire(looped.port) as wire:
            wire.send(b"".join(
                json_request_bytes("SendMessage", {"QueueUrl": queue, "MessageBody": str(turn)})
                + request_bytes("GET", "/health") for turn in range(150)))
            for turn in range(150):
                assert "MessageId" in json.loads(wire.read()[2])
                assert json.loads(wire.read()[2])["status"] == "ok"

    in_threads(8, work)
    assert counts(make_client(looped.url), queue) == (1200, 0, 0)


def test_a_half_closed_client_gets_every_answer(looped):
    queue = make_queue(looped)
    for _ in range(8):
        with Wire(looped.port) as wire:
            wire.send(b"".join(
                json_request_bytes("SendMessage", {"QueueUrl": queue, "MessageBody": "x" * 500})
                for _ in range(300)))
            wire.socket.shutdown(socket.SHUT_WR)
            assert [wire.read()[0] for _ in range(300)] == [200] * 300
            assert wire.is_closed()


def test_long_polls_on_every_loop_wake_for_a_send_oldest_first(looped):
    queue = make_queue(looped)
    wires = [Wire(looped.port) for _ in range(24)]
    try:
        for number, wire in enumerate(wires):
            wire.send(json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20}))
            wait_for_receives(looped, number + 1)
        gone, wires = wires[::3], [wire for n, wire in enumerate(wires) if n % 3]
        for wire in gone:
            wire.socket.close()
        wait_for_receives(looped, len(wires))
        sqs = make_client(looped.url)
        for number, wire in enumerate(wires):
            sqs.send_message(QueueUrl=queue, MessageBody=str(number))
            assert json.loads(wire.read()[2])["Messages"][0]["Body"] == str(number)
        assert counts(sqs, queue) == (0, len(wires), 0)
    finally:
        for wire in wires:
            wire.socket.close()


def test_sigterm_releases_the_long_polls_of_all_loops(looped):
    queue = make_queue(looped)
    wires = [Wire(looped.port) for _ in range(16)]
    idle = [Wire(looped.port) for _ in range(16)]
    try:
        for wire in wires:
            wire.send(json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20}))
        wait_for_receives(looped, len(wires))
        begun = time.monotonic()
        looped.process.terminate()
        for wire in wires:
            status, _, body = wire.read()
            assert status == 200 and json.loads(body) == {} and wire.is_closed()
        assert all(wire.is_closed() for wire in idle)
        assert looped.process.wait(10) == 0, looped.log
        assert time.monotonic() - begun < 15
    finally:
        for wire in wires + idle:
            wire.socket.close()


@pytest.mark.parametrize("way", ["kill", "stop"])
def test_what_was_acknowledged_on_any_loop_is_kept(looped, way):
    queue, acknowledged, lock = make_queue(looped), set(), threading.Lock()

    def work(number):
        try:
            with Wire(looped.port) as wire:
                for turn in range(100_000):
                    body = f"{number}-{turn}"
                    call(wire, "SendMessage", {"QueueUrl": queue, "MessageBody": body})
                    with lock:
                        acknowledged.add(body)
        except (EOFError, OSError):
            return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 100 and all(thread.is_alive() for thread in threads):
        time.sleep(0.01)
    if way == "kill":
        looped.kill()
    else:
        assert looped.stop() == 0, looped.log
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    looped.start()
    found = set()
    with Wire(looped.port) as wire:
        while batch := bodies(call(wire, "ReceiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 10})):
            found |= set(batch)
    assert acknowledged and acknowledged <= found and len(found - acknowledged) <= 16


def test_loops_share_one_limit_of_connections(start_server):
    server = start_server("--loops", "4", "--max-connections", "12")
    wires = []
    try:
        for _ in range(12):
            wires.append(Wire(server.port))
            wires[-1].send(request_bytes("GET", "/health"))
            assert wires[-1].read()[0] == 200
        with Wire(server.port) as late:
            late.send(request_bytes("GET", "/health"))
            assert late.read()[0] == 503
    finally:
        for wire in wires:
            wire.socket.close()


def test_a_port_is_not_shared_with_another_process(looped, tmp_path):
    done = subprocess.run(
        [str(BINARY), "serve", "--loops", "2", "--port", str(looped.port),
         "--data", str(tmp_path / "other")],
        capture_output=True, text=True, timeout=20, env=clean_environment())
    assert done.returncode == 2 and str(looped.port) in done.stderr
