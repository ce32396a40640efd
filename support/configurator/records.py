"""What the suite knows of tenants, agents and templates."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Template:
    """What an agent can be made from."""

    template_id: str
    name: str
    category: str
    persona: str


@dataclass(frozen=True)
class Agent:
    """One tenant's agent."""

    agent_id: str
    tenant_id: str
    name: str
    template_id: str | None
    persona: str = field(repr=False)


@dataclass
class Tenant:
    """A registered user account: its ids, its secrets (never shown) and the agents that it created."""

    username: str
    user_id: str
    tenant_id: str
    tenant_name: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    # The access tokens and API keys that it had before, oldest first.
    replaced: list[str] = field(default_factory=list, repr=False)
    # In dialects where each agent has a key of its own: by the agent's id.
    agent_keys: dict[str, str] = field(default_factory=dict, repr=False)
    agents: list[Agent] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The keys by which its connections are known: its own, or those of its agents."""
        return [key for key in (self.api_key, *self.agent_keys.values()) if key]

    @property
    def secrets(self) -> dict[str, str]:
        """All that nobody but the tenant may know, by what it is."""
        names = ("password", "api_key", "access_token", "refresh_token")
        had = {name: getattr(self, name) for name in names}
        had |= {f"replaced secret {number}": secret for number, secret in enumerate(self.replaced, 1)}
        had |= {f"api_key of {agent_id}": key for agent_id, key in self.agent_keys.items()}
        return {name: secret for name, secret in had.items() if secret}


class CreationLog(Protocol):
    """Who wants to know what is created, before it is created: the run's ledger."""

    def will_register(self, username: str) -> None:
        """A registration of this name is about to be sent."""

    def registered(self, username: str, tenant_id: str, user_id: str) -> None:
        """The registration succeeded."""

    def not_registered(self, username: str) -> None:
        """The registration was refused: whoever has this name, it is not ours by this registration."""

    def will_create_agent(self, tenant_id: str, name: str) -> None:
        """The creation of an agent is about to be sent."""

    def agent_created(self, tenant_id: str, agent_id: str) -> None:
        """The agent exists."""
