"""What must hold of accounts: their ids and keys, and who has access to them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import requests

from support.accounts.specimens import PROPERTIES
from support.configurator import Agent, ConfiguratorClient, Tenant
from support.expectations import CLOCKS_DIFFER, answered, expect, sees_itself
from support.expectations.answers import Answers
from support.vocabulary import Outcome

_SECRET = {"api_key", "access_token", "refresh_token"}
# Times of answers that differ by more than this tell something; v1 differed tenfold.
_ALIKE = 2.0


def has_documented_form(configurator: ConfiguratorClient, tenant: Tenant, *names: str) -> None:
    """Ids, key and tokens look as documented."""
    forms = configurator.forms
    for name in names or forms:
        value = getattr(tenant, name)
        shown = f"{len(value)} characters (not shown)" if name in _SECRET else repr(value)
        expect(
            re.fullmatch(forms[name], value, re.ASCII) is not None,
            f"The {name} of {tenant.username} is {shown}; expected it to match {forms[name]}.",
        )


def share_nothing(one: Tenant, other: Tenant) -> None:
    """No id and no secret of the one is one of the other's, whatever it is called."""
    names = ("user_id", "tenant_id", "api_key", "access_token", "refresh_token")
    others = {getattr(other, name) for name in names} - {""}
    shared = [name for name in names if getattr(one, name) in others]
    expect(not shared, f"{one.username} and {other.username} share their {', '.join(shared)}; expected nothing.")


def has_details(configurator: ConfiguratorClient, tenant: Tenant, given: Mapping[str, Any]) -> None:
    """The account that the tenant sees holds these details."""
    account = configurator.who_am_i(tenant)
    lost = [f"{name} {account.get(name)!r} in place of {value!r}" for name, value in given.items()
            if account.get(name) != value]  # fmt: skip
    expect(not lost, f"{tenant.username} sees {'; '.join(lost)}; expected what was given at registration.")


