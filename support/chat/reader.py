"""The thread that reads all open connections.

A connection must be read all the time, not only while a step runs: a PING that is not answered ends it. One thread
that selects over all sockets is as fast as any client; a thread for each connection is several times slower at 500.
"""

import contextlib
import select
import selectors
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

import websocket

from support.chat.connection import Connection, Post
from support.chat.envelope import read_frame
from support.chat.pace import Pace
from support.chat.transcript import Transcript
from support.errors import InfrastructureError
from support.masking import mask, remember_secret
from support.transport import Closed, Ping, Pong, connect

OPEN_TIMEOUT_SECONDS = 15.0


def with_query(url: str, credential: str | None, platform: str | None) -> str:
    """Return the URL with credential and platform in its query; None leaves one out."""
    keys = {"api_key": credential, "platform": platform}
    remember_secret(credential or "")
    return f"{url}?{urlencode({name: value for name, value in keys.items() if value is not None})}"


class Reader:
    """The thread that reads all open connections. A context manager: leaving it closes them all."""

    def __init__(self, pace: Pace | None = None) -> None:
        """Let those who write on its connections have this pace; none: they write as soon as they are answered."""
        self._pace = pace or Pace()
        self.post = Post()
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._waker, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def open(
        self,
        url: str,
        credential: str | None,
        platform: str | None,
        *,
        title: str = "",
        connection_id: str | None = None,
        in_query: bool = False,
        headers: Mapping[str, str] = MappingProxyType({}),
        timeout: float = OPEN_TIMEOUT_SECONDS,
    ) -> Connection:
        """Connect; raises Refused when the replier answers no, InfrastructureError when nobody answers.

        Credential and platform go into the headers or into the query; None leaves one out. `headers` go before.
        A replier of dialect v1 accepts first and closes afterwards: see Connection.closed.
        """
        remember_secret(credential or "")
        identity = {"x-apikey": credential, "x-platform": platform}
        if in_query:
            url, identity = with_query(url, credential, platform), {}
        identity["x-uuid"] = connection_id or str(uuid.uuid4())
        named = {name: value for name, value in {**identity, **headers}.items() if value is not None}
        transcript = Transcript(title)
        try:
            transport = connect(url, named, timeout)
        except (websocket.WebSocketException, OSError) as error:
            raise InfrastructureError(
                f"No WebSocket could be opened at {mask(url)} ({type(error).__name__}: {mask(str(error))}); "
                "expected the replier to be running and reachable there."
            ) from error
        connection = Connection(transport, credential or "", platform or "", transcript, self._pace, self.post)
        self._add(connection)
        return connection

    def close(self, connection: Connection) -> None:
        """Close a connection from our side; the replier sees 1000."""
        connection.end(Closed(1000, "by the client"))
        self._remove(connection)
        with contextlib.suppress(websocket.WebSocketException, OSError):
            # What is not wanted is websocket-client's own wait for the answer: the reader owns the socket.
            connection.say_goodbye()
        connection.socket.close()

    def pause(self, connection: Connection) -> None:
        """Read the connection no more, as a client that hangs; what is sent to it piles up on its way."""
        self._remove(connection)
        # Otherwise the system would take megabytes in its place.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)

    def resume(self, connection: Connection) -> None:
        """Read the connection again."""
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        self._add(connection)

    def stop(self) -> None:
        """Close all connections and end the thread."""
        with self._lock:
            connections = [key.data for key in self._selector.get_map().values() if key.data]
        for connection in connections:
            self.close(connection)
        self._stopping = True
        self._wake()
        self._thread.join()
        for each in (self._selector, self._waker, self._woken):
            each.close()

    def _add(self, connection: Connection) -> None:
        with self._lock:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._wake()

    def _remove(self, connection: Connection) -> None:
        with self._lock, contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection.socket)

    def _end(self, connection: Connection, closed: Closed) -> None:
        self._remove(connection)
        connection.end(closed)
        connection.socket.close()

    def _wake(self) -> None:
        self._waker.send(b"\0")

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.data is None:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
                else:
                    self._read(key.data)

    def _read(self, connection: Connection) -> None:
        """Read what came and hand it over.

        An event may be of a socket that was closed meanwhile and whose number another has got, to which nothing came:
        reading that would keep all connections waiting.
        """
        if not _is_readable(connection.socket):
            return
        try:
            arrival = connection.read()
        except (websocket.WebSocketException, OSError) as error:
            arrival = Closed(None, str(error))
        if isinstance(arrival, Closed):
            self._end(connection, arrival)
        elif isinstance(arrival, Ping):
            connection.receive_ping()
        elif isinstance(arrival, Pong):
            connection.receive_pong()
        elif arrival is not None:
            connection.receive(read_frame(arrival, time.perf_counter()))


def _is_readable(open_or_closed: socket.socket) -> bool:
    poll = select.poll()
    with contextlib.suppress(ValueError):  # it was closed
        poll.register(open_or_closed, select.POLLIN)
        return bool(poll.poll(0))
    return False
