"""Attempts at the replier: to talk to another tenant's agent, and to overhear what others say to theirs."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from support.chat import Answered, Connection, Refused, try_to_talk
from support.chat.connection import NoFrame
from support.chat.marker import markers_in, new_canary
from support.chat.plan import new_speaker
from support.configurator import Agent, Tenant
from support.isolation.grounds import Attempt, Grounds, Outcome, at_channel, outcome
from support.isolation.meeting import meet
from support.isolation.naming import NAMED, naming


def _talk_to_agent(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return _talk(grounds, actor, owner.agents[0])


def _talk_with_key(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return _talk(grounds, owner, actor.agents[0])


def _talk(grounds: Grounds, tenant: Tenant, agent: Agent) -> Outcome:
    credential = grounds.credential(tenant, agent)
    admission = try_to_talk(grounds.reader, grounds.replier_url, credential, new_speaker("test"), grounds.reply_timeout)
    return "reached" if admission.outcome == "answered" else admission.outcome


def _take_connection_id(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    """Who takes the id of an open connection must neither get its replies nor end it."""
    connection_id = str(uuid.uuid4())
    with meet(grounds) as meeting:
        connection = meeting.listen(owner, connection_id=connection_id)
        if actor is owner:
            return outcome(bool(meeting.ask(owner, connection)))
        try:
            taker = meeting.listen(actor, connection_id=connection_id)
        except Refused:
            taker = None
        try:
            answered = meeting.ask(owner, connection)
        except NoFrame:
            return "reached"
        if taker:
            meeting.ask(actor, taker)
        return outcome(taker is not None and _has_received(taker, _marker(answered)))


@dataclass(frozen=True)
class _Overhearing:
    """The owner's agent was told a secret; then the same person in the same place asked the actor's agent for it."""

    secret: str
    told: Answered
    asked: Answered
    listening: Connection


def _overhear(*, in_private: bool) -> Attempt:
    where = "in private" if in_private else "in a group"
    signs = {f"{what} {where}": sign for what, sign in _SIGNS.items()}

    def make(grounds: Grounds, actor: Tenant, owner: Tenant) -> Mapping[str, Outcome]:
        secret = new_canary()
        with meet(grounds, in_private=in_private) as meeting:
            telling, listening = meeting.connect(owner), meeting.listen(actor)
            told = meeting.ask(owner, telling, f"请记住，我的暗号是 {secret}")
            asked = meeting.ask(actor, listening, "你还记得我的暗号吗")
        heard = _Overhearing(secret, told, asked, listening)
        return {channel: outcome(sign(grounds, actor, heard)) for channel, sign in signs.items()}

    return Attempt(tuple(signs), make)


def _recalls(_grounds: Grounds, _actor: Tenant, heard: _Overhearing) -> bool:
    return heard.secret in heard.asked.reply.text


def _receives(_grounds: Grounds, _actor: Tenant, heard: _Overhearing) -> bool:
    return _has_received(heard.listening, _marker(heard.told))


def _is_prompted(grounds: Grounds, _actor: Tenant, heard: _Overhearing) -> bool:
    return any(heard.secret in prompt for prompt in grounds.prompts(_marker(heard.asked)))


def _is_stored(grounds: Grounds, actor: Tenant, heard: _Overhearing) -> bool:
    return grounds.rows.hold(actor.tenant_id, heard.secret)


def _has_received(connection: Connection, marker: str) -> bool:
    return any(marker in frame.raw for frame in connection.pending)


def _marker(answered: Answered) -> str:
    (marker,) = markers_in(answered.sent.text)
    return marker


# How it shows that the actor has overheard something.
_SIGNS: Mapping[str, Callable[[Grounds, Tenant, _Overhearing], bool]] = {
    "recalling what was told": _recalls,
    "receiving the replies": _receives,
    "being prompted with what was told": _is_prompted,
    "storing what was told": _is_stored,
}

TALKING_TO_AN_AGENT = at_channel("talking to an agent with the own key", _talk_to_agent)

AT_REPLIER = (
    TALKING_TO_AN_AGENT,
    at_channel("talking to the own agent with the other's key", _talk_with_key),
    at_channel("taking the id of a connection", _take_connection_id),
    _overhear(in_private=False),
    _overhear(in_private=True),
    *(naming(what) for what in NAMED),
)
