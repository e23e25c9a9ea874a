"""The queues and topics that the clients share, and how they hang together."""

import json
from typing import NamedTuple

ACCOUNT = "000000000000"
MAXIMUM_RECEIVES = 4
TOPIC, FIFO_TOPIC = "news", "steps.fifo"


class Family(NamedTuple):
    """A queue with its dead-letter queue: messages may wander between the two, but not get lost."""
    name: str
    queue: str
    dead: str = ""
    # Whether the order within groups can be told: nothing leaves but by deletion.
    is_ordered: bool = False

    @property
    def queues(self):
        return (self.queue, self.dead) if self.dead else (self.queue,)

    @property
    def is_fifo(self):
        return self.queue.endswith(".fifo")


FAMILIES = {family.name: family for family in (
    Family("orders", "orders", "orders-dead"),
    Family("strict", "strict.fifo", is_ordered=True),
    Family("retry", "retry.fifo", "retry-dead.fifo"),
    Family("fan-raw", "fan-raw"),
    Family("fan-wrapped", "fan-wrapped"),
    Family("steps", "steps.fifo", is_ordered=True),
    Family("probe", "probe"),
)}

# What the filter policies of the topic's subscribers let through; None is everything.
KINDS = {"fan-raw": ("apple", "pear"), "fan-wrapped": None, "good": None, "flaky": ("plum",)}


def wants(subscriber, kind):
    return KINDS[subscriber] is None or kind in KINDS[subscriber]


def queue_url(port, queue):
    return f"http://127.0.0.1:{port}/{ACCOUNT}/{queue}"


def queue_arn(queue):
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"


def topic_arn(topic):
    return f"arn:aws:sns:us-east-1:{ACCOUNT}:{topic}"


def build(sqs, sns, endpoints):
    """Makes everything; `endpoints` are the recorder's, by the subscriber's name."""
    for family in FAMILIES.values():
        attributes = {"FifoQueue": "true"} if family.is_fifo else {}
        if family.dead:
            sqs.create_queue(QueueName=family.dead, Attributes=attributes)
            attributes = attributes | {"RedrivePolicy": json.dumps({
                "deadLetterTargetArn": queue_arn(family.dead), "maxReceiveCount": MAXIMUM_RECEIVES})}
        sqs.create_queue(QueueName=family.queue, Attributes=attributes)
    sns.create_topic(Name=TOPIC)
    sns.create_topic(Name=FIFO_TOPIC, Attributes={
        "FifoTopic": "true", "ArchivePolicy": json.dumps({"MessageRetentionPeriod": "7"})})
    subscribe(sns, TOPIC, "sqs", queue_arn("fan-raw"), "fan-raw", RawMessageDelivery="true")
    subscribe(sns, TOPIC, "sqs", queue_arn("fan-wrapped"), "fan-wrapped")
    sns.subscribe(TopicArn=topic_arn(FIFO_TOPIC), Protocol="sqs", Endpoint=queue_arn("steps.fifo"),
                  Attributes={"RawMessageDelivery": "true"})
    policy = json.dumps({"healthyRetryPolicy": {
        "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100, "numNoDelayRetries": 10}})
    for name, endpoint in endpoints.items():
        subscribe(sns, TOPIC, "http", endpoint.url, name, RawMessageDelivery="true", DeliveryPolicy=policy)


def subscribe(sns, topic, protocol, address, name, **attributes):
    if KINDS[name]:
        attributes["FilterPolicy"] = json.dumps({"kind": list(KINDS[name])})
    sns.subscribe(TopicArn=topic_arn(topic), Protocol=protocol, Endpoint=address, Attributes=attributes)
