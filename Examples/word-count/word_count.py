#!/usr/bin/env python3
"""Counts the words of texts that are published on a topic.

One topic, two subscribers that know nothing of each other:

    publish TEXT ...    publishes each line of the files (`-` is standard input)
    store               counts words in a SQLite database, each line exactly once
    logger              writes a line to a log for each text that was published
    report              prints the words that were counted most

`store` and `logger` run until they are interrupted; with --until-empty they end when their queue is empty.
All commands create what they need, so that they can be started in any order.
"""

import argparse
import collections
import json
import re
import sqlite3
import sys

import boto3

TOPIC = "texts"
PUBLISH_BATCH = 10
RECEIVE_BATCH = 10
WAIT_SECONDS = 10


class System:
    """The topic and its queues, at one endpoint."""

    def __init__(self, endpoint):
        self.sns = boto3.client("sns", endpoint_url=endpoint)
        self.sqs = boto3.client("sqs", endpoint_url=endpoint)
        self.topic = self.sns.create_topic(Name=TOPIC)["TopicArn"]
        self.queues = {name: self.subscribe(name) for name in ("store", "logger")}

    def subscribe(self, name):
        """A queue with a dead-letter queue; creating and subscribing what is there changes nothing."""
        dead = self.sqs.create_queue(QueueName=f"words-{name}-dead")["QueueUrl"]
        queue = self.sqs.create_queue(QueueName=f"words-{name}", Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": 5}),
        })["QueueUrl"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=self.arn(queue),
                           Attributes={"RawMessageDelivery": "true"})
        return queue

    def arn(self, queue):
        return self.sqs.get_queue_attributes(
            QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def publish(self, lines):
        """Publishes lines in batches and returns how many."""
        count = 0
        for start in range(0, len(lines), PUBLISH_BATCH):
            entries = [{"Id": str(number), "Message": line, "MessageAttributes": {
                "words": {"DataType": "Number", "StringValue": str(len(words_of(line)))}}}
                for number, line in enumerate(lines[start:start + PUBLISH_BATCH])]
            answer = self.sns.publish_batch(TopicArn=self.topic, PublishBatchRequestEntries=entries)
            if answer.get("Failed"):
                raise SystemExit(f"not published: {answer['Failed']}")
            count += len(entries)
        return count

    def consume(self, name, handle, until_empty):
        """Hands batches of messages to `handle`, and deletes them once it has returned."""
        queue = self.queues[name]
        while True:
            messages = self.sqs.receive_message(
                QueueUrl=queue, MaxNumberOfMessages=RECEIVE_BATCH, MessageAttributeNames=["All"],
                WaitTimeSeconds=0 if until_empty else WAIT_SECONDS).get("Messages", [])
            if messages:
                handle(messages)
                self.sqs.delete_message_batch(QueueUrl=queue, Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages)])
            elif until_empty:
                return


def words_of(line):
    return re.findall(r"[^\W\d_]+", line.lower())


class Store:
    """Counts in SQLite. A message that is delivered twice is counted once."""

    def __init__(self, path):
        self.database = sqlite3.connect(path)
        self.database.executescript(
            "CREATE TABLE IF NOT EXISTS seen (message TEXT PRIMARY KEY);"
            "CREATE TABLE IF NOT EXISTS counts (word TEXT PRIMARY KEY, count INTEGER NOT NULL);")

    def add(self, messages):
        with self.database:
            for message in messages:
                new = self.database.execute(
                    "INSERT OR IGNORE INTO seen VALUES (?)", [message["MessageId"]]).rowcount
                if new:
                    self.database.executemany(
                        "INSERT INTO counts VALUES (?, ?) "
                        "ON CONFLICT (word) DO UPDATE SET count = count + excluded.count",
                        collections.Counter(words_of(message["Body"])).items())

    def most_counted(self, limit):
        return self.database.execute(
            "SELECT word, count FROM counts ORDER BY count DESC, word LIMIT ?", [limit]).fetchall()


class Logger:
    """Writes one line for each message."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    def add(self, messages):
        for message in messages:
            words = message["MessageAttributes"]["words"]["StringValue"]
            self.file.write(f"{message['MessageId']} {words} words: {message['Body']}\n")
        self.file.flush()


def lines_of(paths):
    """The lines that say something; an empty message cannot be published."""
    lines = []
    for path in paths:
        file = sys.stdin if path == "-" else open(path, encoding="utf-8")
        lines += [line.strip() for line in file if line.strip()]
    return lines


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4566", help="where Apus listens")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("publish").add_argument("texts", nargs="+")
    for name, default in (("store", "words.sqlite"), ("logger", "words.log")):
        command = commands.add_parser(name)
        command.add_argument("--file", default=default)
        command.add_argument("--until-empty", action="store_true")
    report = commands.add_parser("report")
    report.add_argument("--file", default="words.sqlite")
    report.add_argument("--limit", type=int, default=10)
    return parser.parse_args()


def main():
    options = arguments()
    if options.command == "report":
        for word, count in Store(options.file).most_counted(options.limit):
            print(f"{count:7} {word}")
        return
    system = System(options.endpoint)
    if options.command == "publish":
        print(f"{system.publish(lines_of(options.texts))} lines published")
        return
    subscriber = (Store if options.command == "store" else Logger)(options.file)
    try:
        system.consume(options.command, subscriber.add, options.until_empty)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
