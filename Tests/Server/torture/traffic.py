"""The clients that share queues and topics: they send, publish, receive and finish, and keep an account of it."""

import json
import random
import threading
import time

from .callers import Hung, Lost, Refused
from .events import Changed, Deleted, Got, Published, Received, Sent, Wrong
from .names import content, group_of, has_content, name_of
from .world import FAMILIES, FIFO_TOPIC, TOPIC, queue_arn, queue_url, topic_arn, wants

# The server reads its clock once a turn, perhaps a little before the request was sent on a busy machine.
CLOCK_TOLERANCE_SECONDS = 0.25


class Client:
    """Steps until the server is gone or the round is over. Its state stays from round to round."""

    def __init__(self, name, seed, make_caller):
        self.name = name
        self.dice = random.Random(f"{seed} {name}")
        self.make_caller = make_caller
        self.caller = None
        self.events = []
        self.answered = self.unanswered = 0
        self.number = 0

    def run(self, is_over, may_refuse):
        """One round; `may_refuse` when the server was asked to stop and may say so."""
        if self.caller is None:
            self.caller = self.make_caller()
        try:
            if not self.caller.connect(is_over):
                return
            self.begin()
            while not is_over():
                self.step()
        except Lost:
            self.unanswered += 1
        except Refused as refusal:
            if refusal.status < 500 or not may_refuse():
                self.events.append(Wrong(f"{self.name} was refused: {refusal}"))
        except Hung as problem:
            self.events.append(Wrong(f"{self.name}: {problem}"))
        finally:
            self.caller.close()

    def begin(self):
        """What is done first after every start of the server."""

    def step(self):
        raise NotImplementedError

    def url(self, queue):
        return queue_url(self.caller.port, queue)

    def sqs(self, action, payload):
        answer = self.caller.sqs(action, payload)
        self.answered += 1
        return answer

    def sns(self, action, payload):
        answer = self.caller.sns(action, payload)
        self.answered += 1
        return answer

    def new_name(self):
        self.number += 1
        return f"{self.name}.{self.number}"


class Producer(Client):
    """Sends to one family, alone or in batches. What was not answered by a FIFO queue is sent again, and so is
    now and then what was: it must not be there twice."""

    def __init__(self, *arguments, family):
        super().__init__(*arguments)
        self.family = FAMILIES[family]
        self.again = []
        self.known = {}

    def begin(self):
        # One at a time and in their order, so that the order of the group stays as it was.
        while self.again:
            self.send([self.again[0]])
            self.again.pop(0)

    def step(self):
        if self.family.is_fifo and self.known and self.dice.random() < 0.05:
            return self.send([self.dice.choice(list(self.known))])
        count = self.dice.choice([1, 1, 1, 2, 5, 10])
        names = [self.new_name() for _ in range(count)]
        # A batch has a limit.
        while sum(len(content(name).body) for name in names) > 900_000:
            names.pop()
        self.send(names)

    def entry(self, name, delay):
        entry = {"MessageBody": content(name).body, "MessageAttributes": content(name).attributes}
        if self.family.is_fifo:
            return entry | {"MessageGroupId": group_of(name), "MessageDeduplicationId": name}
        return entry | ({"DelaySeconds": delay} if delay else {})

    def send(self, names):
        delay = 0 if self.family.is_fifo else self.dice.choices([0, 1], [9, 1])[0]
        url = self.url(self.family.queue)
        begun = time.monotonic()
        try:
            if len(names) == 1:
                answers = [self.sqs("SendMessage", {"QueueUrl": url} | self.entry(names[0], delay))]
            else:
                answer = self.sqs("SendMessageBatch", {"QueueUrl": url, "Entries": [
                    {"Id": str(n)} | self.entry(name, delay) for n, name in enumerate(names)]})
                if answer.get("Failed"):
                    self.events.append(Wrong(f"entries of a batch failed: {answer['Failed']}"))
                answers = sorted(answer["Successful"], key=lambda entry: int(entry["Id"]))
        except (Lost, Refused):
            self.events += [Sent(self.family.name, name, begun, None, None, None, delay) for name in names]
            if self.family.is_fifo:
                self.again += [name for name in names if name not in self.again]
            raise
        ended = time.monotonic()
        for name, answer in zip(names, answers, strict=True):
            told = (answer["MessageId"], answer.get("SequenceNumber"))
            self.events.append(Sent(self.family.name, name, begun, ended, *told, delay))
            self.remember(name, told)

    def remember(self, name, told):
        if not self.family.is_fifo:
            return
        if self.known.setdefault(name, told) != told:
            self.events.append(Wrong(f"{name} sent again was answered {told}, before {self.known[name]}"))
        if len(self.known) > 50:
            self.known.pop(next(iter(self.known)))


