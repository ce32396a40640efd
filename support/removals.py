"""How a purge is told whom to remove, and what it did: what it says, and what the databases held around it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from support.configurator import Tenant
from support.purge import PurgeReport, Selection, Snapshot

Naming = Callable[[Tenant], Selection]


@dataclass(frozen=True)
class Removal:
    """The report of a purge or a dry run, between two views of all tables."""

    report: PurgeReport
    before: Snapshot
    after: Snapshot
    strangers: frozenset[str] = frozenset()  # who was there and is not of the run, by the ids that name owners of rows


def everything_of(tenants: Iterable[Tenant]) -> Selection:
    """Return all names of these tenants, and of the agents that they have."""
    every = list(tenants)
    return Selection.of(
        usernames=[tenant.username for tenant in every],
        tenant_ids=[tenant.tenant_id for tenant in every],
        user_ids=[tenant.user_id for tenant in every],
        agent_ids=[agent.agent_id for tenant in every for agent in tenant.agents],
    )


# By the words that the features call it.
NAMINGS: Mapping[str, Naming] = {
    "its user name": lambda tenant: Selection.of(usernames=[tenant.username]),
    "its tenant id": lambda tenant: Selection.of(tenant_ids=[tenant.tenant_id]),
    "its user id": lambda tenant: Selection.of(user_ids=[tenant.user_id]),
}
# What is close to the names of a tenant, and names nobody.
MISSES: Mapping[str, Naming] = {
    "its user name in capitals": lambda tenant: Selection.of(usernames=[tenant.username.upper()]),
    "its user name without the last character": lambda tenant: Selection.of(usernames=[tenant.username[:-1]]),
    "its user name with one character more": lambda tenant: Selection.of(usernames=[f"{tenant.username}x"]),
    "its user name with a space behind": lambda tenant: Selection.of(usernames=[f"{tenant.username} "]),
    "a pattern of its user name": lambda tenant: Selection.of(usernames=[f"{tenant.username[:-1]}_", "testuser_%"]),
    "a pattern of every name": lambda _: Selection.of(["%", "*", ""], ["%", "*", ""], ["%", "*", ""], ["%", "*", ""]),
    "its tenant id in capitals": lambda tenant: Selection.of(tenant_ids=[tenant.tenant_id.upper()]),
    "its tenant id without the last character": lambda tenant: Selection.of(tenant_ids=[tenant.tenant_id[:-1]]),
    "a pattern of its tenant id": lambda tenant: Selection.of(tenant_ids=[f"{tenant.tenant_id[:-1]}_", "tenant_%"]),
    "its user name as a tenant id": lambda tenant: Selection.of(tenant_ids=[tenant.username]),
    "its tenant id as a user name": lambda tenant: Selection.of(usernames=[tenant.tenant_id]),
}
