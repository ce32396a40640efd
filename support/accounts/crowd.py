"""Many who do one thing at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_the_same_moment(times: int, act: Callable[[], T]) -> list[T]:
    """Do it so many times at once, none before all are ready, and return what came of each."""
    ready = threading.Barrier(times)

    def act_together(_: int) -> T:
        ready.wait()
        return act()

    with ThreadPoolExecutor(times) as pool:
        try:
            return list(pool.map(act_together, range(times)))
        except BaseException:
            # After Ctrl-C those who are ready would wait for ever for those who do not come any more.
            ready.abort()
            raise
