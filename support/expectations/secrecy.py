"""What must hold of secrets: nobody finds them where they do not belong."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import requests

from support.accounts.specimens import PASSWORD
from support.configurator import Exchange, Tenant
from support.expectations import expect
from support.reporting import Inconclusive
from support.stored_secrets import stored_passwords, tables_holding

# How the common password hashes begin, and the fields that would hold one.
_HASH = re.compile(r"\$argon2|\$2[abxy]\$|\$scrypt|pbkdf2|\"(hashed_)?password(_hash)?\"", re.IGNORECASE)
# A part of it: the request may have broken off.
_BEGIN_OF_PASSWORD = PASSWORD[:9]


def does_not_repeat_password(answer: requests.Response) -> None:
    """The answer does not hold what its request sent as the password."""
    told = [text for text in (_BEGIN_OF_PASSWORD, *_passwords(answer.request.body)) if text in answer.text]
    expect(
        not told,
        f"{answer.request.method} {answer.request.path_url} answered {answer.status_code} and repeated the password "
        "that was sent; expected a refusal without it.",
    )


def _passwords(body: str | bytes | None) -> Iterable[str]:
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        return []
    password = sent.get("password") if isinstance(sent, dict) else None
    texts = password if isinstance(password, list) else [password]
    return [text for text in texts if isinstance(text, str) and text]


def no_password_told(exchanges: Sequence[Exchange], tenant: Tenant) -> None:
    """No answer holds the tenant's password or a hash."""
    expect(bool(exchanges), "Nothing was asked; expected answers to look into.")
    for exchange in exchanges:
        found = tenant.password in exchange.response_body or _HASH.search(exchange.response_body)
        expect(not found, f"{exchange.method} {exchange.url} told a password or its hash; expected neither.")


def nothing_told(texts: Iterable[str], tenant: Tenant) -> None:
    """No text holds an id, the user name or a secret of the tenant."""
    own = {name: getattr(tenant, name) for name in ("user_id", "tenant_id", "api_key", "access_token", "refresh_token")}
    told = sorted({name for text in texts for name, value in own.items() if value and value in text})
    expect(not told, f"The {', '.join(told)} of {tenant.username} was told to somebody else; expected nothing of it.")


def told(texts: Iterable[str], value: str, what: str) -> None:
    """Some text holds the value: a search in the same texts can find something."""
    if not any(value in text for text in texts):
        raise Inconclusive(f"{what} was not found either, so the search proves nothing.")


def secrets_of(logins: Sequence[Tenant]) -> dict[str, str]:
    """Return all secrets of these logins, those that were replaced among them, by what they are."""
    return {
        f"{what} of login {number}": secret
        for number, login in enumerate(logins, 1)
        for what, secret in login.secrets.items()
    }


def never_shown_again(logins: Sequence[Tenant]) -> dict[str, str]:
    """Return the secrets that a deployment need not keep as they are; an API key is shown whenever it is asked for."""
    return {what: secret for what, secret in secrets_of(logins).items() if not what.startswith("api_key")}


def not_stored(database_urls: Sequence[str], secrets: Mapping[str, str]) -> None:
    """No table holds one of these secrets as it is."""
    places = tables_holding(database_urls, secrets)
    found = [f"{name} in {', '.join(tables)}" for name, tables in places.items() if tables]
    expect(not found, f"Stored as they are: {'; '.join(found)}; expected hashes only.")


def stored(database_urls: Sequence[str], value: str, what: str) -> None:
    """Some table holds the value: a search in the same tables can find something."""
    if not tables_holding(database_urls, {what: value})[what]:
        raise Inconclusive(f"{what} stands in no table either, so the search proves nothing.")


def passwords_look_different(database_urls: Sequence[str], one: Tenant, other: Tenant) -> None:
    """What is stored of one password differs for two tenants, and is no hash that a table of hashes knows."""
    ours, theirs = (stored_passwords(database_urls, tenant.tenant_id, tenant.user_id) for tenant in (one, other))
    if not ours or not theirs:
        raise Inconclusive("No column is called after passwords, so nothing can be said of how they are stored.")
    expect(not ours & theirs, "Two tenants with one password have the same stored hash; expected salted hashes.")
    plain = {hashlib.new(name, one.password.encode()).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")}
    expect(not ours & plain, "A password is stored as an unsalted fast hash; expected one made for passwords.")


def not_logged(logs: Mapping[Path, int], secrets: Mapping[str, str]) -> None:
    """No log holds one of these secrets after the byte where the scenario began."""
    if not logs:
        raise Inconclusive("The deployment was not launched by this run, so its logs are unknown.")
    for file, begin in logs.items():
        written = file.read_bytes()[begin:].decode("utf-8", "replace")
        found = [name for name, value in secrets.items() if value in written]
        expect(not found, f"The log of the {file.stem} ({file}) holds {', '.join(found)}; expected no secret.")
