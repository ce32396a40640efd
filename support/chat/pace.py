"""How quickly people write again when they have been answered."""

import time

from support.polling import wait_until


class Pace:
    """People read an answer before they write to the same agent again, on whichever connection.

    Machines need no time for that, but some repliers overlook what is written while they are still busy with their own
    answer: MaiMBot's (docs/findings.md#overlooked).
    """

    def __init__(self, reading_seconds: float = 0.0) -> None:
        """Let people read each answer for so many seconds."""
        self.reading_seconds = reading_seconds
        # Until when people read (time.perf_counter), by the credential of the connection.
        self._read_until: dict[str, float] = {}

    def begin_reading(self, credential: str, at: float) -> None:
        """Let people read from this time on (time.perf_counter)."""
        if self.reading_seconds:
            self._read_until[credential] = at + self.reading_seconds

    def await_read(self, credential: str) -> None:
        """Return when people have read."""
        until = self._read_until.get(credential, 0.0)
        wait_until(lambda: time.perf_counter() >= until, self.reading_seconds)
