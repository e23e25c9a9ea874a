"""What clients hand in: each request with when it began and, if there was one, when its answer came.

Times are of the machine's monotonic clock, which all processes share. `ended` is None when no answer came: then the
request may or may not have been carried out.
"""

from typing import NamedTuple, Optional


class Sent(NamedTuple):
    """A message was sent to the family, or published to a topic that feeds it."""
    family: str
    name: str
    begun: float
    ended: Optional[float]
    message_id: Optional[str]
    sequence: Optional[str]
    delay: int


class Got(NamedTuple):
    """One message of a receive."""
    name: str
    message_id: str
    count: int
    sequence: Optional[str]


class Received(NamedTuple):
    """A receive from one queue of the family."""
    family: str
    queue: str
    begun: float
    ended: Optional[float]
    visibility: int
    attempt: Optional[str]
    messages: tuple


class Changed(NamedTuple):
    """The visibility of a message was changed, to so many seconds from then."""
    family: str
    name: str
    begun: float
    ended: Optional[float]
    visibility: int


class Deleted(NamedTuple):
    """A message was deleted. The answer promises it when the receipt was surely the latest."""
    family: str
    name: str
    begun: float
    ended: Optional[float]
    is_promise: bool


class Published(NamedTuple):
    """A message was published to the topic of the HTTP subscribers."""
    name: str
    begun: float
    ended: Optional[float]
    message_id: Optional[str]


class Wrong(NamedTuple):
    """What a client saw that can never be."""
    text: str