def is_plain_account(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The account is active and personal, and has a name although none was given."""
    account = configurator.who_am_i(tenant)
    seen = {name: account.get(name) for name in ("status", "tenant_type", "tenant_name")}
    expect(
        seen["status"] == "active" and seen["tenant_type"] == "personal" and bool(seen["tenant_name"]),
        f"{tenant.username} sees {seen}; expected status active, tenant_type personal and some tenant_name.",
    )


def is_same_account(one: Tenant, other: Tenant) -> None:
    """Both logins lead to one account and one key."""
    for name in ("user_id", "tenant_id", "username", "tenant_name", "api_key"):
        same = getattr(one, name) == getattr(other, name)
        expect(same, f"The {name} of the login is not that of the registration; expected the same account.")


def accepted_has_access(configurator: ConfiguratorClient, answers: Answers) -> None:
    """The tokens of the accepted registration lead to its own account."""
    registration = next(answer.json() for answer in answers.values() if answer.ok)
    seen = configurator.request("GET", "/api/v1/auth/me", token=registration["access_token"])
    ids = [source.get(name) for source in (seen.json(), registration["user_info"]) for name in ("user_id", "tenant_id")]
    expect(
        seen.ok and ids[:2] == ids[2:],
        f"The one who registered sees {seen.status_code} and the ids {ids[:2]}; expected its own, {ids[2:]}.",
    )


def logs_in(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The tenant's password lets it in, to its own account."""
    sees_itself(configurator, configurator.login(tenant.username, tenant.password))


def login_ends(configurator: ConfiguratorClient, username: str, password: str, outcome: Outcome) -> None:
    """A login with this password ends so."""
    answered(configurator.try_to_log_in(username, password), outcome)


def has_tokens_of_its_own(logins: Sequence[Tenant]) -> None:
    """No two logins, and no two kinds, share a token."""
    tokens = [token for login in logins for token in (login.access_token, login.refresh_token) if token]
    expect(
        len(set(tokens)) == len(tokens),
        f"{len(logins)} logins have {len(set(tokens))} tokens; expected {len(tokens)}, none of them twice.",
    )


def told_to_wait(answer: requests.Response, seconds: int) -> None:
    """The answer says, by Retry-After, to wait for at least so long (RFC 6585, 4)."""
    told = answer.headers.get("Retry-After", "nothing")
    expect(
        told.isdecimal() and int(told) >= seconds,
        f"{answer.request.path_url} answered with {told} as Retry-After; expected {seconds} s or more, or guessing "
        "goes on at once.",
    )


def took_as_long(answers: Answers) -> None:
    """The first, third, ... answers took about as long as the second, fourth, ...: the quickest, free of hindrance."""
    seconds = [answer.elapsed.total_seconds() for answer in answers.values()]
    one, other = min(seconds[::2]), min(seconds[1::2])
    expect(
        max(one, other) <= _ALIKE * min(one, other),
        f"The answers took {one * 1000:.1f} ms for the one and {other * 1000:.1f} ms for the other (the quickest of "
        f"{len(seconds[::2])}); expected times within a factor of {_ALIKE:g}, or they tell whether a user exists.",
    )


def logged_in_just_now(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The account says when the last login was: now, in UTC."""
    _sees_just_now(configurator, tenant, "last_login_at")


def registered_just_now(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The account says when it was made: now, in UTC."""
    _sees_just_now(configurator, tenant, "created_at")


def _sees_just_now(configurator: ConfiguratorClient, tenant: Tenant, name: str) -> None:
    told = configurator.who_am_i(tenant).get(name)
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    expect(
        told is not None and abs(datetime.fromisoformat(told) - now) < CLOCKS_DIFFER,
        f"{tenant.username} sees {name} {told}; expected about now, {now.isoformat()} (UTC).",
    )


def agent_is_as_created(configurator: ConfiguratorClient, tenant: Tenant, agent: Agent) -> None:
    """The tenant still has the agent, with the name and the persona that it was created with."""
    found = [each for each in configurator.list_agents(tenant) if each["agent_id"] == agent.agent_id]
    seen = [(each["name"], each["persona"]) for each in found]
    expect(
        seen == [(agent.name, agent.persona)],
        f"{tenant.username} sees {agent.name} as {seen}; expected it once, as it was created.",
    )


def is_as_registered(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """What no tenant may change of itself is as it was after its registration, in which it gave only its names."""
    expected = {"status": "active", "tenant_type": "personal", **vars(tenant)}
    account = configurator.who_am_i(tenant)
    changed = [f"{name} {account.get(name)!r} in place of {expected[name]!r}" for name in PROPERTIES.values()
               if account.get(name) != expected[name]]  # fmt: skip
    expect(not changed, f"{tenant.username} sees {'; '.join(changed)}; expected all as it was.")


def has_api_key(configurator: ConfiguratorClient, tenant: Tenant, key: str) -> None:
    """The tenant sees this key wherever it looks."""
    seen = {
        "its API key": configurator.read_api_key(tenant),
        "its account": configurator.who_am_i(tenant).get("api_key"),
    }
    wrong = [place for place, value in seen.items() if value != key]
    expect(not wrong, f"{tenant.username} finds another API key in {', '.join(wrong)}; expected the one it was given.")


def has_one_of_answered(configurator: ConfiguratorClient, tenant: Tenant, answers: Answers) -> None:
    """The key that the tenant sees is one of those that it was answered, each of which was another."""
    keys = {answer.json()["api_key"] for answer in answers.values()}
    expect(len(keys) == len(answers), f"{len(answers)} regenerations gave {len(keys)} keys; expected as many.")
    key = configurator.read_api_key(tenant)
    expect(key in keys, f"{tenant.username} sees a key that it was never given; expected one of {len(keys)}.")


def is_replaced(what: str, current: str, replaced: Sequence[str]) -> None:
    """There was one before, and this is another."""
    expect(
        bool(replaced) and current not in replaced, f"The {what} is one that was replaced before; expected a new one."
    )


def unlike_each_other(keys: Sequence[str]) -> None:
    """No key can be told from another: beyond what all begin with they have no long beginning or end in common."""
    bodies = [key.removeprefix("mb_") for key in keys]
    alike = [
        (one, other)
        for position, one in enumerate(bodies)
        for other in bodies[:position]
        if one[:8] == other[:8] or one[-8:] == other[-8:]
    ]
    expect(not alike, f"{len(alike)} pairs of {len(keys)} API keys begin or end alike; expected none to be guessable.")
