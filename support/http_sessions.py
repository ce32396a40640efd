"""HTTP to the addresses of a deployment."""

import io
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection

from support.sockets import bounded

_SECONDS_TO_SEND = 60


class Sessions(threading.local):
    """A session of requests for each thread, which keeps its connections open."""

    def __init__(self) -> None:
        self.session = new_session()


def new_session() -> requests.Session:
    """Return a session for a deployment's own addresses: of a time-out, an answer has to come to its end in time."""
    session = requests.Session()
    # Proxy settings of the environment are not for these.
    session.trust_env = False
    session.mount("http://", _BoundedAdapter())
    return session


class _BoundedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return bounded(super()._new_conn())


class BoundedHTTPConnectionPool(HTTPConnectionPool):
    """Its name stands in the messages of requests."""

    ConnectionCls = _BoundedConnection


class _BoundedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": BoundedHTTPConnectionPool, "https": HTTPSConnectionPool}


class LastByteTogether(AuthBase):
    """Given to requests as `auth`: the last byte of so many requests is held back until all have sent the rest.

    So they arrive at the same moment, however long it takes to connect and to send each.
    """

    def __init__(self, times: int) -> None:
        self._times = times
        self._ready = threading.Barrier(times, timeout=_SECONDS_TO_SEND)
        self._sent = threading.Semaphore(0)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Let the request's body, which is not empty, be sent in two pieces."""
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        request.body = _InTwoPieces(content, self._ready.wait, self._sent.release)  # type: ignore[assignment]
        return request

    def await_sent(self) -> None:
        """Return when all have been sent, or one was not within a minute."""
        all(self._sent.acquire(timeout=_SECONDS_TO_SEND) for _ in range(self._times))


class _InTwoPieces(io.BytesIO):
    """A body that http.client reads and sends piece by piece, until nothing is left."""

    def __init__(self, body: bytes, before_last: Callable[[], object], after_last: Callable[[], object]) -> None:
        super().__init__(body)
        self._before_last, self._after_last = before_last, after_last

    def read(self, size: int | None = -1, /) -> bytes:
        left = len(self.getvalue()) - self.tell()
        if left == 0:
            self._after_last()
        elif left == 1:
            self._before_last()
        return super().read(max(left - 1, 1)) if left else b""

    def __str__(self) -> str:
        return self.getvalue().decode("utf-8", "replace")
