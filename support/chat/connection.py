"""One WebSocket to one agent, and the thread that reads all of them.

A connection must be read all the time, not only while a step runs: a PING that is not answered ends it. One thread
that selects over all sockets is as fast as any client; a thread for each connection is several times slower at 500.
"""

import contextlib
import json
import selectors
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import websocket

from support.chat.envelope import Frame, Speaker, new_message_id, read_frame, standard_frame, text_message
from support.chat.transcript import Transcript
from support.errors import InfrastructureError
from support.masking import mask, remember_secret

OPEN_TIMEOUT_SECONDS = 15.0
REPLY_TIMEOUT_SECONDS = 15.0
T = TypeVar("T")


class Refused(AssertionError):
    """The replier did not admit the connection."""


class NoFrame(AssertionError):
    """An expected frame did not come in time, or the connection ended before it."""


@dataclass(frozen=True)
class Sent:
    """A message that was sent: its ids on the wire, its text, and when (time.perf_counter)."""

    msg_id: str
    message_id: str
    text: str
    at: float


@dataclass(frozen=True)
class Closed:
    """How a connection ended; code is None when the replier just went away."""

    code: int | None
    reason: str

    def __str__(self) -> str:
        return f"closed {self.code or 'without a close frame'} {self.reason}".strip()


