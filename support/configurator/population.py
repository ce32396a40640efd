"""Populates a deployment: many tenants at once, each with agents from different templates."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from support.configurator.client import ConfiguratorClient
from support.configurator.records import Tenant
from support.errors import InfrastructureError

# Registration is bound by the server's password hashing; more at once would only queue there.
_AT_ONCE = 8
Item = TypeVar("Item")
Made = TypeVar("Made")


def create_tenants(configurator: ConfiguratorClient, usernames: Sequence[str], agents_each: int) -> list[Tenant]:
    """Register a tenant for each name and create `agents_each` agents for each, from different templates.

    Raises the first error of any of them; what was created until then is in the client's creation log.
    """
    tenants = register_tenants(configurator, usernames)
    create_agents(configurator, tenants, agents_each)
    return tenants


def register_tenants(configurator: ConfiguratorClient, usernames: Sequence[str]) -> list[Tenant]:
    """Register a tenant for each name, with a random password, several at once."""
    return at_once(lambda name: configurator.register_user(name, secrets.token_urlsafe(12)), usernames)


def create_agents(configurator: ConfiguratorClient, tenants: Sequence[Tenant], agents_each: int) -> None:
    """Create agents for each tenant; templates repeat only when there are more agents than templates."""
    templates = configurator.list_templates()
    if not templates:
        raise InfrastructureError("The deployment offers no agent templates; expected those of a fresh database.")

    def create(position: int) -> None:
        for number in range(agents_each):
            # Each tenant begins with another template, so that a few tenants use the whole catalogue.
            template = templates[(position + number) % len(templates)]
            configurator.create_agent(tenants[position], f"{template.name} {number + 1}", template.template_id)

    at_once(create, range(len(tenants)))


def at_once(make: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """Return what is made of each item, several at the same time. Raises the first error of any of them."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(make, items))
