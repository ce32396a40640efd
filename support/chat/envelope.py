"""The frames of the wire, made and read with maim_message's own classes (contract: reply-backend, Frames)."""

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from maim_message.message import (
    APIMessageBase,
    BaseMessageInfo,
    GroupInfo,
    MessageDim,
    Seg,
    SenderInfo,
    UserInfo,
)

from support.chat.marker import markers_in
from support.masking import mask


@dataclass(frozen=True)
class Speaker:
    """A person on a platform who writes to an agent: in a group, or in private when there is no group."""

    platform: str
    user_id: str
    nickname: str
    group_id: str | None = None

    @property
    def group_name(self) -> str | None:
        """What the group is called."""
        return f"群{self.group_id}" if self.group_id else None


@dataclass(frozen=True)
class Frame:
    """A frame that the replier sent. Texts of a segment list are joined; received_at is of time.perf_counter."""

    kind: Literal["ack", "reply", "other"]
    raw: str
    received_at: float
    acked: str | None = None
    message_id: str | None = None
    text: str = ""
    user_id: str | None = None
    group_id: str | None = None

    @property
    def markers(self) -> set[str]:
        """The markers in the text."""
        return markers_in(self.text)

    def __str__(self) -> str:
        return f"{self.kind} {mask(self.text or self.acked or self.raw)[:200]!r}"


def new_message_id() -> str:
    """Return an id as clients of the library make them."""
    return f"msg_{uuid.uuid4().hex}"


def text_message(credential: str, speaker: Speaker, text: str, message_id: str) -> APIMessageBase:
    """Return a text message of now that the agent must answer: in a group it addresses the agent."""
    return user_message(credential, speaker, Seg(type="text", data=text), message_id)


def user_message(
    credential: str, speaker: Speaker, segment: Seg, message_id: str, *, at_bot: bool = True
) -> APIMessageBase:
    """Return a message of now; `at_bot` is how a platform says that a message in a group addresses the agent."""
    user = UserInfo(platform=speaker.platform, user_id=speaker.user_id, user_nickname=speaker.nickname)
    group = speaker.group_id and GroupInfo(
        platform=speaker.platform, group_id=speaker.group_id, group_name=speaker.group_name
    )
    return APIMessageBase(
        message_info=BaseMessageInfo(
            platform=speaker.platform,
            message_id=message_id,
            time=time.time(),
            sender_info=SenderInfo(user_info=user, group_info=group or None),
            additional_config={"at_bot": True} if group and at_bot else None,
        ),
        message_segment=segment,
        message_dim=MessageDim(api_key=credential, platform=speaker.platform),
    )


def place_of(message: APIMessageBase) -> str:
    """Return where a message is written: the id of a group, or of the person who writes in private."""
    sender = message.message_info.sender_info
    if sender and sender.group_info:
        return str(sender.group_info.group_id)
    return str(sender.user_info.user_id) if sender and sender.user_info else ""


def standard_frame(message: APIMessageBase, msg_id: str) -> dict[str, Any]:
    """Wrap a message for the wire."""
    return {
        "ver": 1,
        "msg_id": msg_id,
        "type": "sys_std",
        "meta": {
            "sender_user": message.message_dim.api_key,
            "platform": message.message_info.platform,
            "timestamp": message.message_info.time,
        },
        "payload": message.to_dict(),
    }


def read_frame(raw: str, received_at: float) -> Frame:
    """Read what the replier sent; whatever is no acknowledgement and no reply is "other"."""
    try:
        frame = json.loads(raw)
        if frame.get("type") == "sys_ack":
            return Frame("ack", raw, received_at, acked=frame["meta"]["acked_msg_id"])
        if frame.get("type") == "sys_std":
            return _read_reply(APIMessageBase.from_dict(frame["payload"]), raw, received_at)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # kept as it came: an unreadable frame is a frame that nobody expects
    return Frame("other", raw, received_at)


def _read_reply(message: APIMessageBase, raw: str, received_at: float) -> Frame:
    # A replier may name the person it answers as the receiver, or as the sender whom it quotes.
    parties = [message.message_info.receiver_info, message.message_info.sender_info]
    groups = [party.group_info.group_id for party in parties if party and party.group_info]
    users = [party.user_info.user_id for party in parties if party and party.user_info]
    return Frame(
        "reply",
        raw,
        received_at,
        message_id=message.message_info.message_id,
        text=text_of(message.message_segment),
        user_id=users[0] if users else None,
        group_id=groups[0] if groups else None,
    )


def text_of(segment: Seg) -> str:
    """Return the texts of a segment, joined."""
    if segment.type == "seglist":
        return "".join(text_of(part) for part in segment.data if isinstance(part, Seg))
    return str(segment.data) if segment.type == "text" else ""
