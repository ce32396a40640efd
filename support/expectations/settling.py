"""Reading what a deployment may still be storing."""

from collections.abc import Callable
from typing import TypeVar

from support.polling import wait_until
from support.world import World

# A deployment may store what it has sent already.
_SECONDS = 5.0
T = TypeVar("T")


def settled(world: World, read: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """Return what is read as soon as it is as it must be, or what is read at last."""
    newest: list[T] = []

    def look() -> bool:
        newest[:] = [read()]
        return holds(newest[0])

    wait_until(look, _SECONDS * world.settings.wait_factor)
    return newest[0]
