"""The program: options, configuration, signals, and its data directory."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from support.clients import make_client
from support.expect import bodies, refused
from support.server import BINARY, Server, clean_environment
from support.wire import Wire, json_request_bytes


def run(*words, environment=None, seconds=20):
    return subprocess.run([str(BINARY), *words], capture_output=True, text=True, timeout=seconds,
                          stdin=subprocess.DEVNULL, env=clean_environment(**(environment or {})))


def printed_configuration(*words, environment=None):
    done = run("serve", "--print-config", *words, environment=environment)
    assert done.returncode == 0, done.stderr
    pairs = re.findall(r"^([a-z-]+) = (.*?)\s+# (.*)$", done.stdout, re.MULTILINE)
    return {name: (value, source) for name, value, source in pairs}


# -- Words

def test_help_names_every_option(tmp_path):
    done = run("--help")
    assert done.returncode == 0
    for option in ("bind", "port", "data", "durability", "region", "account", "queue-url", "memory-budget",
                   "disk-budget", "loops", "log-level", "config", "print-config"):
        assert f"--{option}" in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


def test_version_is_a_number():
    done = run("--version")
    assert done.returncode == 0 and re.search(r"\d+\.\d+", done.stdout)


@pytest.mark.parametrize("words, mentions", [
    (("--port", "70000"), ("port", "70000", "65535")),
    (("--port", "http"), ("port", "http")),
    (("--durability", "sometimes"), ("durability", "sometimes", "commit", "interval", "memory")),
    (("--durability", "interval=0"), ("durability", "interval=0")),
    (("--queue-url", "short"), ("queue-url", "short", "off", "path", "domain", "standard")),
    (("--account", "12"), ("account", "12")),
    (("--region", "EU!"), ("region", "EU!")),
    (("--loops", "0"), ("loops", "0")),
    (("--log-level", "loud"), ("log-level", "loud", "debug", "error")),
    (("--memory-budget", "much"), ("memory-budget", "much")),
    (("--disk-budget", "-1"), ("disk-budget", "-1")),
    (("--bind", "not-an-address"), ("bind", "not-an-address")),
    (("--bind", "0.0.0.0"), ("bind", "0.0.0.0", "loopback")),
    (("--sns-url", "broker:4566"), ("sns-url", "broker:4566", "http")),
    (("--lambda-endpoint", "localhost:9001"), ("lambda-endpoint", "localhost:9001", "http")),
    (("--sendmail", ""), ("sendmail", "command")),
    (("--ca-bundle", "/nowhere.pem"), ("ca-bundle", "/nowhere.pem", "PEM")),
    (("--colour", "red"), ("colour",)),
    (("--config", "/nowhere/at/all"), ("config", "/nowhere/at/all")),
    (("dance",), ("dance",)),
])
def test_a_bad_option_stops_start_up_with_one_line(tmp_path, words, mentions):
    head = () if words[0] == "dance" else ("serve", "--data", str(tmp_path / "data"))
    done = run(*head, *words)
    assert done.returncode not in (0, -signal.SIGSEGV, -signal.SIGILL, -signal.SIGTRAP)
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for mention in mentions:
        assert mention in done.stderr
    assert not (tmp_path / "data").exists()


# -- Precedence

def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = tmp_path / "apus.conf"
    file.write_text("# ours\nregion = file-1\naccount = 111111111111  # a comment\nport = 1111\n")
    environment = {"APUS_REGION": "environment-1", "APUS_ACCOUNT": "222222222222"}
    told = printed_configuration("--config", str(file), "--region", "line-1", environment=environment)
    assert told["region"] == ("line-1", "command line")
    assert told["account"] == ("222222222222", "environment")
    assert told["port"] == ("1111", "file")
    assert told["queue-url"] == ("off", "default")


def test_the_environment_names_the_file_too(tmp_path):
    file = tmp_path / "apus.conf"
    file.write_text("region = file-1\n")
    assert printed_configuration(environment={"APUS_CONFIG": str(file)})["region"] == ("file-1", "file")


def test_a_bad_line_of_the_file_is_named(tmp_path):
    file = tmp_path / "apus.conf"
    file.write_text("region = file-1\ncolour = red\n")
    done = run("serve", "--config", str(file), "--data", str(tmp_path / "data"))
    assert done.returncode != 0 and "2" in done.stderr and "colour" in done.stderr


def test_what_print_config_prints_is_a_configuration_file(tmp_path):
    first = run("serve", "--print-config", "--region", "line-1", "--durability", "interval=20")
    file = tmp_path / "apus.conf"
    file.write_text(first.stdout)
    told = printed_configuration("--config", str(file))
    assert told["region"] == ("line-1", "file") and told["durability"] == ("interval=20", "file")


# -- Listening

def test_ipv6_is_served(tmp_path):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = Server(tmp_path, "--bind", "::1", "--durability", "memory")
    try:
        server.start()
        assert requests.get(f"http://[::1]:{server.port}/health", timeout=5).status_code == 200
        url = make_client(f"http://[::1]:{server.port}").create_queue(QueueName="q")["QueueUrl"]
        assert url == f"http://[::1]:{server.port}/000000000000/q"
    finally:
        server.dispose()


def test_a_taken_port_stops_start_up_with_a_line(server, tmp_path):
    done = run("serve", "--port", str(server.port), "--data", str(tmp_path / "data"))
    assert done.returncode != 0 and str(server.port) in done.stderr


def test_lines_of_the_log_are_structured(start_server):
    server = start_server("--log-level", "debug")
    server.stop()
    lines = [line for line in server.log.splitlines() if line]
    assert lines and all(re.search(r"\b(debug|info|warning|error)\b", line) for line in lines), server.log


# -- Signals

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(start_server, number):
    server = start_server()
    server.process.send_signal(number)
    assert server.process.wait(10) == 0


def test_sigterm_releases_long_polls_and_answers_what_is_in_progress(start_server):
    server = start_server()
    queue = make_client(server.url).create_queue(QueueName="q")["QueueUrl"]
    with Wire(server.port) as poll, Wire(server.port) as idle:
        idle.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.read()[0] == 200
        poll.send(json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20}))
        time.sleep(0.2)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        status, _, body = poll.read()
        assert status == 200 and json.loads(body) == {}
        assert server.process.wait(10) == 0
        assert time.monotonic() - begun < 5
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_what_was_acknowledged_before_sigterm_under_load_is_kept(start_server):
    server = start_server()
    queue = make_client(server.url).create_queue(QueueName="q")["QueueUrl"]
    acknowledged, lock = set(), threading.Lock()

    def work(number):
        try:
            with Wire(server.port) as wire:
                for turn in range(100_000):
                    body = f"{number}-{turn}"
                    wire.send(json_request_bytes("SendMessage", {"QueueUrl": queue, "MessageBody": body}))
                    if wire.read()[0] != 200:
                        return
                    with lock:
                        acknowledged.add(body)
        except (EOFError, OSError):
            return

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert server.stop() == 0
    for thread in threads:
        thread.join()
    server.start()
    assert acknowledged
    sqs = make_client(server.url)
    found = set()
    while batch := bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)):
        found |= set(batch)
    assert acknowledged <= found and len(found - acknowledged) <= 8


# -- The data directory

def test_a_second_process_on_the_same_directory_stops_with_a_line(start_server, tmp_path):
    server = start_server()
    other = run("serve", "--port", "0", "--data", str(server.data))
    assert other.returncode != 0 and str(server.data) in other.stderr
    assert requests.get(server.url + "/health", timeout=5).status_code == 200


def test_memory_mode_writes_no_files(start_server):
    server = start_server("--durability", "memory")
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]
    assert not server.data.exists() or not any(server.data.iterdir())


def test_interval_mode_keeps_what_a_clean_stop_leaves(start_server):
    server = start_server("--durability", "interval=1000")
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    server.restart()
    assert bodies(sqs.receive_message(QueueUrl=queue)) == ["x"]


@pytest.fixture
def filled(start_server):
    """A stopped server with three messages in its journal."""
    server = start_server()
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody=f"message {number}")
    assert server.stop() == 0
    return server


def test_the_journal_is_inspected_and_verified(filled):
    inspected = run("journal", "inspect", str(filled.data))
    assert inspected.returncode == 0 and len(inspected.stdout.splitlines()) > 3
    verified = run("journal", "verify", str(filled.data))
    assert verified.returncode == 0, verified.stderr


def test_inspecting_what_is_no_data_directory_says_so(tmp_path):
    for verb in ("inspect", "verify"):
        done = run("journal", verb, str(tmp_path / "nothing"))
        assert done.returncode != 0 and "nothing" in done.stderr


def segment_with(server, needle):
    """The file of the data directory that holds the bytes, and where."""
    for path in sorted(p for p in server.data.rglob("*") if p.is_file()):
        position = path.read_bytes().find(needle)
        if position >= 0:
            return path, position
    raise AssertionError("the bytes are in no file")


def test_damage_before_the_tail_stops_start_up_with_file_and_offset(filled):
    path, position = segment_with(filled, b"message 0")
    with open(path, "r+b") as file:
        file.seek(position)
        file.write(b"MESSAGE 0")
    verified = run("journal", "verify", str(filled.data))
    assert verified.returncode != 0 and path.name in verified.stdout + verified.stderr
    with pytest.raises(RuntimeError) as caught:
        filled.start()
    assert path.name in str(caught.value) and re.search(r"\d{2,}", str(caught.value))


def test_a_torn_tail_is_cut(start_server):
    server = start_server()
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="whole message")
    sqs.send_message(QueueUrl=queue, MessageBody="torn message")
    server.kill()
    path, position = segment_with(server, b"torn message")
    with open(path, "r+b") as file:
        file.seek(position + 5)
        file.write(b"\x00" * 7)
    server.start()
    assert bodies(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)) == ["whole message"]


# -- Switches for test suites

def test_the_sixty_second_rules_can_be_switched_off(start_server):
    server = start_server("--sixty-second-rules", "off", "--durability", "memory")
    sqs = make_client(server.url)
    for _ in range(3):
        queue = sqs.create_queue(QueueName="q")["QueueUrl"]
        sqs.purge_queue(QueueUrl=queue)
        sqs.purge_queue(QueueUrl=queue)
        sqs.delete_queue(QueueUrl=queue)


def test_the_reset_endpoint_is_off_unless_switched_on(server, start_server):
    assert requests.post(server.url + "/reset", timeout=5).status_code >= 400
    own = start_server("--reset-endpoint", "--durability", "memory")
    sqs = make_client(own.url)
    sqs.create_queue(QueueName="q")
    assert requests.post(own.url + "/reset", timeout=5).status_code == 200
    assert "QueueUrls" not in sqs.list_queues()


# -- Limits

def test_the_in_flight_limit_refuses_short_polls_and_empties_long_ones(start_server):
    server = start_server("--durability", "memory")
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]

    def work(turns):
        send = json_request_bytes("SendMessageBatch", {"QueueUrl": queue, "Entries": [
            {"Id": str(n), "MessageBody": "x"} for n in range(10)]})
        receive = json_request_bytes("ReceiveMessage", {
            "QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 43200})
        with Wire(server.port) as wire:
            for _ in range(turns // 50):
                wire.send((send + receive) * 50)
                assert all(wire.read()[0] == 200 for _ in range(100))

    work(12_000)
    sqs.send_message(QueueUrl=queue, MessageBody="one too many")
    with refused("OverLimit", status=403):
        sqs.receive_message(QueueUrl=queue)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)


def test_a_spent_disk_budget_refuses_sends_and_nothing_else(start_server):
    server = start_server("--disk-budget", "64MiB", "--segment-size", "8MiB")
    sqs = make_client(server.url)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    body = "x" * 1_000_000
    accepted = 0
    refusal = None
    while accepted < 80:
        try:
            sqs.send_message(QueueUrl=queue, MessageBody=body)
            accepted += 1
        except Exception as error:
            refusal = error.response
            break
    assert refusal is not None and 10 < accepted < 64
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] >= 400
    used = sum(p.stat().st_blocks * 512 for p in server.data.rglob("*") if p.is_file())
    assert used <= 80 * 1024 * 1024
    received = 0
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1).get("Messages"):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
        received += 1
    assert received == accepted
    deadline = time.monotonic() + 10
    while True:
        try:
            sqs.send_message(QueueUrl=queue, MessageBody=body)
            break
        except Exception:
            assert time.monotonic() < deadline, "space was not reclaimed"
            time.sleep(0.1)


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="reads /proc")
def test_ten_thousand_long_polls_are_cheap(start_server):

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2000 if hard != resource.RLIM_INFINITY and hard < 25_000 else 10_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted * 2 + 500), hard))
    server = start_server("--durability", "memory", "--max-connections", str(wanted + 100))
    queue = make_client(server.url).create_queue(QueueName="q")["QueueUrl"]

    def resident():
        with open(f"/proc/{server.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024

    def cpu():
        with open(f"/proc/{server.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    poll = json_request_bytes("ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20})
    before = resident()
    wires = []
    try:
        for _ in range(wanted):
            wires.append(Wire(server.port))
            wires[-1].send(poll)
            if len(wires) == 1:
                time.sleep(0.2)  # The oldest, whichever loops the others are on.
        time.sleep(0.5)
        assert resident() - before < wanted * 8192 + 4 * 1024 * 1024
        begun = cpu()
        time.sleep(1)
        assert cpu() - begun < 0.05
        sqs = make_client(server.url)
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        assert json.loads(wires[0].read()[2])["Messages"][0]["Body"] == "x"
    finally:
        for wire in wires:
            wire.socket.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
