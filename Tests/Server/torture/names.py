"""What a message is called tells what it holds, so that a reader can check all of it.

A name is `client.number`. Body, attributes and group follow from the name alone.
"""

import functools
import hashlib
import random
from typing import NamedTuple


class Content(NamedTuple):
    body: str
    kind: str
    attributes: dict


@functools.lru_cache(maxsize=20_000)
def content(name):
    dice = random.Random(name)
    kind = dice.choice(["apple", "pear", "plum"])
    length = dice.choices([0, dice.randrange(500), dice.randrange(8_000), dice.randrange(120_000)],
                          [10, 60, 26, 4])[0]
    unit = hashlib.sha256(name.encode()).hexdigest()
    body = name + " " + (unit * (length // len(unit) + 1))[:length]
    attributes = {"kind": {"DataType": "String", "StringValue": kind}}
    if dice.random() < 0.3:
        attributes["number"] = {"DataType": "Number", "StringValue": str(dice.randrange(1000))}
    return Content(body, kind, attributes)


def name_of(body):
    return body.split(" ", 1)[0]


def has_content(message_body, name):
    """Whether the body is the one of that name; SQS and SNS keep a trailing space as it is."""
    return message_body == content(name).body


def group_of(name):
    """Four groups for each client, which is the only one to send to them."""
    client, number = name.rsplit(".", 1)
    return f"{client}-{int(number) % 4}"
