"""What must hold of tokens: what they say, and what they open."""

from datetime import timedelta

import jwt
import requests

from support.accounts import attempts
from support.accounts.forgery import claims_of
from support.configurator import ConfiguratorClient, Tenant
from support.configurator.operations import OPERATIONS
from support.expectations import answered, expect
from support.expectations.answers import Answers, each_answered
from support.vocabulary import OUTCOMES

_UNAUTHORIZED = OUTCOMES["refused as unauthorized"]


def says(token: str, tenant: Tenant, kind: str, lifetime: timedelta) -> None:
    """The token names the tenant, its user and its own kind, and its end."""
    try:
        claims = claims_of(token)
    except jwt.DecodeError as error:
        raise AssertionError(f"The {kind} token of {tenant.username} is no JWT ({error}); expected one.") from error
    expected = {"user_id": tenant.user_id, "tenant_id": tenant.tenant_id, "type": kind}
    seen = {name: claims.get(name) for name in expected}
    expect(seen == expected, f"The {kind} token of {tenant.username} says {seen}; expected {expected}.")
    seconds = claims.get("exp", 0) - claims.get("iat", 0)
    expect(
        seconds == lifetime.total_seconds(),
        f"The {kind} token of {tenant.username} ends {seconds} s after it was issued (exp - iat); expected {lifetime}.",
    )


def each_described(answers: Answers) -> None:
    """Each answer says of its access token that it is a bearer token, and in how many seconds it ends."""
    for what, answer in answers.items():
        body = answer.json()
        claims = claims_of(body["access_token"])
        seconds = claims["exp"] - claims["iat"]
        expect(
            (str(body.get("token_type")).lower(), body.get("expires_in")) == ("bearer", seconds),
            f"{what}: the answer calls its access token one of the type {body.get('token_type')} that ends in "
            f"{body.get('expires_in')} s; expected a bearer token that ends in {seconds} s, as it says itself.",
        )


def renewed_for(answer: requests.Response, tenant: Tenant) -> None:
    """The new access token names this tenant, or the renewal was refused."""
    if answer.status_code in _UNAUTHORIZED.statuses:
        return
    answered(answer, OUTCOMES["accepted"])
    named = claims_of(answer.json()["access_token"]).get("tenant_id")
    expect(
        named == tenant.tenant_id,
        f"By the refresh token of {tenant.tenant_id} an access token of {named} was given; expected the former's.",
    )


def all_differ(answers: Answers) -> None:
    """Every answer gave another access token."""
    tokens = {answer.json()["access_token"] for answer in answers.values()}
    expect(len(tokens) == len(answers), f"{len(answers)} renewals gave {len(tokens)} tokens; expected one for each.")


def renews(configurator: ConfiguratorClient, login: Tenant) -> None:
    """The refresh token of this login gives an access token."""
    each_answered(attempts.renew(configurator, {"the refresh token": login.refresh_token}), OUTCOMES["accepted"])


def access_ended(configurator: ConfiguratorClient, access_token: str) -> None:
    """The access token opens nothing any more."""
    each_answered(attempts.read_account(configurator, {"the access token": access_token}), _UNAUTHORIZED)


def opens_nothing(configurator: ConfiguratorClient, access_token: str) -> None:
    """Each operation that asks for an access token refuses this one."""
    attempted = {
        name: operation.attempt(configurator, f"Bearer {access_token}")
        for name, operation in OPERATIONS.items()
        if operation.needs_token
    }
    each_answered(attempted, _UNAUTHORIZED)


def refresh_ended(configurator: ConfiguratorClient, login: Tenant) -> None:
    """The refresh token of this login renews nothing any more."""
    each_answered(attempts.renew(configurator, {"the refresh token": login.refresh_token}), _UNAUTHORIZED)
