"""How frames travel over a WebSocket: as they are (maim_message up to 0.6), or in packets of Socket.IO (0.7 and later).

Which of both a replier speaks, its answer to a handshake tells (contract: reply-backend).
"""

import contextlib
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import websocket
from websocket import ABNF, DEFAULT_SOCKET_OPTION

from support.sockets import BoundedSocket, bounded, unbounded

# What a server answers at a path where it speaks something else.
_NOT_THERE = 404
# Proxy settings of the environment are not for a deployment's own address. websocket-client 1.9 heeds the list of hosts
# only beside a proxy that is named here.
_NO_PROXY = {"http_no_proxy": ["*"], "http_proxy_host": "none", "http_proxy_port": 1}


class Refused(AssertionError):
    """The replier did not admit the connection; `status` is that of HTTP, None when it was refused later."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Ping:
    """The replier asked whether we are there; it was answered."""


@dataclass(frozen=True)
class Pong:
    """The replier has answered our asking whether it is there."""


@dataclass(frozen=True)
class Closed:
    """How a connection ended; code is None when there was no close frame."""

    code: int | None
    reason: str

    def __str__(self) -> str:
        return f"closed {self.code or 'without a close frame'} {self.reason}".strip()


# What comes on a connection: a frame, or something about the connection; None when it means nothing to us.
Arrival = str | Ping | Pong | Closed | None


class Transport:
    """Frames as messages of their own, on an open WebSocket."""

    # What is said on the WebSocket before the first frame.
    greeting: tuple[str, ...] = ()

    def __init__(self, web_socket: websocket.WebSocket) -> None:
        self._web_socket = web_socket
        self.socket = cast("socket.socket", web_socket.sock)

    @staticmethod
    def address(url: str) -> str:
        """Return the URL of the handshake."""
        return url

    @staticmethod
    def encode(frame: str) -> str:
        """Return the message that carries a frame."""
        return frame

    @classmethod
    def open(cls, url: str, headers: Mapping[str, str], timeout: float) -> "Transport":
        """Connect; raises Refused, or an error of websocket-client or of the system when nobody answers."""
        # The JSON parser checks the text; validating UTF-8 twice would double the cost of a frame.
        web_socket = websocket.WebSocket(skip_utf8_validation=True, enable_multithread=True)
        options = {"timeout": timeout, "suppress_origin": True, **_NO_PROXY}
        if url.startswith("ws:"):
            options["socket"] = _dial(url, timeout)
        try:
            web_socket.connect(cls.address(url), header=dict(headers), **options)
        except websocket.WebSocketBadStatusException as error:
            status, place = error.status_code, url.partition("?")[0]  # behind it may stand a credential
            raise Refused(f"The replier at {place} refused the connection with HTTP {status}.", status) from error
        transport = cls(web_socket)
        try:
            transport._greet()
        except BaseException:
            web_socket.shutdown()
            raise
        transport._begin()
        return transport

    def send(self, raw: str | bytes) -> None:
        """Send a text as a frame, or bytes as a binary message."""
        if isinstance(raw, str):
            self._web_socket.send(self.encode(raw))
        else:
            self._web_socket.send(raw, ABNF.OPCODE_BINARY)

    def receive(self) -> Arrival:
        """Read one message from the socket; what asks whether we are there is answered."""
        opcode, message = self._web_socket.recv_data_frame(control_frame=True)
        data = bytes(message.data)
        if opcode == ABNF.OPCODE_CLOSE:
            code = int.from_bytes(data[:2], "big") if len(data) >= 2 else None
            return Closed(code, data[2:].decode("utf-8", "replace"))
        if opcode == ABNF.OPCODE_PING:
            return Ping()
        return Pong() if opcode == ABNF.OPCODE_PONG else self._read(data.decode("utf-8", "replace"))

    def ping(self) -> None:
        """Ask whether the replier is there; every WebSocket must answer that, whatever is spoken on it."""
        self._web_socket.ping()

    def close(self) -> None:
        """Say goodbye and wait for nothing; whoever reads the socket closes it."""
        self._web_socket.send_close()

    def _greet(self) -> None:
        pass

    def _begin(self) -> None:
        """From now on whoever waits for a frame says how long."""
        if isinstance(self.socket, BoundedSocket):
            self.socket = self._web_socket.sock = unbounded(self.socket)

    def _read(self, text: str) -> Arrival:
        return text


class SocketIo(Transport):
    """Frames in packets of Socket.IO 5, and these in packets of Engine.IO 4; a packet begins with its type."""

    greeting = ("40",)

    @staticmethod
    def address(url: str) -> str:
        """Return the URL of the handshake."""
        parts = urlsplit(url)
        query = "&".join(filter(None, [parts.query, "EIO=4&transport=websocket"]))
        return parts._replace(path=f"{parts.path.rstrip('/')}/", query=query).geturl()

    @staticmethod
    def encode(frame: str) -> str:
        """Return the message that carries a frame."""
        return f'42["message",{frame}]'

    def close(self) -> None:
        """Say goodbye and wait for nothing; whoever reads the socket closes it."""
        self._web_socket.send("41")
        super().close()

    def _greet(self) -> None:
        opening = self._web_socket.recv()
        if not str(opening).startswith('0{"sid"'):
            raise websocket.WebSocketException(f"it began with {opening[:80]!r} in place of Engine.IO's handshake")
        for packet in self.greeting:
            self._web_socket.send(packet)
        answer = str(self._web_socket.recv())
        if not answer.startswith("40"):
            raise Refused(f"The replier refused the connection with the packet {answer[:200]!r}.", None)

    def _read(self, text: str) -> Arrival:
        if text == "2":
            self._web_socket.send("3")
            return Ping()
        if text in ("1", "41"):
            return Closed(None, f"by the packet {text!r}")
        return _frame_in(text) if text.startswith("42") else None


def _frame_in(packet: str) -> str:
    """Return the frame of an event; a packet that holds none, as it is."""
    with contextlib.suppress(ValueError, IndexError, TypeError):
        return json.dumps(json.loads(packet[2:])[1], ensure_ascii=False)
    return packet


def _dial(url: str, timeout: float) -> BoundedSocket:
    """Return a TCP connection on which the handshake has to come to its end in time."""
    parts = urlsplit(url)
    dialled = socket.create_connection((parts.hostname, parts.port or 80), timeout)
    for option in DEFAULT_SOCKET_OPTION:
        dialled.setsockopt(*option)
    return bounded(dialled)


def connect(url: str, headers: Mapping[str, str], timeout: float) -> Transport:
    """Connect in the way that the replier speaks; raises as Transport.open."""
    try:
        return Transport.open(url, headers, timeout)
    except Refused as refusal:
        if refusal.status != _NOT_THERE:
            raise
        try:
            return SocketIo.open(url, headers, timeout)
        except Refused as other:
            # Only a packet shows that Socket.IO is spoken there; else the first answer is the replier's.
            raise (refusal if other.status else other) from None
        except (websocket.WebSocketException, OSError):
            raise refusal from None


def spoken_at(url: str, timeout: float) -> type[Transport]:
    """Return the way that the replier speaks, whether it admits strangers or not; raises as Transport.open."""
    try:
        transport = connect(url, {}, timeout)
    except Refused:
        return Transport
    transport.close()
    transport.socket.close()
    return type(transport)
