"""What is going to be said: for each agent of each tenant, a conversation on the theme of its template."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from support.chat.envelope import Speaker
from support.configurator.records import Agent, Tenant
from support.themes import Writer, topics_for


@dataclass(frozen=True)
class Plan:
    """A conversation to be held: who speaks to which agent about what.

    The topics are what is said, one after the other; a writer writes as many messages on them as a theme instead.
    """

    tenant: Tenant
    agent: Agent
    speaker: Speaker
    topics: Sequence[str]
    credential: str = field(repr=False)
    writer: Writer | None = None
    # What the first message says after its topic.
    entrusts: str = ""

    @property
    def title(self) -> str:
        """How reports name this conversation."""
        return f"{self.tenant.username} with {self.agent.name} on {self.speaker.platform}"


def plan_conversations(
    tenants: Sequence[Tenant],
    credential: Callable[[Tenant, Agent], str],
    messages: tuple[int, int],
    platform: str = "test",
    writer: Writer | None = None,
) -> list[Plan]:
    """Plan a conversation with each agent of each tenant, of `messages` (fewest, most) topics, in turn."""
    fewest, most = messages
    everyone = [(tenant, agent) for tenant in tenants for agent in tenant.agents]
    return [
        Plan(
            tenant=tenant,
            agent=agent,
            speaker=new_speaker(platform),
            topics=topics_for(agent.template_id, fewest + number % (most - fewest + 1), offset=number),
            credential=credential(tenant, agent),
            writer=writer,
        )
        for number, (tenant, agent) in enumerate(everyone)
    ]


def new_speaker(platform: str) -> Speaker:
    """Return a person whom no agent has met, in a group of their own."""
    name = uuid.uuid4().hex[:12]
    return Speaker(platform, user_id=f"user-{name}", nickname=f"访客{name[:4]}", group_id=f"group-{name}")
