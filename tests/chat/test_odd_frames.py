"""Each odd frame differs from a proper one in what its name says, and in nothing else."""

import copy
import json
import time
from typing import Any

import pytest

from support.chat.envelope import Speaker, standard_frame, text_message
from support.chat.odd_frames import ODD_FRAMES, for_platform, naming, said_by

MISSING = "missing"


def proper_frame() -> dict[str, Any]:
    return standard_frame(
        text_message("key:agent", Speaker("qq", "user-1", "小明", "group-1"), "你好", "msg_1"), "msg_2"
    )


def differences(before: object, after: object, path: str = "") -> dict[str, object]:
    """What is other, by its path."""
    if before == after:
        return {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return {path: after}
    found: dict[str, object] = {}
    for name in [*before, *(name for name in after if name not in before)]:
        found |= differences(before.get(name, MISSING), after.get(name, MISSING), f"{path}.{name}".lstrip("."))
    return found


def changes_of(name: str) -> dict[str, object]:
    frame = proper_frame()
    odd = ODD_FRAMES[name](copy.deepcopy(frame))
    assert isinstance(odd, dict)
    return differences(frame, odd)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("an unknown type", "type", "sys_unheard_of"),
        ("no type", "type", MISSING),
        ("an id that is no text", "msg_id", ["a list"]),
        ("no payload", "payload", MISSING),
        ("no message_info", "payload.message_info", MISSING),
        ("no sender_info", "payload.message_info.sender_info", MISSING),
        ("no user_info", "payload.message_info.sender_info.user_info", MISSING),
        ("no message_segment", "payload.message_segment", MISSING),
        ("no message_dim", "payload.message_dim", MISSING),
        ("a text as time", "payload.message_info.time", "now"),
        ("an endless number as time", "payload.message_info.time", float("inf")),
        ("a message of 1970", "payload.message_info.time", 0.0),
        ("an object as person id", "payload.message_info.sender_info.user_info.user_id", {"an": "object"}),
        ("an object as text", "payload.message_segment.data", {"an": "object"}),
    ],
)
def test_a_field_is_missing_or_of_another_kind_and_the_rest_is_proper(name: str, path: str, value: object) -> None:
    assert changes_of(name) == {path: value}


@pytest.mark.parametrize(
    ("name", "seconds"), [("a message of an hour ago", -3600), ("a message of an hour ahead", 3600)]
)
def test_a_message_of_another_time_is_an_hour_away(name: str, seconds: float) -> None:
    earliest = time.time()
    ((path, value),) = changes_of(name).items()
    assert path == "payload.message_info.time"
    assert isinstance(value, float)
    assert earliest <= value - seconds <= time.time()


def test_the_proper_frame_stays_as_it_was() -> None:
    frame = proper_frame()
    before = copy.deepcopy(frame)
    for change in ODD_FRAMES.values():
        change(frame)
    assert frame == before


def test_nested_segments_are_a_proper_frame_but_for_their_depth() -> None:
    frame = proper_frame()
    odd = ODD_FRAMES["segments nested 5,000 deep"](frame)
    assert isinstance(odd, str)
    opening, closing = '{"type":"seglist","data":[', "]}"
    assert (odd.count(opening), odd.count(closing)) == (5000, 5000)
    innermost = odd.replace(opening, "").replace(closing * 5000, "")
    assert json.loads(innermost) == frame
    assert "小明" in odd
    assert "你好" in odd


def test_a_frame_may_name_somebody_else_s_agent_in_one_field() -> None:
    frame = proper_frame()
    assert differences(frame, naming("other", "the message's dimensions")(frame)) == {
        "payload.message_dim.api_key": "other"
    }
    assert differences(frame, naming("other", "the sender of the frame")(frame)) == {"meta.sender_user": "other"}


def test_a_frame_may_be_somebody_else_s_or_for_another_platform() -> None:
    frame = proper_frame()
    assert differences(frame, said_by("user-2")(frame)) == {
        "payload.message_info.sender_info.user_info.user_id": "user-2"
    }
    assert differences(frame, for_platform("discord")(frame)) == {
        "payload.message_info.platform": "discord",
        "payload.message_dim.platform": "discord",
    }
