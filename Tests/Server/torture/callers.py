"""Two ways to ask: boto3, and requests written byte by byte on one connection.

Both have `sqs(action, payload)` and `sns(action, payload)`. They raise `Lost` when no answer came, so that nobody
knows whether the request was carried out, and `Refused` when the answer was an error.
"""

import json
import re
import socket
import threading
import time
import urllib.parse

from botocore.exceptions import BotoCoreError, ClientError

from support.clients import make_client, make_sns_client
from support.wire import FORM, Wire, json_request_bytes, request_bytes

# A server that is alive answers within this time, however loaded the machine.
PATIENCE_SECONDS = 60


class Lost(Exception):
    """The connection ended before the answer."""


class Refused(Exception):
    """The server said no."""

    def __init__(self, status, code, text):
        super().__init__(f"{status} {code}: {text}")
        self.status, self.code = status, code


class Hung(Exception):
    """The server is there and says nothing."""


class RawCaller:
    """One connection that is kept, and made anew when it ended."""

    def __init__(self, port):
        self.port = port
        self.wire = None

    def connect(self, is_over):
        """Waits for the server to listen; false when the round ended before."""
        self.close()
        while not is_over():
            try:
                self.wire = Wire(self.port, timeout=PATIENCE_SECONDS)
                return True
            except OSError:
                time.sleep(0.002)
        return False

    def close(self):
        if self.wire is not None:
            self.wire.socket.close()
            self.wire = None

    def exchange(self, request):
        try:
            self.wire.send(request)
            return self.wire.read()
        except (socket.timeout, TimeoutError) as error:
            raise Hung(f"no answer in {PATIENCE_SECONDS} seconds to {request[:300]!r}") from error
        except (EOFError, OSError) as error:
            raise Lost(str(error)) from error

    def sqs(self, action, payload):
        status, _, body = self.exchange(json_request_bytes(action, payload))
        answer = json.loads(body or b"{}")
        if status != 200:
            raise Refused(status, answer.get("__type", "").split("#")[-1], answer.get("message"))
        return answer

    def sns(self, action, payload):
        fields = {"Action": action, "Version": "2010-03-31"} | flattened(payload)
        body = urllib.parse.urlencode(fields)
        status, _, answer = self.exchange(request_bytes("POST", "/", body, [("Content-Type", FORM)]))
        text = answer.decode()
        if status != 200:
            raise Refused(status, "".join(re.findall("<Code>(.*?)</Code>", text)), text)
        return answer_of_publish(text, action)


def answer_of_publish(text, action):
    """Publish and PublishBatch as boto3 returns them; other answers of SNS are not looked at here."""
    def entry(part):
        return {name: value for name in ("Id", "MessageId", "SequenceNumber")
                for value in re.findall(f"<{name}>(.*?)</{name}>", part)}

    if action != "PublishBatch":
        return entry(text)
    good, _, bad = text.partition("</Successful>")
    return {"Successful": [entry(part) for part in re.findall("<member>(.*?)</member>", good, re.S)],
            "Failed": [entry(part) for part in re.findall("<member>(.*?)</member>", bad, re.S)]}


def flattened(payload):
    """The fields of Publish and PublishBatch in the query protocol."""
    fields = {}
    for name, value in payload.items():
        if name == "MessageAttributes":
            for number, (key, attribute) in enumerate(value.items(), 1):
                fields[f"{name}.entry.{number}.Name"] = key
                for part, text in attribute.items():
                    fields[f"{name}.entry.{number}.Value.{part}"] = text
        elif isinstance(value, list):
            for number, entry in enumerate(value, 1):
                for key, text in flattened(entry).items():
                    fields[f"{name}.member.{number}.{key}"] = text
        else:
            fields[name] = value
    return fields


class SDKCaller:
    """boto3's clients, which make connections as they need them."""

    making = threading.Lock()

    def __init__(self, port):
        self.port = port
        with SDKCaller.making:
            self.clients = {"sqs": make_client(f"http://127.0.0.1:{port}"),
                            "sns": make_sns_client(f"http://127.0.0.1:{port}")}

    def connect(self, is_over):
        while not is_over():
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS).close()
                return True
            except OSError:
                time.sleep(0.002)
        return False

    def close(self):
        pass

    def call(self, service, action, payload):
        client = self.clients[service]
        try:
            return client._make_api_call(action, payload)
        except ClientError as error:
            told = error.response
            raise Refused(told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"],
                          told["Error"].get("Message")) from error
        except BotoCoreError as error:
            raise Lost(str(error)) from error

    def sqs(self, action, payload):
        return self.call("sqs", action, payload)

    def sns(self, action, payload):
        return self.call("sns", action, payload)
