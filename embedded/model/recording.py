"""What the model endpoint was asked and what it has to say to that, the newest kept within a bound of memory."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Record:
    """One request, its usual reply and what that cost in tokens.

    number counts from 1 since the start or the last clear(); time is in seconds.
    """

    number: int
    time: float
    model: str
    messages: list[dict[str, Any]]
    reply: str
    usage: dict[str, int]


class Recording:
    """The newest records, whose requests had together at most `capacity` bytes."""

    def __init__(self, capacity: int = 64 * 2**20) -> None:
        self._capacity = capacity
        self.clear()

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._records: deque[tuple[Record, int]] = deque()
        self._bytes = 0
        self._count = 0

    def add(self, model: str, messages: list[dict[str, Any]], reply: str, usage: dict[str, int], size: int) -> None:
        """Keep one request of `size` bytes."""
        self._count += 1
        self._records.append((Record(self._count, time.time(), model, messages, reply, usage), size))
        self._bytes += size
        while self._bytes > self._capacity and len(self._records) > 1:
            self._bytes -= self._records.popleft()[1]

    def find(self, text: str) -> list[dict[str, Any]]:
        """Return the records, oldest first, with a message that contains the text; all of them for an empty text."""
        return [vars(record) for record, _ in self._records if _contains(record.messages, text)]


def _contains(messages: list[dict[str, Any]], text: str) -> bool:
    return any(text in str(message.get("content")) for message in messages)
