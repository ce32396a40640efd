"""The rows that a message and its reply leave behind."""

import hashlib
import json
import time
from typing import Any

from embedded.replier.admission import CurrentAgent, Identity
from embedded.replier.envelope import UserMessage
from embedded.replier.model_client import Completion
from embedded.tables import (
    ActionRecord,
    ChatStream,
    GroupInfo,
    LlmUsage,
    Message,
    PersonInfo,
    Table,
    utc_now,
)

# What a token of a question or an answer costs.
PRICE = 0.000002

Row = dict[str, Any]
Rows = list[tuple[type[Table], Row]]


def stream_id(identity: Identity, message: UserMessage) -> str:
    """Return the id of the chat stream: the group's, or the user's private chat, with this agent on this platform."""
    where = ["group", message.group.group_id] if message.group else ["user", message.user.user_id]
    return _digest(*identity, message.platform, *where)


def of_message(identity: Identity, stream: str, message: UserMessage) -> Rows:
    """Return what a user's message leaves: itself, its stream, its sender and its group."""
    now = time.time()
    owner = {**identity._asdict(), "platform": message.platform}
    user, group = message.user, message.group
    rows: Rows = [
        (
            Message,
            {
                **_message_row(identity, stream, message),
                "message_id": message.message_id,
                "time": message.time,
                "reply_to": message.quoted_message_id,
                "user_platform": user.platform,
                "user_id": user.user_id,
                "user_nickname": user.user_nickname,
                "processed_plain_text": message.text,
                "additional_config": message.additional_config,
            },
        ),
        (
            ChatStream,
            {
                **owner,
                "chat_stream_id": stream,
                "stream_id": stream,
                "create_time": now,
                "last_active_time": now,
                "group_platform": group.platform if group else None,
                "group_id": group.group_id if group else None,
                "group_name": group.group_name if group else None,
                "user_platform": user.platform,
                "user_id": user.user_id,
                "user_nickname": user.user_nickname,
            },
        ),
        (
            PersonInfo,
            {
                **owner,
                "person_id": _digest("person", *identity, message.platform, user.user_id),
                "is_known": True,
                "person_name": user.user_nickname,
                "user_id": user.user_id,
                "nickname": user.user_nickname,
                "know_times": 1,
                "know_since": now,
                "last_know": now,
            },
        ),
    ]
    if group:
        details = {"group_id": group.group_id, "group_name": group.group_name, "create_time": now, "last_active": now}
        rows.append((GroupInfo, {**owner, **details}))
    return rows


def of_reply(agent: CurrentAgent, stream: str, message: UserMessage, reply_id: str, completion: Completion) -> Rows:
    """Return what an answer leaves: the reply, the model's usage, the action that was done."""
    reply = {
        **_message_row(agent.identity, stream, message),
        "message_id": reply_id,
        "time": time.time(),
        "reply_to": message.message_id,
        "user_platform": message.platform,
        "user_id": agent.agent_id,
        "user_nickname": agent.name,
        "processed_plain_text": completion.text,
        "additional_config": None,
    }
    return [(Message, reply), *_attempt(agent.identity, stream, message, completion, done=True)]


def of_failure(identity: Identity, stream: str, message: UserMessage, completion: Completion) -> Rows:
    """Return what a question that the model did not answer leaves: a failed usage, an action that was not done."""
    return _attempt(identity, stream, message, completion, done=False)


def _attempt(identity: Identity, stream: str, message: UserMessage, completion: Completion, done: bool) -> Rows:
    total_tokens = completion.prompt_tokens + completion.completion_tokens
    usage = {
        **identity._asdict(),
        "platform": message.platform,
        "model_name": completion.model,
        "user_id": message.user.user_id,
        "request_type": "reply",
        "endpoint": "/chat/completions",
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "total_tokens": total_tokens,
        "cost": total_tokens * PRICE,
        "time_cost": completion.seconds,
        "status": "success" if done else "failed",
        "timestamp": utc_now(),
    }
    action = {
        **identity._asdict(),
        "chat_stream_id": stream,
        "action_id": _digest("action", stream, message.message_id, str(time.time_ns())),
        "time": time.time(),
        "action_name": "reply",
        "action_reasoning": _reason(message),
        "action_data": json.dumps({"target_message_id": message.message_id}),
        "action_done": done,
        "chat_info_stream_id": stream,
        "chat_info_platform": message.platform,
    }
    return [(LlmUsage, usage), (ActionRecord, action)]


def _reason(message: UserMessage) -> str:
    if message.group is None:
        return "private chat"
    return "mentioned in the group" if message.mentioned else "message in the group"


def _message_row(identity: Identity, stream: str, message: UserMessage) -> Row:
    return {
        **identity._asdict(),
        "platform": message.platform,
        "chat_stream_id": stream,
        "chat_info_stream_id": stream,
        "chat_info_platform": message.platform,
        "chat_info_user_id": message.user.user_id,
        "chat_info_group_id": message.group.group_id if message.group else None,
    }


def _digest(*parts: str) -> str:
    # A JSON list, so that no choice of parts runs into another one.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
