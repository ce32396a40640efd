"""Sockets on which an answer has to come to its end in time."""

import socket
import time
from typing import Any

from urllib3.util import wait_for_read


class BoundedSocket(socket.socket):
    """A socket whose time-out counts from where it was set; that of others begins anew with each byte that comes."""

    _deadline = float("inf")

    def settimeout(self, seconds: float | None, /) -> None:
        """Set how many seconds all may take that is read from now on; None for ever."""
        super().settimeout(seconds)
        self._deadline = float("inf") if seconds is None else time.monotonic() + seconds

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
        if seconds <= 0 or not wait_for_read(self, None if seconds == float("inf") else seconds):
            raise TimeoutError("timed out")


def bounded(plain: socket.socket) -> BoundedSocket:
    """Return the same connection, and its time-out from now on, as a bounded socket; the plain one is used up."""
    seconds = plain.gettimeout()
    socket_ = BoundedSocket(fileno=plain.detach())
    socket_.settimeout(seconds)
    return socket_


def unbounded(socket_: BoundedSocket) -> socket.socket:
    """Return the same connection as a plain socket; the bounded one is used up."""
    seconds = socket_.gettimeout()
    plain = socket.socket(fileno=socket_.detach())
    plain.settimeout(seconds)
    return plain
