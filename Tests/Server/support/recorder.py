"""An HTTP(S) subscriber that records what it gets and answers as it is told."""

import http.server
import json
import socket
import ssl
import threading
import time

import requests

PATIENCE_SECONDS = 30


class Request:
    """What one request was, with the answer's time."""

    def __init__(self, handler, body):
        self.at = time.monotonic()
        self.method = handler.command
        self.target = handler.path
        self.headers = handler.headers
        self.body = body
        self.answer = None

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        """Of SNS's messages, as the header tells."""
        return self.headers.get("x-amz-sns-message-type")

    def __repr__(self):
        return f"{self.method} {self.target} {self.type}: {self.text[:200]!r}"


class Endpoint:
    """One path of the recorder.

    `answers` are used up one for each request, then `answer` repeats. An answer is a status, a pair of
    status and body, a triple with headers, "hang" (no answer until the recorder stops), "cut" (the connection
    closes without an answer), or a function of the request that returns one of these.
    """

    def __init__(self, recorder, path):
        self.recorder = recorder
        self.path = path
        self.answer = 200
        self.answers = []
        self.requests = []
        self.changed = recorder.changed

    @property
    def url(self):
        return self.recorder.url + self.path

    def url_with(self, credentials):
        return self.url.replace("://", f"://{credentials}@")

    def of_type(self, kind):
        with self.changed:
            return [request for request in self.requests if request.type == kind]

    @property
    def notifications(self):
        return self.of_type("Notification")

    @property
    def accepted(self):
        """The notifications that were answered with success."""
        return [request for request in self.notifications if request.answer == 200]

    def take(self, request):
        with self.changed:
            self.requests.append(request)
            answer = self.answers.pop(0) if self.answers else self.answer
            self.changed.notify_all()
        request.answer = answer(request) if callable(answer) else answer
        return request.answer

    def wait(self, count=1, kind=None, seconds=PATIENCE_SECONDS):
        """The requests (of a kind) once there are at least so many."""
        def found():
            return [r for r in self.requests if kind is None or r.type == kind]

        with self.changed:
            enough = self.changed.wait_for(lambda: len(found()) >= count, seconds)
            assert enough, f"{len(found())} of {count} {kind or 'request'}s came to {self.url}: {self.requests}"
            return found()

    def wait_for_notifications(self, count=1, seconds=PATIENCE_SECONDS):
        return self.wait(count, "Notification", seconds)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raise AssertionError("deliveries have a Content-Length")
        recorder = self.server.recorder
        endpoint = recorder.find(self.path)
        answer = endpoint.take(Request(self, body)) if endpoint else 404
        if answer == "hang":
            recorder.stopping.wait()
            answer = "cut"
        if answer == "cut":
            self.close_connection = True
            return
        status, content, headers = (answer, b"", {}) if isinstance(answer, int) else (*answer, {})[:3]
        content = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST

    def log_message(self, *_):
        pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.connections = set()

    def process_request(self, request, address):
        self.connections.add(request)
        super().process_request(request, address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self):
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # The other side was quicker.

    def handle_error(self, request, address):
        """Connections that the other side cuts are part of the tests."""


class Recorder:
    """A threaded server on loopback; `endpoint()` makes paths."""

    def __init__(self, certificate=None, port=0):
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.endpoints = {}
        self.scheme = "https" if certificate else "http"
        self.listener = Listener(("127.0.0.1", port), Handler)
        self.listener.recorder = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.listener.socket = context.wrap_socket(
                self.listener.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.listener.server_address[1]
        self.host = "127.0.0.1"
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://{self.host}:{self.port}"

    def find(self, target):
        path = target.split("?")[0]
        while path not in self.endpoints and "/" in path[1:]:
            path = path.rsplit("/", 1)[0]
        return self.endpoints.get(path)

    def endpoint(self, answer=200):
        """A new path with an answer; what comes below the path belongs to it too."""
        endpoint = Endpoint(self, f"/endpoint-{len(self.endpoints) + 1}")
        endpoint.answer = answer
        self.endpoints[endpoint.path] = endpoint
        return endpoint

    def stop(self):
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()
        self.listener.close_connections()


def confirm(endpoint, number=1):
    """Visits the SubscribeURL of the confirmation with this number; the subscription's ARN."""
    request = endpoint.wait(number, "SubscriptionConfirmation")[number - 1]
    answer = requests.get(request.json["SubscribeURL"], timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.text.split("<SubscriptionArn>")[1].split("</SubscriptionArn>")[0]
