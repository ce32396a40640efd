"""What somebody may present who has no right: guessed passwords, other credentials, forged and altered tokens."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from support.configurator import Tenant

# Secrets that a deployment may have been left on: defaults of frameworks, examples of tutorials, the empty one.
WELL_KNOWN_SECRETS = (
    "", "secret", "secret_key", "secret-key", "SECRET_KEY", "your-secret-key", "your_secret_key",
    "your-secret-key-here", "your-secret-key-change-in-production", "your-super-secret-key", "change-me", "changeme",
    "change_this", "default",
    "default-secret-key", "dev-secret-key", "development", "jwt-secret", "jwt_secret", "jwt-secret-key", "key", "test",
    "password", "admin", "123456", "maimbot", "MaiMBot", "maibot", "mai", "maimbot-secret", "maimbot_secret",
    "maimbot-secret-key", "maimbot_secret_key", "maimbot-jwt-secret", "maimbot_jwt_secret_key", "maibot-secret-key",
    "CHANGE_THIS_TO_A_SECURE_SECRET_KEY_IN_PRODUCTION",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
)  # fmt: skip
ANOTHER_PASSWORD = "a password of somebody else"  # noqa: S105
_HASHES = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}
_UNKNOWN_SECRET = "a secret of somebody else, long enough for every algorithm, as it should be"  # noqa: S105

# Instead of the tenant's password.
GUESSES: Mapping[str, Callable[[Tenant], str]] = {
    "its password": lambda tenant: tenant.password,
    "another password": lambda _: ANOTHER_PASSWORD,
    "an empty password": lambda _: "",
    "its password in capitals": lambda tenant: tenant.password.upper(),
    "its password without its end": lambda tenant: tenant.password[:-1],
    "its password without its spaces": lambda tenant: tenant.password.strip(),
    "its password with a space behind": lambda tenant: f"{tenant.password} ",
    "its user name": lambda tenant: tenant.username,
    "its API key": lambda tenant: tenant.api_key,
}
# Instead of its refresh token.
REFRESH_TOKENS: Mapping[str, Callable[[Tenant], Any]] = {
    "its refresh token": lambda tenant: tenant.refresh_token,
    "its access token": lambda tenant: tenant.access_token,
    "its API key": lambda tenant: tenant.api_key,
    "its user id": lambda tenant: tenant.user_id,
    "garbage": lambda _: "garbage",
    "a very long text": lambda _: "A" * 10_000,
    "an empty text": lambda _: "",
    "null": lambda _: None,
    "a number": lambda _: 1,
    "a list": lambda tenant: [tenant.refresh_token],
}
# What the value of the Authorization header may be; None means that there is none.
CREDENTIALS: Mapping[str, Callable[[Tenant], str | bytes | None]] = {
    "the access token": lambda tenant: f"Bearer {tenant.access_token}",
    "no credential": lambda _: None,
    "an empty credential": lambda _: "",
    "an empty token": lambda _: "Bearer ",
    "garbage": lambda _: "Bearer garbage",
    "three dots": lambda _: "Bearer ...",
    "a token of ten thousand characters": lambda _: "Bearer " + "A" * 10_000,
    "a token that nests without end": lambda _: f"Bearer {_encode(b'[' * 4000)}.e30.x",
    "bytes that are no text": lambda _: b"Bearer \xff\xfe",
    "user name and password": lambda tenant: f"Basic {_encode(f'{tenant.username}:{tenant.password}'.encode())}",
    "the access token without its scheme": lambda tenant: tenant.access_token,
    "the refresh token": lambda tenant: f"Bearer {tenant.refresh_token}",
    "the API key": lambda tenant: f"Bearer {tenant.api_key}",
    "the tenant id": lambda tenant: f"Bearer {tenant.tenant_id}",
    "a forged token": lambda tenant: f"Bearer {forge(tenant.access_token, _UNKNOWN_SECRET)}",
    "an unsigned token": lambda tenant: f"Bearer {_unsigned(tenant.access_token)}",
}


def forge(token: str, secret: str, algorithm: str = "HS256", **changes: Any) -> str:
    """Return a token with the claims of another, some of them changed (None: left out), signed with this secret."""
    claims = {name: value for name, value in {**claims_of(token), **changes}.items() if value is not None}
    content = f"{_json({'alg': algorithm, 'typ': 'JWT'})}.{_json(claims)}"
    return f"{content}.{_encode(hmac.new(secret.encode(), content.encode(), _HASHES[algorithm]).digest())}"


def claims_of(token: str) -> dict[str, Any]:
    """Return what the token says, whoever signed it. Raises jwt.DecodeError when it is no JWT."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _unsigned(token: str) -> str:
    return f"{_json({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _altered(token: str, **changes: Any) -> str:
    """Change claims and keep the signature."""
    header, _, signature = token.split(".")
    return f"{header}.{_json({**claims_of(token), **changes})}.{signature}"


def _with_another_signature(token: str) -> str:
    # In its middle: the last character holds bits that do not count.
    place = token.rindex(".") + 20
    return token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :]


# What a thief or a forger may make of a token.
ALTERATIONS: Mapping[str, Callable[[str], str]] = {
    "as it was issued": lambda token: token,
    "declared to need no signature": _unsigned,
    "without its signature": lambda token: token[: token.rindex(".") + 1],
    "with one character of the signature changed": _with_another_signature,
    "cut short": lambda token: token[:-10],
    "with another tenant in it": lambda token: _altered(token, tenant_id="tenant_0123456789abcdef"),
    "with another user in it": lambda token: _altered(token, user_id="user_0123456789abcdef"),
    "with a later end in it": lambda token: _altered(token, exp=claims_of(token)["exp"] + 86_400),
    "with an end that has passed": lambda token: _altered(token, exp=1),
    "with another kind in it": lambda token: _altered(token, type="refresh"),
    "signed by somebody else": lambda token: forge(token, _UNKNOWN_SECRET),
    "signed by somebody else in another way": lambda token: forge(token, _UNKNOWN_SECRET, "HS512"),
    "signed by somebody else, without an end": lambda token: forge(token, _UNKNOWN_SECRET, exp=None),
    "signed by somebody else, with a path as its tenant": lambda token: forge(
        token, _UNKNOWN_SECRET, tenant_id="../../../tmp/mallory"
    ),
    "signed by somebody else, with a number as its user": lambda token: forge(token, _UNKNOWN_SECRET, user_id=1),
}


# What a forger changes of the claims; None is left out.
CLAIMS: Mapping[str, dict[str, Any]] = {
    "with its own claims": {},
    "without an end": {"exp": None},
    "with a path as a tenant": {"tenant_id": "../../../tmp/mallory"},
}


def _json(content: Mapping[str, Any]) -> str:
    return _encode(json.dumps(content).encode())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