class Connection:
    """An open WebSocket of one agent's credential on one platform. Made by Reader.open."""

    def __init__(self, web_socket: websocket.WebSocket, credential: str, platform: str, transcript: Transcript) -> None:
        self.credential = credential
        self.platform = platform
        self.transcript = transcript
        self.closed: Closed | None = None
        # Called in the reader's thread for each frame; without one, frames wait here to be expected.
        self.listener: Callable[[Frame], None] | None = None
        self.pending: list[Frame] = []
        if web_socket.sock is None:
            raise ValueError("a connection is made of an open WebSocket")
        self.socket = web_socket.sock
        self._web_socket = web_socket
        self._changed = threading.Condition()

    def send(self, text: str, speaker: Speaker, message_id: str | None = None, msg_id: str | None = None) -> Sent:
        """Send a text message of this speaker; the ids are fresh unless given."""
        message = text_message(self.credential, speaker, text, message_id or new_message_id())
        frame = standard_frame(message, msg_id or new_message_id())
        sent = Sent(frame["msg_id"], message.message_info.message_id, text, time.perf_counter())
        self.send_raw(json.dumps(frame, ensure_ascii=False))
        return sent

    def send_raw(self, raw: str) -> None:
        """Send a text frame as it is; raises NoFrame when the connection has ended."""
        self.transcript.add(">", raw)
        try:
            self._web_socket.send(raw)
        except (websocket.WebSocketException, OSError) as error:
            raise NoFrame(f"A frame could not be sent on connection {self.transcript.number}: {error}.") from error

    def send_close(self) -> None:
        """Send a close frame, code 1000; the answer is the reader's."""
        self._web_socket.send_close()

    def read(self) -> tuple[int, bytes]:
        """Read one frame from the socket: opcode and data. A PING is answered on the way. Only for the reader."""
        opcode, frame = self._web_socket.recv_data_frame(control_frame=True)
        return opcode, bytes(frame.data)

    def expect(self, kind: str, matches: Callable[[Frame], bool], what: str, timeout: float) -> Frame:
        """Consume the first frame of this kind that matches; raises NoFrame after `timeout` seconds."""

        def take() -> Frame | None:
            for frame in self.pending:
                if frame.kind == kind and matches(frame):
                    self.pending.remove(frame)
                    return frame
            return None

        frame = self.wait(lambda: take() or self.closed, timeout)
        if isinstance(frame, Frame):
            return frame
        why = str(self.closed) if self.closed else f"nothing matched within {timeout:.1f} s"
        raise NoFrame(
            f"Connection {self.transcript.number} ({self.transcript.title}) waited for {what}: {why}. "
            f"Frames that did not match: {self._describe_pending()}."
        )

    def _describe_pending(self) -> str:
        frames = [f"{frame.kind} {mask(frame.text or frame.acked or frame.raw)[:200]!r}" for frame in self.pending[-5:]]
        return ", ".join(frames) or "none"

    def expect_acknowledgement(self, sent: Sent, timeout: float) -> Frame:
        """Consume the acknowledgement of a message."""
        return self.expect("ack", lambda frame: frame.acked == sent.msg_id, f"the ack of {sent.msg_id}", timeout)

    def expect_reply(self, marker: str, timeout: float) -> Frame:
        """Consume the reply that carries this marker."""
        return self.expect("reply", lambda frame: marker in frame.markers, f"a reply with {marker}", timeout)

    def wait(self, condition: Callable[[], T], timeout: float) -> T:
        """Return the condition's first true value, or its last value after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def receive(self, frame: Frame) -> None:
        """Take a frame from the reader."""
        self.transcript.add("<", frame.raw)
        if self.listener:
            self.listener(frame)
        with self._changed:
            if not self.listener:
                self.pending.append(frame)
            self._changed.notify_all()

    def end(self, closed: Closed) -> None:
        """Take the end of the connection, from the reader or from whoever closes it; the first one counts."""
        with self._changed:
            if self.closed is None:
                self.closed = closed
                self.transcript.add("*", str(closed))
            self._changed.notify_all()


class Reader:
    """The thread that reads all open connections. A context manager: leaving it closes them all."""

    def __init__(self) -> None:
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
        platform: str,
        *,
        title: str = "",
        connection_id: str | None = None,
        in_query: bool = False,
        timeout: float = OPEN_TIMEOUT_SECONDS,
    ) -> Connection:
        """Connect; raises Refused when the replier answers no, InfrastructureError when nobody answers.

        A replier of dialect v1 accepts first and closes afterwards: see Connection.closed.
        """
        remember_secret(credential or "")
        identity = {"x-apikey": credential, "x-platform": platform}
        if in_query:
            keys = {"api_key": credential, "platform": platform}
            url = f"{url}?{urlencode({name: value for name, value in keys.items() if value is not None})}"
            identity = {}
        headers = {name: value for name, value in identity.items() if value is not None}
        headers["x-uuid"] = connection_id or str(uuid.uuid4())
        transcript = Transcript(title)
        # The JSON parser checks the text; validating UTF-8 twice would double the cost of a frame.
        web_socket = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
        try:
            web_socket.connect(url, header=headers, timeout=timeout, suppress_origin=True, http_no_proxy=["*"])
        except websocket.WebSocketBadStatusException as error:
            raise Refused(f"The replier refused the connection with HTTP {error.status_code}.") from error
        except (websocket.WebSocketException, OSError) as error:
            raise InfrastructureError(
                f"No WebSocket could be opened at {mask(url)} ({type(error).__name__}: {mask(str(error))}); "
                "expected the replier to be running and reachable there."
            ) from error
        connection = Connection(web_socket, credential or "", platform, transcript)
        self._add(connection)
        return connection

    def close(self, connection: Connection) -> None:
        """Close a connection from our side; the replier sees 1000."""
        connection.end(Closed(1000, "by the client"))
        self._remove(connection)
        with contextlib.suppress(websocket.WebSocketException, OSError):
            # What is not wanted is websocket-client's own wait for the answer: the reader owns the socket.
            connection.send_close()
        connection.socket.close()

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
        """Read one frame; websocket-client answers a PING by itself."""
        try:
            opcode, data = connection.read()
        except (websocket.WebSocketException, OSError) as error:
            self._end(connection, Closed(None, str(error)))
            return
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = int.from_bytes(data[:2], "big") if len(data) >= 2 else None
            self._end(connection, Closed(code, data[2:].decode("utf-8", "replace")))
        elif opcode in (websocket.ABNF.OPCODE_PING, websocket.ABNF.OPCODE_PONG):
            connection.transcript.add("<", "PING" if opcode == websocket.ABNF.OPCODE_PING else "PONG")
        else:
            connection.receive(read_frame(data.decode("utf-8", "replace"), time.perf_counter()))
