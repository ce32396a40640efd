"""Populates a deployment: many tenants at once, each with agents from different templates."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from support.configurator.client import ConfiguratorClient
from support.configurator.records import Template, Tenant
from support.errors import InfrastructureError

# Registration is bound by the server's password hashing; more at once would only queue there.
_AT_ONCE = 8


def create_tenants(configurator: ConfiguratorClient, usernames: Sequence[str], agents_each: int) -> list[Tenant]:
    """Register a tenant for each name and create `agents_each` agents for each, from different templates.

    Raises the first error of any of them; what was created until then is in the client's creation log.
    """
    templates = configurator.list_templates()
    if not templates:
        raise InfrastructureError("The deployment offers no agent templates; expected those of a fresh database.")

    def create(position: int) -> Tenant:
        tenant = configurator.register_user(usernames[position], secrets.token_urlsafe(12))
        for number in range(agents_each):
            template = _template_for(templates, position, number)
            configurator.create_agent(tenant, f"{template.name} {number + 1}", template.template_id)
        return tenant

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(create, range(len(usernames))))


def _template_for(templates: Sequence[Template], tenant: int, agent: int) -> Template:
    # Each tenant begins with another template, so that a few tenants together use the whole catalogue.
    return templates[(tenant + agent) % len(templates)]
