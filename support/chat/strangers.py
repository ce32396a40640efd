"""What a stranger may show to get at somebody's agent; each of it must be refused."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from support.configurator.records import Agent, Tenant

# Spells what a tenant shows to talk to an agent.
Spell = Callable[[Tenant, Agent], str]


def wrong_credentials(spell: Spell, tenant: Tenant, agent: Agent) -> Mapping[str, str | None]:
    """Return credentials for this tenant's agent that are not right, by the words that features call them."""

    def with_key(change: Callable[[str], str]) -> str:
        # Dialects differ in which of both they show.
        keys = {agent.agent_id: change(tenant.agent_keys.get(agent.agent_id, ""))}
        return spell(
            replace(tenant, api_key=change(tenant.api_key), tenant_id=change(tenant.tenant_id), agent_keys=keys), agent
        )

    unknown = replace(tenant, api_key=f"mb_{secrets.token_urlsafe(32)}", tenant_id=f"tenant_{secrets.token_hex(8)}")
    unknown.agent_keys = {}
    nobody = replace(agent, agent_id=f"agent_{secrets.token_hex(8)}")
    return {
        "no credential": None,
        "an empty credential": "",
        "garbage": "!! not a credential ??",
        "a well-formed key that was never issued": spell(unknown, agent),
        "the right key without its last character": with_key(lambda key: key[:-1]),
        "the right key with one character more": with_key(lambda key: f"{key}A"),
        "the right key in the other case": with_key(str.swapcase),
        "the right key with a space after it": with_key(lambda key: f"{key} "),
        "a pattern that matches every key": with_key(lambda _: "%"),
        "a quote that ends a database query": with_key(lambda _: "' OR '1'='1"),
        "the right key for an agent that does not exist": spell(tenant, nobody),
        "a key made of what is no secret: the ids": spell(
            replace(tenant, api_key=tenant.tenant_id, agent_keys={}), agent
        ),
        "the right key without an agent": spell(tenant, replace(agent, agent_id="")),
        "the agent without a key": with_key(lambda _: ""),
        "the owner's login token in place of the key": with_key(lambda _: tenant.access_token),
    }
