"""Frames that a proper client does not send, by the words that features call them."""

import copy
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ProperFrame = dict[str, Any]
# A text or bytes to be sent as they are, or a frame.
OddFrame = str | bytes | dict[str, Any]

Change = Callable[[ProperFrame], OddFrame]

_INFO = ("payload", "message_info")
_HOUR = 3600
_NOTHING = object()


def _with(frame: ProperFrame, path: Sequence[str], value: Any) -> ProperFrame:
    """Return a copy of the frame with another value at the path; without any when it is _NOTHING."""
    changed = copy.deepcopy(frame)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    if value is _NOTHING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed


def _put(value: Any, *path: str) -> Change:
    return lambda frame: _with(frame, path, value)


def _drop(*path: str) -> Change:
    return _put(_NOTHING, *path)


def _of_now_and(seconds: float) -> Change:
    return lambda frame: _with(frame, (*_INFO, "time"), time.time() + seconds)


def _nested(frame: ProperFrame) -> OddFrame:
    """A message whose segments are lists in lists, deeper than any reader goes."""
    depth = 5000
    segment = json.dumps(frame["payload"]["message_segment"], ensure_ascii=False)
    nested = '{"type":"seglist","data":[' * depth + segment + "]}" * depth
    changed = _with(frame, ("payload", "message_segment"), "SEGMENT")
    return json.dumps(changed, ensure_ascii=False).replace('"SEGMENT"', nested)


ODD_FRAMES: Mapping[str, Change] = {
    "an empty text": lambda _: "",
    "half a frame": lambda frame: json.dumps(frame, ensure_ascii=False)[:-20],
    "a list in place of a frame": lambda frame: json.dumps([frame], ensure_ascii=False),
    "an empty object": lambda _: "{}",
    "a lone null": lambda _: "null",
    "binary data": lambda _: b"\x00\xff\xfe" * 100,
    "brackets nested 100,000 deep": lambda _: "[" * 100_000,
    "an unknown type": _put("sys_unheard_of", "type"),
    "no type": _drop("type"),
    "an id that is no text": _put(["a list"], "msg_id"),
    "no payload": _drop("payload"),
    "no message_info": _drop(*_INFO),
    "no sender_info": _drop(*_INFO, "sender_info"),
    "no user_info": _drop(*_INFO, "sender_info", "user_info"),
    "no message_segment": _drop("payload", "message_segment"),
    "no message_dim": _drop("payload", "message_dim"),
    "a text as payload": _put("a text", "payload"),
    "a list as message_info": _put(["a list"], *_INFO),
    "a list as sender_info": _put(["a list"], *_INFO, "sender_info"),
    "an object as person id": _put({"an": "object"}, *_INFO, "sender_info", "user_info", "user_id"),
    "a list as message id": _put(["a list"], *_INFO, "message_id"),
    "a text as time": _put("now", *_INFO, "time"),
    # JSON knows no such number, but readers of it do.
    "an endless number as time": _put(float("inf"), *_INFO, "time"),
    "an object as text": _put({"an": "object"}, "payload", "message_segment", "data"),
    "a number as message_segment": _put(7, "payload", "message_segment"),
    "a list as message_dim": _put(["a list"], "payload", "message_dim"),
    "segments nested 5,000 deep": _nested,
    "a message of an hour ago": _of_now_and(-_HOUR),
    "a message of an hour ahead": _of_now_and(_HOUR),
    "a message of 1970": _put(0.0, *_INFO, "time"),
    # As a text, for not even an acknowledgement is expected.
    "an acknowledgement": lambda frame: json.dumps(
        {**frame, "type": "sys_ack", "meta": {"acked_msg_id": "msg_0"}, "payload": {"status": "received"}}
    ),
}

# The fields of a frame that name whose agent is talked to.
_NAMING_FIELDS: Mapping[str, Sequence[str]] = {
    "the message's dimensions": ("payload", "message_dim", "api_key"),
    "the sender of the frame": ("meta", "sender_user"),
}


def said_by(user_id: str) -> Change:
    """Let somebody else be the sender."""
    return _put(user_id, *_INFO, "sender_info", "user_info", "user_id")


def for_platform(platform: str) -> Change:
    """Let the message be for another platform than the connection's."""

    def change(frame: ProperFrame) -> OddFrame:
        return _with(_with(frame, (*_INFO, "platform"), platform), ("payload", "message_dim", "platform"), platform)

    return change


def naming(credential: str, field: str) -> Change:
    """Let a field, by the words that features call it, name somebody else's agent."""
    return _put(credential, *_NAMING_FIELDS[field])