class Publisher(Client):
    """Publishes to the standard topic or the FIFO topic, alone or in batches."""

    def __init__(self, *arguments, is_fifo=False):
        super().__init__(*arguments)
        self.is_fifo = is_fifo
        self.again = []

    def begin(self):
        while self.again:
            self.publish([self.again[0]])
            self.again.pop(0)

    def step(self):
        names = [self.new_name() for _ in range(self.dice.choice([1, 1, 2, 4]))]
        while sum(len(content(name).body) for name in names) > 250_000:
            names.pop()
        self.publish(names)
        # A fan-out is more work than a send; leave some of the machine to the others.
        time.sleep(self.dice.random() * 0.01)

    def entry(self, name):
        entry = {"Message": content(name).body, "MessageAttributes": content(name).attributes}
        if self.is_fifo:
            entry |= {"MessageGroupId": group_of(name), "MessageDeduplicationId": name}
        return entry

    def publish(self, names):
        topic = {"TopicArn": topic_arn(FIFO_TOPIC if self.is_fifo else TOPIC)}
        begun = time.monotonic()
        try:
            if len(names) == 1:
                answers = [self.sns("Publish", topic | self.entry(names[0]))]
            else:
                answer = self.sns("PublishBatch", topic | {"PublishBatchRequestEntries": [
                    {"Id": str(n)} | self.entry(name) for n, name in enumerate(names)]})
                if answer.get("Failed"):
                    self.events.append(Wrong(f"entries of a batch failed: {answer['Failed']}"))
                answers = sorted(answer["Successful"], key=lambda entry: int(entry["Id"]))
        except (Lost, Refused):
            self.note(names, begun, None, [{}] * len(names))
            if self.is_fifo:
                self.again += [name for name in names if name not in self.again]
            raise
        self.note(names, begun, time.monotonic(), answers)

    def note(self, names, begun, ended, answers):
        for name, answer in zip(names, answers, strict=True):
            if self.is_fifo:
                # The queue gives the message a number of its own.
                self.events.append(Sent("steps", name, begun, ended, None, None, 0))
                continue
            self.events.append(Published(name, begun, ended, answer.get("MessageId")))
            for family in ("fan-raw", "fan-wrapped"):
                if wants(family, content(name).kind):
                    self.events.append(Sent(family, name, begun, ended, None, None, 0))


class Held:
    """A message in the hands of a consumer."""

    def __init__(self, name, handle, until):
        self.name, self.handle, self.until = name, handle, until


