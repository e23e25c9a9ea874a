"""Requests below the SDK: raw JSON and query requests, and bare sockets."""

import json
import re
import socket
import urllib.parse
import xml.etree.ElementTree as ElementTree

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"
SNS_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


class XMLAnswer:
    """An answer of the query protocol: found by path, without the name space's noise."""

    def __init__(self, response, namespace=NAMESPACE):
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.content.decode()
        assert f'xmlns="{namespace}"' in self.text, self.text
        self.root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", self.text, count=1))

    def all(self, path):
        return [element.text or "" for element in self.root.findall(path)]

    def one(self, path):
        found = self.all(path)
        assert len(found) == 1, f"{path}: {found} in {self.text}"
        return found[0]

    @property
    def error(self):
        return self.one("Error/Code"), self.one("Error/Message")


def query_raw(url, action, parameters=None, method="POST", headers=None):
    """A query request without a signature; returns requests' response."""
    fields = dict(parameters or {})
    if action is not None:
        fields["Action"] = action
    if method == "GET":
        return requests.get(url, params=fields, headers=headers, timeout=30)
    return requests.post(url, data=fields, headers=headers, timeout=30)


def query(url, action, parameters=None, method="POST", headers=None):
    return XMLAnswer(query_raw(url, action, parameters, method, headers))


def sns_query(url, action, parameters=None, method="POST", headers=None):
    """An unsigned query request to SNS, which is told from SQS by its version."""
    fields = {"Version": "2010-03-31"} | (parameters or {})
    return XMLAnswer(query_raw(url, action, fields, method, headers), SNS_NAMESPACE)


def signed_query(url, action, parameters=None, region="us-east-1", account="000000000000"):
    """A form request with a SigV4 signature."""
    fields = {"Action": action, "Version": "2012-11-05"} | (parameters or {})
    request = AWSRequest(
        "POST", url, data=urllib.parse.urlencode(fields).encode(), headers={"Content-Type": FORM})
    SigV4Auth(Credentials(account, "secret"), "sqs", region).add_auth(request)
    return XMLAnswer(requests.post(url, data=request.body, headers=dict(request.headers), timeout=30))


def json_raw(url, action, payload, headers=None, content_type="application/x-amz-json-1.0"):
    """A JSON request without a signature; `payload` is an object or the bytes to send."""
    data = payload if isinstance(payload, (bytes, str)) else json.dumps(payload)
    all_headers = {"Content-Type": content_type, "X-Amz-Target": f"AmazonSQS.{action}"}
    return requests.post(url, data=data, headers=all_headers | (headers or {}), timeout=30)


class Wire:
    """One connection, byte by byte."""

    def __init__(self, port, host="127.0.0.1", timeout=10):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def read_head(self):
        """The status and the headers (names in lower case) of the next answer."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                raise EOFError(f"closed after {self.buffer!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        return int(lines[0].split(" ")[1]), {name.lower(): value for name, value in headers.items()}

    def read(self, body=True):
        """The next answer: status, headers, body."""
        status, headers = self.read_head()
        count = int(headers.get("content-length", 0)) if body else 0
        while len(self.buffer) < count:
            if not self._more():
                raise EOFError("closed within the body")
        content, self.buffer = self.buffer[:count], self.buffer[count:]
        return status, headers, content

    def is_closed(self, seconds=5):
        """Whether the server closes the connection within the time, having nothing more to say."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def request_bytes(method, path, body=b"", headers=(), version="HTTP/1.1"):
    """A request as it stands on the wire, with Host and Content-Length."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"{method} {path} {version}", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def json_request_bytes(action, payload, path="/", headers=()):
    return request_bytes("POST", path, json.dumps(payload), [
        ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", f"AmazonSQS.{action}"), *headers])
