"""Every ordered pair of tenants x every channel: the owner can, the intruder cannot.

The same attempt is made as the owner (the positive control) and as the intruder. Where the owner does not succeed,
the intruder's failure proves nothing and the cell is inconclusive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from support.chat import Reader, try_to_talk
from support.chat.plan import new_speaker
from support.configurator import Agent, ConfiguratorClient, Tenant


@dataclass(frozen=True)
class Grounds:
    """Where attempts are made. `credential` spells what a tenant presents to talk to an agent."""

    configurator: ConfiguratorClient
    reader: Reader
    replier_url: str
    credential: Callable[[Tenant, Agent], str]
    reply_timeout: float


Outcome = Literal["reached", "refused", "neither"]
# An attempt by a tenant to reach an agent.
Attempt = Callable[[Grounds, Tenant, Agent], Outcome]


@dataclass(frozen=True)
class Cell:
    """The outcome for one pair and channel."""

    intruder: str
    owner: str
    channel: str
    verdict: Literal["held", "broken", "inconclusive"]

    def __str__(self) -> str:
        return f"{self.intruder} -> {self.owner} by {self.channel}: {self.verdict}"


def _read_agent(grounds: Grounds, actor: Tenant, agent: Agent) -> Outcome:
    path = f"/api/v1/agents/{agent.agent_id}"
    return _outcome(grounds.configurator.request("GET", path, token=actor.access_token).ok)


def _list_agents(grounds: Grounds, actor: Tenant, agent: Agent) -> Outcome:
    answer = grounds.configurator.request("GET", "/api/v1/agents/", token=actor.access_token)
    return _outcome(answer.ok and agent.agent_id in answer.text)


def _change_agent(grounds: Grounds, actor: Tenant, agent: Agent) -> Outcome:
    path, body = f"/api/v1/agents/{agent.agent_id}", {"name": agent.name}
    return _outcome(grounds.configurator.request("PUT", path, token=actor.access_token, json=body).ok)


def _outcome(reached: bool) -> Outcome:
    return "reached" if reached else "refused"


def _talk_to_agent(grounds: Grounds, actor: Tenant, agent: Agent) -> Outcome:
    credential = grounds.credential(actor, agent)
    admission = try_to_talk(grounds.reader, grounds.replier_url, credential, new_speaker("test"), grounds.reply_timeout)
    return "reached" if admission.outcome == "answered" else admission.outcome


CHANNELS: Mapping[str, Attempt] = {
    "reading an agent": _read_agent,
    "listing agents": _list_agents,
    "changing an agent": _change_agent,
    "talking to an agent": _talk_to_agent,
}


def try_channels(grounds: Grounds, pairs: Iterable[tuple[Tenant, Tenant]]) -> Sequence[Cell]:
    """Make every attempt for each pair (intruder, owner), on the owner's first agent."""
    controls: dict[tuple[str, str], bool] = {}

    def owner_can(owner: Tenant, channel: str) -> bool:
        key = (owner.tenant_id, channel)
        if key not in controls:
            controls[key] = CHANNELS[channel](grounds, owner, owner.agents[0]) == "reached"
        return controls[key]

    def cell(intruder: Tenant, owner: Tenant, channel: str) -> Cell:
        if not owner_can(owner, channel):
            return Cell(intruder.username, owner.username, channel, "inconclusive")
        outcome = CHANNELS[channel](grounds, intruder, owner.agents[0])
        return Cell(intruder.username, owner.username, channel, "held" if outcome == "refused" else "broken")

    return [cell(intruder, owner, channel) for intruder, owner in pairs for channel in CHANNELS]
