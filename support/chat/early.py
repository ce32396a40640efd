"""A client that does not wait to be admitted: its first frame travels with its request for a WebSocket."""

import base64
import json
import secrets
import socket
from urllib.parse import urlsplit, urlunsplit

import websocket

from support.chat.admission import Admission
from support.chat.envelope import Speaker, new_message_id, standard_frame, text_message
from support.chat.marker import new_marker
from support.transport import spoken_at


def talk_with_the_handshake(url: str, credential: str, speaker: Speaker, timeout: float) -> Admission:
    """Send request and message in one go, then read until the server closes, at most `timeout` seconds for each part.

    An acknowledgement already counts as an answer. Written on the socket: websocket-client sends nothing before it
    was admitted.
    """
    marker = new_marker()
    message = text_message(credential, speaker, f"你好 {marker}", new_message_id())
    frame = json.dumps(standard_frame(message, new_message_id()))
    spoken = spoken_at(url, timeout)
    address = urlsplit(spoken.address(url))
    texts = [*spoken.greeting, spoken.encode(frame)]
    with socket.create_connection((address.hostname, address.port or 80), timeout) as client:
        client.sendall(
            _request(address.netloc, urlunsplit(("", "", *address[2:])), credential, speaker.platform)
            + b"".join(websocket.ABNF.create_frame(text, websocket.ABNF.OPCODE_TEXT).format() for text in texts)
        )
        received, has_ended = _read(client)
    # A server does not mask its frames, so their text stands among what was received.
    if b'"sys_' in received:
        return Admission("answered", f"The replier sent {received!r}.", marker)
    return Admission("refused" if has_ended else "neither", f"The replier sent {received!r}.", marker)


def _request(host: str, path: str, credential: str, platform: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"x-apikey: {credential}",
        f"x-platform: {platform}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _read(client: socket.socket) -> tuple[bytes, bool]:
    """Return what came, and whether the server has closed."""
    received = b""
    try:
        while part := client.recv(65536):
            received += part
    except TimeoutError:
        return received, False
    except ConnectionError:
        pass  # closed with our frame unread
    return received, True
