"""Frames that name another tenant, in each field that can name one."""

from collections.abc import Callable, Mapping
from typing import Any

from support.chat.connection import NoFrame
from support.chat.envelope import new_message_id, standard_frame, text_message
from support.chat.marker import new_marker
from support.configurator import Agent, Tenant
from support.isolation.grounds import Attempt, Grounds, Outcome, at_channel, outcome
from support.isolation.meeting import meet

# A platform on which the intruder has no part in what is said: it is connected on another one.
_PLATFORM = "qq"

# What a frame says instead of what it should, made of the tenant, its agent and its credential.
Naming = Callable[[Tenant, Agent, str], Mapping[str, Any]]


def _in_info(**fields: Any) -> Mapping[str, Any]:
    return {"payload": {"message_info": fields}}


NAMED: Mapping[str, Naming] = {
    "the message's dimensions": lambda _, __, credential: {"payload": {"message_dim": {"api_key": credential}}},
    "the sender of the frame": lambda _, __, credential: {"meta": {"sender_user": credential}},
    "the target of the frame": lambda _, __, credential: {"meta": {"target_user": credential}},
    "the sender of the message": lambda tenant, _, __: _in_info(
        sender_info={"user_info": {"user_id": tenant.user_id or tenant.tenant_id, "user_nickname": tenant.tenant_id}}
    ),
    "the receiver of the message": lambda tenant, agent, _: _in_info(
        receiver_info={
            "user_info": {"platform": "test", "user_id": agent.agent_id, "user_nickname": agent.name},
            "group_info": {"platform": "test", "group_id": tenant.tenant_id, "group_name": tenant.tenant_name},
        }
    ),
    "its platform": lambda _, __, ___: {
        "meta": {"platform": _PLATFORM},
        "payload": {"message_info": {"platform": _PLATFORM}, "message_dim": {"platform": _PLATFORM}},
    },
}


def naming(what: str) -> Attempt:
    """Return the attempt to be heard by the other's agent through a frame that names the other there."""
    platform = _PLATFORM if what == "its platform" else "test"

    def make(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
        marker, agent = new_marker(), owner.agents[0]
        with meet(grounds) as meeting:
            listening = meeting.listen(owner, platform)
            sending = listening if actor is owner else meeting.connect(actor)
            sending.finish_reading()
            message = text_message(sending.credential, meeting.speaker_on(sending), f"你好 {marker}", new_message_id())
            frame = standard_frame(message, new_message_id())
            sending.send_frame(_with(frame, NAMED[what](owner, agent, grounds.credential(owner, agent))))
            # Barriers: with these answers, whatever came of the frame has come.
            try:
                meeting.ask(actor, sending)
            except NoFrame:
                # Ending the connection is a refusal as well.
                if not sending.closed:
                    raise
            if actor is not owner:
                meeting.ask(owner, listening)
        is_received = any(marker in reply.markers for reply in listening.pending)
        return outcome(is_received or _is_heard(grounds, marker, actor, owner))

    return at_channel(f"naming the other as {what}", make)


def _is_heard(grounds: Grounds, marker: str, actor: Tenant, owner: Tenant) -> bool:
    """Whether the message has come to the owner's agent: into one of its prompts or among the owner's rows."""
    own, others = actor.agents[0].persona, owner.agents[0].persona
    prompts = [prompt for prompt in grounds.prompts(marker) if others in prompt and others != own]
    return bool(prompts) or grounds.rows.hold(owner.tenant_id, marker)


def _with(frame: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return the frame with the fields of the change in it, those of their fields that are not named as they were."""
    merged = dict(frame)
    for name, value in change.items():
        before = merged.get(name)
        merged[name] = _with(before, value) if isinstance(before, dict) and isinstance(value, Mapping) else value
    return merged
