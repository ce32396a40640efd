"""The one way to wait here: ask again and again, for a bounded time."""

import time
from collections.abc import Callable

_PAUSE = 0.03


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = _PAUSE) -> bool:
    """Return True as soon as the condition holds, False when it did not within this many seconds.

    `pause`: seconds between two looks.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def await_next_second() -> None:
    """Wait until the clock shows another second."""
    this_second = int(time.time())
    wait_until(lambda: int(time.time()) > this_second, 2)
