"""Frames on the wire: what a client sends, and the acknowledgement and the reply that it gets."""

import itertools
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from maim_message.message import (
    APIMessageBase,
    BaseMessageInfo,
    GroupInfo,
    MessageDim,
    ReceiverInfo,
    Seg,
    SenderInfo,
    UserInfo,
)

from embedded.replier.admission import CurrentAgent
from embedded.replier.texts import storable

LONGEST_IDENTIFIER = 255


class FrameError(ValueError):
    """A frame that cannot be understood or must not be followed; the text says why and holds no content of it."""


@dataclass(frozen=True)
class Frame:
    """A frame's envelope."""

    msg_id: str
    type: str
    payload: Any


@dataclass(frozen=True)
class UserMessage:
    """What a user said to an agent. Texts hold nothing that a database refuses."""

    api_key: str = field(repr=False)
    platform: str
    message_id: str
    time: float
    user: UserInfo
    group: GroupInfo | None
    text: str
    mentioned: bool
    quoted_message_id: str | None
    additional_config: dict[str, Any] | None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _read_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


_decode: Callable[[str], Any] = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_read_float).decode


def read_frame(text: str) -> Frame:
    """Read a frame's envelope; raise FrameError when it is none."""
    try:
        frame = _decode(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("no JSON") from error
    if not isinstance(frame, dict):
        raise FrameError("no JSON object")
    msg_id, kind = frame.get("msg_id"), frame.get("type")
    if not isinstance(msg_id, str) or not 0 < len(msg_id) <= LONGEST_IDENTIFIER or not isinstance(kind, str):
        raise FrameError(f"no msg_id of 1..{LONGEST_IDENTIFIER} characters or no type")
    return Frame(msg_id, kind, frame.get("payload"))


def read_message(payload: Any) -> UserMessage:
    """Read a sys_std frame's payload; raise FrameError when something is missing or of the wrong kind."""
    try:
        message = APIMessageBase.from_dict(payload)
        info, dim = message.message_info, message.message_dim
        if info.sender_info is None or info.sender_info.user_info is None:
            raise FrameError("no sender_info.user_info")
        if isinstance(info.time, bool) or not isinstance(info.time, int | float):
            raise FrameError("message_info.time is no number")
        if not info.platform == dim.platform == _identifier(dim.platform):
            raise FrameError("message_info.platform and message_dim.platform differ")
        segments = _Segments(message.message_segment)
        return UserMessage(
            api_key=str(dim.api_key),
            platform=dim.platform,
            message_id=_identifier(info.message_id),
            time=float(info.time),
            user=_read_user(info.sender_info.user_info),
            group=_read_group(info.sender_info.group_info),
            text=storable(segments.text),
            mentioned=segments.mentioned or bool((info.additional_config or {}).get("at_bot")),
            quoted_message_id=segments.quoted_message_id,
            additional_config=info.additional_config,
        )
    except FrameError:
        raise
    # The message classes check presence, not types, so anything can happen inside them.
    except (TypeError, AttributeError, KeyError, ValueError, OverflowError, RecursionError) as error:
        raise FrameError(f"{type(error).__name__} while reading the payload") from error


def _read_user(user: UserInfo) -> UserInfo:
    return UserInfo(_identifier(user.platform), _identifier(user.user_id), storable(user.user_nickname or ""))


def _read_group(group: GroupInfo | None) -> GroupInfo | None:
    if group is None:
        return None
    return GroupInfo(_identifier(group.platform), _identifier(group.group_id), storable(group.group_name or ""))


def _identifier(value: object) -> str:
    """Return an id as text: some platforms number their users. Longer ones would not fit a database's index."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FrameError("an id is no text")
    if not 0 < len(text := storable(str(value))) <= LONGEST_IDENTIFIER:
        raise FrameError(f"an id has not 1..{LONGEST_IDENTIFIER} characters")
    return text


class _Segments:
    """A message's segments, flattened: text as it is, a picture as [image], and who or what is meant."""

    def __init__(self, segment: Seg) -> None:
        self.mentioned = False
        self.quoted_message_id: str | None = None
        self.text = self._read(segment)

    def _read(self, segment: Seg) -> str:
        if segment.type == "text":
            if not isinstance(segment.data, str):
                raise FrameError("a text segment holds no text")
            return segment.data
        if segment.type == "seglist":
            return "".join(self._read(part) for part in segment.data if isinstance(part, Seg))
        if segment.type == "mention_bot":
            self.mentioned = True
            return ""
        if segment.type == "reply":
            self.quoted_message_id = _identifier(segment.data)
            return ""
        return f"[{_identifier(segment.type)}]"


# Milliseconds since the epoch as v1 names its messages, but counted on, so that no two are the same. Not uuid4, whose
# system call lets another thread take the interpreter each time.
_numbers = itertools.count(int(time.time() * 1000))


def acknowledgement(msg_id: str, connection_id: str) -> str:
    """Return the frame that says: the bytes of this frame have arrived."""
    now = time.time()
    return json.dumps(
        {
            "ver": 1,
            "msg_id": f"ack_{next(_numbers)}",
            "type": "sys_ack",
            "meta": {"uuid": connection_id, "acked_msg_id": msg_id, "timestamp": now},
            "payload": {"status": "received", "server_timestamp": now},
        }
    )


def new_reply_id() -> str:
    """Return the message_id of a reply."""
    return f"send_api_{next(_numbers)}"


def reply_frame(message_id: str, agent: CurrentAgent, message: UserMessage, text: str) -> str:
    """Return the frame with the agent's reply to a message. It names the user and group that it is for."""
    now = time.time()
    payload = APIMessageBase(
        message_info=BaseMessageInfo(
            platform=message.platform,
            message_id=message_id,
            time=now,
            sender_info=SenderInfo(message.group, UserInfo(message.platform, agent.agent_id, agent.name)),
            receiver_info=ReceiverInfo(message.group, message.user),
        ),
        message_segment=Seg("text", text),
        message_dim=MessageDim(message.api_key, message.platform),
    )
    return json.dumps(
        {
            "ver": 1,
            "msg_id": f"msg_{next(_numbers)}",
            "type": "sys_std",
            "meta": {
                "sender_user": "server",
                "target_user": f"{agent.tenant_id}:{agent.agent_id}",
                "platform": message.platform,
                "timestamp": now,
            },
            "payload": payload.to_dict(),
        },
        ensure_ascii=False,
    )
