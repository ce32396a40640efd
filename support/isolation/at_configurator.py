"""Attempts at the configurator: to read, change, spend or take over what is another tenant's.

An intruder names the other wherever a configurator might look: in the query, in a header and in the body. The owner
names nobody: its own is what it gets. Where nobody has an account, nobody can be told apart, and there is no intruder.
"""

from http import HTTPStatus
from typing import Any

import requests

from support.chat.marker import new_marker
from support.configurator import Tenant, UnexpectedAnswer
from support.configurator.operations import OPERATIONS
from support.isolation.grounds import Grounds, Outcome, at_channel, outcome
from support.isolation.meeting import meet
from support.masking import mask, remember_secret


def _read_agent(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return outcome(_do(grounds, "read the agent", actor, owner).ok)


def _list_agents(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return outcome(owner.agents[0].agent_id in _do(grounds, "list the agents", actor, owner).text)


def _change_agent(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    marker = new_marker()
    is_accepted = _do(grounds, "change the agent", actor, owner, json={"description": marker}).ok
    return outcome(is_accepted or marker in _do(grounds, "read the agent", owner, owner).text)


def _delete_agent(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    spare = grounds.configurator.create_agent(owner, "to be deleted")
    owner.agents.remove(spare)
    is_accepted = _do(grounds, "delete the agent", actor, owner, agent_id=spare.agent_id).ok
    # Whether it is still there shows when its owner deletes it.
    return outcome(is_accepted or not grounds.configurator.try_to_delete_agent(owner, spare.agent_id).ok)


def _create_agent(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    names, headers = _names(actor, owner)
    agent = {"name": new_marker(), **names}
    answer = grounds.configurator.try_to_create_agent(actor, agent, params=names, headers=headers)
    is_found = agent["name"] in _do(grounds, "list the agents", owner, owner).text
    if answer.ok:
        grounds.configurator.try_to_delete_agent(owner if is_found else actor, answer.json()["agent_id"])
    return outcome(is_found)


def _read_tenant(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return outcome(owner.tenant_id in _do(grounds, "read the tenant", actor, owner).text)


def _change_tenant(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    marker = new_marker()
    _do(grounds, "change the tenant", actor, owner, json={"tenant_config": {"note": marker}})
    return outcome(marker in _do(grounds, "read the tenant", owner, owner).text)


def _read_key(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    return outcome(owner.api_key in _do(grounds, "read the API key", actor, owner).text)


def _replace_key(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    before = owner.api_key
    _do(grounds, "regenerate the API key", actor, owner)
    for tenant in (actor, owner):
        tenant.api_key = remember_secret(grounds.configurator.read_api_key(tenant))
    return outcome(owner.api_key != before)


def _renew_session(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    answer = _do(grounds, "renew the session", actor, owner, json={"refresh_token": actor.refresh_token})
    if not answer.ok:
        return "refused"
    token = remember_secret(answer.json()["access_token"])
    account = OPERATIONS["read the account"].attempt(grounds.configurator, f"Bearer {token}")
    if actor.tenant_id in account.text:
        actor.access_token = token
    return outcome(owner.tenant_id in account.text)


def _read_statistics(grounds: Grounds, actor: Tenant, owner: Tenant) -> Outcome:
    """What the owner's people say must not count at the intruder."""
    before = _do(grounds, "read the statistics", actor, owner)
    with meet(grounds) as meeting:
        meeting.ask(owner, meeting.connect(owner))
    after = _do(grounds, "read the statistics", actor, owner)
    return outcome(_totals(after) != _totals(before) or (actor is not owner and owner.tenant_id in after.text))


def _totals(statistics: requests.Response) -> dict[str, Any]:
    if not statistics.ok:
        return {}
    return {name: value for name, value in statistics.json().items() if name.startswith("total_")}


def _do(
    grounds: Grounds, operation: str, actor: Tenant, owner: Tenant, *, agent_id: str = "", **options: Any
) -> requests.Response:
    """Let the actor ask for what is the owner's: for its first agent unless another one is given.

    Raises UnexpectedAnswer when the configurator fails of what the owner asks for: that proves nothing of intruders.
    """
    names, headers = _names(actor, owner)
    if "json" in options:
        options["json"] = {**names, **options["json"]}
    answer = OPERATIONS[operation].attempt(
        grounds.configurator,
        f"Bearer {actor.access_token}",
        agent_id=agent_id or owner.agents[0].agent_id,
        tenant_id=owner.tenant_id,
        params=names,
        headers=headers,
        **options,
    )
    if actor is owner and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UnexpectedAnswer(
            f"{answer.request.method} {answer.request.path_url} answered {owner.tenant_name}, whose own it is, "
            f"{answer.status_code} {mask(answer.text)[:200]!r}; expected it not to fail."
        )
    return answer


def _names(actor: Tenant, owner: Tenant) -> tuple[dict[str, str], dict[str, str]]:
    """Return what names the owner: as fields of a query or a body, and as headers."""
    if actor is owner:
        return {}, {}
    return (
        {"tenant_id": owner.tenant_id, "user_id": owner.user_id},
        {"X-Tenant-Id": owner.tenant_id, "X-User-Id": owner.user_id},
    )


READING_AN_AGENT = at_channel("reading an agent", _read_agent, needs="accounts")
LISTING_AGENTS = at_channel("listing the agents", _list_agents, needs="accounts")
CHANGING_AN_AGENT = at_channel("changing an agent", _change_agent, needs="accounts")

AT_CONFIGURATOR = (
    READING_AN_AGENT,
    LISTING_AGENTS,
    CHANGING_AN_AGENT,
    at_channel("deleting an agent", _delete_agent, needs="accounts"),
    at_channel("creating an agent in the other's name", _create_agent, needs="accounts"),
    at_channel("reading what the tenant is", _read_tenant, needs="accounts"),
    at_channel("changing what the tenant is", _change_tenant, alone=True, needs="accounts"),
    at_channel("reading the API key", _read_key, needs="tenant_key"),
    at_channel("replacing the API key", _replace_key, alone=True, needs="tenant_key"),
    at_channel("renewing the session in the other's name", _renew_session, alone=True, needs="renewal"),
    at_channel("reading the statistics", _read_statistics, alone=True, needs="statistics"),
)
