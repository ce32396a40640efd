"""What went over one connection, numbered, as it is attached to a report."""

import itertools
import threading
import time
from dataclasses import dataclass, field

from support.masking import mask

_numbers = itertools.count(1)
_LONGEST = 5000


@dataclass
class Transcript:
    """Lines of a connection, with seconds since it was opened; written by the reader and by whoever sends."""

    title: str
    number: int = field(default_factory=lambda: next(_numbers))
    _opened: float = field(default_factory=time.perf_counter)
    _lines: list[tuple[float, str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, direction: str, text: str) -> None:
        """Add a line: `>` sent, `<` received, `*` happened; of a long text its beginning."""
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}... {len(text) - _LONGEST} more characters"
        with self._lock:
            self._lines.append((time.perf_counter() - self._opened, direction, text))

    def __str__(self) -> str:
        with self._lock:
            lines = list(self._lines)
        head = f"connection {self.number}: {self.title}"
        return mask("\n".join([head, *(f"{at:9.4f} {direction} {text}" for at, direction, text in lines)]))
