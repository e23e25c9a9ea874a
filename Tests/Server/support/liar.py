"""A proxy in front of a server that breaks one promise now and then, to see who notices."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


class Liar:
    """Forwards every request, and tells one kind of lie.

    lose        a received message is deleted behind the client's back, before the client sees it
    reorder     the messages of an answer come in the opposite order
    duplicate   a batch to a standard queue is sent twice
    undelete    deletions are acknowledged and not carried out
    repeat      the last answer with messages is given once more, at once
    change      a letter of a body is another
    """

    EVERY = 5

    def __init__(self, target, lie):
        self.target = target
        self.lie = lie
        self.lock = threading.Lock()
        self.count = 0
        self.lie_count = 0
        self.last_answers = {}
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                self.session = requests.Session()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = liar.answer(self, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def forward(self, body, action=None):
                headers = {name: value for name, value in self.headers.items()
                           if name.lower() not in ("host", "content-length")}
                if action:
                    headers["X-Amz-Target"] = f"AmazonSQS.{action}"
                response = self.session.post(liar.target, data=body, headers=headers, timeout=30)
                return response.status_code, response.content

            def handle(self):
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    pass  # The client has what it wanted.

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def lies_now(self):
        with self.lock:
            self.count += 1
            lies = self.count % self.EVERY == 0
            self.lie_count += lies
            return lies

    def answer(self, handler, body):
        action = handler.headers["X-Amz-Target"].split(".")[1]
        request = json.loads(body)
        url = request.get("QueueUrl", "")
        if action == "DeleteMessageBatch" and self.lie == "undelete" and self.lies_now():
            done = [{"Id": entry["Id"]} for entry in request["Entries"]]
            return 200, json.dumps({"Successful": done, "Failed": []}).encode()
        if (action == "SendMessageBatch" and self.lie == "duplicate" and ".fifo" not in url
                and self.lies_now()):
            handler.forward(body)
        status, answer = handler.forward(body)
        if action == "ReceiveMessage" and status == 200:
            messages = json.loads(answer).get("Messages") or []
            answer = json.dumps({"Messages": self.twist(handler, url, messages)}).encode()
        return status, answer

    def twist(self, handler, url, messages):
        if self.lie == "repeat" and ".fifo" in url and url in self.last_answers and self.lies_now():
            return self.last_answers.pop(url)
        if not messages:
            return messages
        if self.lie == "repeat":
            self.last_answers[url] = messages
        elif self.lie == "lose" and self.lies_now():
            lost = messages.pop()
            handler.forward(json.dumps({"QueueUrl": url, "ReceiptHandle": lost["ReceiptHandle"]}),
                            "DeleteMessage")
        elif self.lie == "reorder" and len(messages) > 1 and self.lies_now():
            messages.reverse()
        elif self.lie == "change" and self.lies_now():
            body = messages[0]["Body"]
            messages[0]["Body"] = body[:-1] + ("Z" if body[-1] != "Z" else "Y")
        return messages
