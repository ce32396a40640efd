"""Who may talk to which agent: the credential `<the tenant's API key>:<agent_id>`, looked up in the database."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from embedded.replier.batches import Batches
from embedded.replier.texts import is_storable
from embedded.tables import Agent, TenantUser

_AGENTS = (
    select(Agent.tenant_id, Agent.agent_id, Agent.name, Agent.persona, TenantUser.api_key)
    .join(TenantUser, TenantUser.tenant_id == Agent.tenant_id)
    .where(TenantUser.status == "active")
)
# Whoever removes an agent waits until rows that refer to it are written, or they are not written at all.
_AGENTS_HELD = _AGENTS.with_for_update(read=True, key_share=True, of=Agent)


class Identity(NamedTuple):
    """Whom a connection talks to: one tenant's agent."""

    tenant_id: str
    agent_id: str


@dataclass(frozen=True)
class Credential:
    """What a connection shows: the API key of a tenant and the id of one of its agents."""

    text: str = field(repr=False)
    api_key: str = field(repr=False)
    agent_id: str

    @classmethod
    def parse(cls, text: str) -> "Credential | None":
        """Read `<API key>:<agent_id>`; None when it is not written like that."""
        api_key, _, agent_id = text.rpartition(":")
        if not api_key or not agent_id or not is_storable(text):
            return None
        return cls(text, api_key, agent_id)


@dataclass(frozen=True)
class CurrentAgent:
    """An agent of an active tenant as it is in the database now."""

    tenant_id: str
    agent_id: str
    name: str
    persona: str
    api_key: str = field(repr=False)

    @property
    def identity(self) -> Identity:
        """The ids of the tenant and the agent."""
        return Identity(self.tenant_id, self.agent_id)

    def admits(self, credential: Credential) -> bool:
        """Whether the credential is this agent's, to the letter."""
        same_key = hmac.compare_digest(self.api_key.encode(), credential.api_key.encode())
        return same_key and self.agent_id == credential.agent_id


def find_agents(
    connection: Connection, credentials: Sequence[Credential], hold: bool = False
) -> list[CurrentAgent | None]:
    """Return for each credential the agent that it is for, None when it is not or no longer valid.

    `hold` keeps the agents from being removed until the transaction ends.
    """
    agent_ids = {credential.agent_id for credential in credentials}
    query = (_AGENTS_HELD if hold else _AGENTS).where(Agent.agent_id.in_(sorted(agent_ids)))
    agents = {row.agent_id: CurrentAgent(*row) for row in connection.execute(query)}
    found = [agents.get(credential.agent_id) for credential in credentials]
    return [
        agent if agent and agent.admits(credential) else None
        for agent, credential in zip(found, credentials, strict=True)
    ]


class Admission:
    """Asks the database, in one query for all who ask at the same time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lookups = Batches[Credential, CurrentAgent | None]("admission", self._look_up)

    async def admit(self, credential: Credential) -> CurrentAgent | None:
        """Return the agent that the credential is for; None when it is not or no longer valid.

        Raises WorkError when the database does not answer.
        """
        return await self._lookups.ask(credential)

    async def close(self, seconds: float) -> None:
        """End the look-ups."""
        await self._lookups.close(seconds)

    def _look_up(self, credentials: Sequence[Credential]) -> list[CurrentAgent | None]:
        with self._engine.connect() as connection:
            return find_agents(connection, credentials)
