"""Limits how often a password can be guessed."""

import math
import time
from collections import OrderedDict, deque


class LoginLimit:
    """Counts failed logins for each username. Not thread-safe: it belongs to the event loop.

    After `attempts` failures within `window_seconds` a name is locked until the oldest of them leaves the window.
    """

    def __init__(self, attempts: int = 10, window_seconds: float = 300.0, names_kept: int = 10_000) -> None:
        self._attempts = attempts
        self._window = window_seconds
        self._names_kept = names_kept
        # Least recently failed first.
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_locked(self, username_key: str) -> int:
        """Return for how many more seconds the name is locked; 0 when it is not."""
        failures = self._failures.get(username_key)
        if failures is None or len(failures) < self._attempts:
            return 0
        return max(0, math.ceil(failures[0] + self._window - time.monotonic()))

    def count_failure(self, username_key: str) -> None:
        """Remember a wrong password for this name."""
        failures = self._failures.setdefault(username_key, deque(maxlen=self._attempts))
        failures.append(time.monotonic())
        self._failures.move_to_end(username_key)
        if len(self._failures) > self._names_kept:
            self._failures.popitem(last=False)

    def forget(self, username_key: str) -> None:
        """Forget the failures of a name whose owner has logged in."""
        self._failures.pop(username_key, None)
