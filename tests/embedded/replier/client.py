"""A client of the wire: frames by hand over websocket-client, so that they can be wrong on purpose."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import websocket

from tests.embedded.process import SECONDS

Frame = dict[str, Any]


def new_marker() -> str:
    return f"mk-{uuid.uuid4().hex[:16]}"


def text_of(reply: Frame) -> str:
    text: str = reply["payload"]["message_segment"]["data"]
    return text


class Client:
    """One connection."""

    def __init__(
        self,
        port: int,
        credential: str,
        platform: str = "test",
        connection_id: str = "",
        query: str = "",
        path: str = "/ws",
        sockopt: Any = None,
    ) -> None:
        self.credential = credential
        self.platform = platform
        self._socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}{path}{query}",
            timeout=SECONDS,
            header={"x-apikey": credential, "x-platform": platform, "x-uuid": connection_id or str(uuid.uuid4())},
            # In Python it costs more than all else; the JSON parser checks, too.
            skip_utf8_validation=True,
            sockopt=sockopt,
        )

    def frame(self, text: str, user: str = "u1", group: str | None = None) -> Frame:
        """Return a correct frame, to be sent or to be spoilt."""
        sender: Frame = {"user_info": {"platform": self.platform, "user_id": user, "user_nickname": f"昵称{user}"}}
        if group:
            sender["group_info"] = {"platform": self.platform, "group_id": group, "group_name": f"群{group}"}
        return {
            "ver": 1,
            "msg_id": f"msg_{uuid.uuid4().hex}",
            "type": "sys_std",
            "meta": {"sender_user": self.credential, "platform": self.platform, "timestamp": time.time()},
            "payload": {
                "message_info": {
                    "platform": self.platform,
                    "message_id": uuid.uuid4().hex,
                    "time": time.time(),
                    "sender_info": sender,
                },
                "message_segment": {"type": "text", "data": text},
                "message_dim": {"api_key": self.credential, "platform": self.platform},
            },
        }

    def send(self, frame: Frame) -> Frame:
        self._socket.send(json.dumps(frame))
        return frame

    def send_raw(self, content: str | bytes) -> None:
        if isinstance(content, bytes):
            self._socket.send_binary(content)
        else:
            self._socket.send(content)

    def receive(self) -> Frame:
        """Return the next frame; a close is an error."""
        opcode, content = self._socket.recv_data()
        assert opcode == websocket.ABNF.OPCODE_TEXT, f"a close or a binary frame came: {content!r}"
        frame: Frame = json.loads(content)
        return frame

    def receive_until(self, holds: Callable[[Frame], bool]) -> list[Frame]:
        """Return all frames up to the first one of which this holds."""
        frames = [self.receive()]
        while not holds(frames[-1]):
            frames.append(self.receive())
        return frames

    def say(self, text: str, user: str = "u1", group: str | None = None) -> Frame:
        """Send a text and return its reply, which is the next one."""
        self.send(self.frame(text, user, group))
        return self.receive_until(lambda frame: frame["type"] == "sys_std")[-1]

    def replies_before_barrier(self) -> list[str]:
        """Return the texts of the replies that come before the reply to a message that is sent now."""
        marker = new_marker()
        self.send(self.frame(marker, user="barrier"))
        frames = self.receive_until(lambda frame: frame["type"] == "sys_std" and marker in text_of(frame))
        return [text_of(frame) for frame in frames if frame["type"] == "sys_std"][:-1]

    def close_code(self) -> int:
        """Read until the server closes and return the code."""
        while True:
            opcode, content = self._socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(content[:2], "big")

    def close(self) -> None:
        self._socket.close()
