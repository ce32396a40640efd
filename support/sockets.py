"""Sockets on which an answer has to come to its end in time."""

import math
import socket
import time
from typing import Any, TypeVar

from urllib3.util import wait_for_read

S = TypeVar("S", bound=socket.socket)


class BoundedSocket(socket.socket):
    """A socket whose time-out counts from where it was set; that of others begins anew with each byte that comes."""

    _deadline = math.inf

    def settimeout(self, seconds: float | None, /) -> None:
        """Set how many seconds all may take that is read from now on; None for ever."""
        super().settimeout(seconds)
        self._deadline = math.inf if seconds is None else time.monotonic() + seconds

    def recv(self, *args: Any) -> bytes:
        """Read as a socket does. Raises TimeoutError when the time is over."""
        self._await_data()
        return super().recv(*args)

    def recv_into(self, *args: Any) -> int:
        """Read as a socket does. Raises TimeoutError when the time is over."""
        self._await_data()
        return super().recv_into(*args)

    def _await_data(self) -> None:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0 or not wait_for_read(self, None if seconds == math.inf else seconds):
            raise TimeoutError("timed out")


def bounded(plain: socket.socket) -> BoundedSocket:
    """Return the same connection, and its time-out from now on, as a bounded socket; the plain one is used up."""
    return _moved(plain, BoundedSocket)


def unbounded(connection: BoundedSocket) -> socket.socket:
    """Return the same connection as a plain socket; the bounded one is used up."""
    return _moved(connection, socket.socket)


def _moved(connection: socket.socket, kind: type[S]) -> S:
    seconds = connection.gettimeout()
    moved = kind(fileno=connection.detach())
    moved.settimeout(seconds)
    return moved