class Consumer(Client):
    """Receives from a queue of a family; deletes most at once, some late, makes some visible again."""

    def __init__(self, *arguments, family, queue=None, thoroughness=0.9):
        super().__init__(*arguments)
        self.family = FAMILIES[family]
        self.queue = queue or self.family.queue
        self.thoroughness = thoroughness
        self.held = []
        self.attempts = 0
        self.attempt = None

    def step(self):
        messages = self.receive(self.dice.choice([1, 2, 10, 10]), self.dice.choice([1, 2, 2]))
        if not messages:
            return time.sleep(self.dice.random() * 0.02)
        finished, changed = [], []
        for held in messages:
            lot = self.dice.random()
            if lot < self.thoroughness:
                finished.append(held)
            elif lot < self.thoroughness + 0.04:
                changed.append(held)
            else:
                self.held.append(held)
        self.change(changed, self.dice.choice([0, 1, 3]))
        self.delete(finished)
        if self.held and self.dice.random() < 0.2:
            self.delete([self.held.pop(self.dice.randrange(len(self.held)))])

    def receive(self, count, visibility):
        payload = {"QueueUrl": self.url(self.queue), "MaxNumberOfMessages": count, "VisibilityTimeout": visibility,
                   "WaitTimeSeconds": self.dice.choice([0, 0, 1]), "AttributeNames": ["All"],
                   "MessageAttributeNames": ["All"]}
        if self.family.is_fifo and self.dice.random() < 0.5 and self.attempt is None:
            self.attempts += 1
            self.attempt = f"{self.name}-{self.attempts}"
        # An attempt that was not answered is made again, after the restart too.
        attempt = self.attempt
        if attempt:
            payload["ReceiveRequestAttemptId"] = attempt
        begun = time.monotonic()
        try:
            answer = self.sqs("ReceiveMessage", payload)
        except (Lost, Refused):
            self.events.append(Received(self.family.name, self.queue, begun, None, visibility, attempt, ()))
            raise
        ended = time.monotonic()
        self.attempt = None
        messages = answer.get("Messages", [])
        got = tuple(self.look_at(message) for message in messages)
        self.events.append(Received(self.family.name, self.queue, begun, ended, visibility, attempt, got))
        return [Held(known.name, message["ReceiptHandle"], begun + visibility - CLOCK_TOLERANCE_SECONDS)
                for known, message in zip(got, messages)]

    def look_at(self, message):
        """Checks everything about the message that follows from its name."""
        body, attributes = message["Body"], message.get("MessageAttributes", {})
        if self.family.name == "fan-wrapped":
            envelope = json.loads(body)
            body = envelope["Message"]
            attributes = {name: {"DataType": value["Type"], "StringValue": value["Value"]}
                          for name, value in envelope["MessageAttributes"].items()}
        name = name_of(body)
        if not has_content(body, name) or attributes != content(name).attributes:
            self.events.append(Wrong(f"{self.queue} has {name} with another content: {body[:60]!r} {attributes}"))
        told = message["Attributes"]
        # A message that was moved is another one to deduplication.
        known = name if not self.family.dead else told.get("MessageDeduplicationId")
        if self.family.is_fifo and (told["MessageGroupId"], told["MessageDeduplicationId"]) != (
                group_of(name), known):
            self.events.append(Wrong(f"{self.queue} has {name} with another group or deduplication id: {told}"))
        return Got(name, message["MessageId"], int(told["ApproximateReceiveCount"]), told.get("SequenceNumber"))

    def delete(self, messages):
        for start in range(0, len(messages), 10):
            part = messages[start:start + 10]
            begun = time.monotonic()
            try:
                if len(part) == 1:
                    failed = self.delete_one(part[0])
                else:
                    answer = self.sqs("DeleteMessageBatch", {"QueueUrl": self.url(self.queue), "Entries": [
                        {"Id": str(n), "ReceiptHandle": held.handle} for n, held in enumerate(part)]})
                    failed = {int(entry["Id"]) for entry in answer.get("Failed") or []}
            except (Lost, Refused):
                self.events += [Deleted(self.family.name, held.name, begun, None, False) for held in part]
                raise
            ended = time.monotonic()
            for number, held in enumerate(part):
                if number not in failed:
                    # On a standard queue an old receipt is answered with success and deletes nothing.
                    promised = self.family.is_fifo or ended < held.until
                    self.events.append(Deleted(self.family.name, held.name, begun, ended, promised))

    def delete_one(self, held):
        try:
            self.sqs("DeleteMessage", {"QueueUrl": self.url(self.queue), "ReceiptHandle": held.handle})
            return ()
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return (0,)  # A receipt of a FIFO queue that has expired.

    def change(self, messages, visibility):
        for held in messages:
            begun = time.monotonic()
            ended = None
            try:
                self.sqs("ChangeMessageVisibility", {
                    "QueueUrl": self.url(self.queue), "ReceiptHandle": held.handle,
                    "VisibilityTimeout": visibility})
                ended = time.monotonic()
            except Refused as refusal:
                if refusal.status != 400:
                    raise
                continue
            finally:
                self.events.append(Changed(self.family.name, held.name, begun, ended, visibility))


class Mover(Client):
    """Has messages of a dead-letter queue moved back, and looks at the tasks."""

    def __init__(self, *arguments, family):
        super().__init__(*arguments)
        self.source = queue_arn(FAMILIES[family].dead)

    def step(self):
        time.sleep(self.dice.random() * 0.3)
        try:
            self.sqs("StartMessageMoveTask", {"SourceArn": self.source})
        except Refused as refusal:
            if refusal.status != 400:  # One is running already.
                raise
        self.sqs("ListMessageMoveTasks", {"SourceArn": self.source, "MaxResults": 10})


class Round(threading.Thread):
    """A client's round on a thread; a mistake in the client is no silence."""

    def __init__(self, client, is_over, may_refuse):
        super().__init__(name=client.name, daemon=True)
        self.client, self.arguments = client, (is_over, may_refuse)

    def run(self):
        try:
            self.client.run(*self.arguments)
        except Exception as problem:
            self.client.events.append(Wrong(f"{self.client.name}: {problem!r}"))
