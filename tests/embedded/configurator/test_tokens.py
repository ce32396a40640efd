from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
import pytest
from sqlalchemy import Engine, text

from embedded.configurator.security import Tokens
from tests.embedded.configurator.api import Account, Configurator

SECRET = b"a secret that only this test has"


def may_use(configurator: Configurator, token: str) -> bool:
    status = configurator.get("/api/v1/auth/me", token).status_code
    assert status in {200, 401}
    return status == 200


def renew(configurator: Configurator, refresh_token: str) -> str:
    response = configurator.post("/api/v1/auth/refresh", json={"refresh_token": refresh_token})
    assert response.status_code == 200
    answer = response.json()
    assert (set(answer), answer["expires_in"]) == ({"access_token", "token_type", "expires_in"}, 86400)
    return str(answer["access_token"])


def test_tokens_name_their_owner_kind_and_life(account: Account) -> None:
    for token, kind, life in ((account.access, "access", 86400), (account.refresh, "refresh", 30 * 86400)):
        claims = jwt.decode(token, options={"verify_signature": False})
        assert set(claims) == {"user_id", "tenant_id", "type", "iat", "exp", "jti"}
        assert (claims["user_id"], claims["tenant_id"]) == (account.info["user_id"], account.tenant_id)
        assert (claims["type"], claims["exp"] - claims["iat"]) == (kind, life)
        assert jwt.get_unverified_header(token)["alg"] == "HS256"


def test_refreshing_renews_the_access_token_and_ends_the_one_before(
    configurator: Configurator, account: Account
) -> None:
    first = renew(configurator, account.refresh)
    second = renew(configurator, account.refresh)
    assert [may_use(configurator, token) for token in (account.access, first, second)] == [False, False, True]


def test_logout_ends_both_tokens_of_that_login_only(configurator: Configurator, account: Account) -> None:
    elsewhere = configurator.log_in(account.username)
    response = configurator.post("/api/v1/auth/logout", account.access)
    assert response.status_code == 200
    assert response.json()["message"]
    assert not may_use(configurator, account.access)
    refused = configurator.post("/api/v1/auth/refresh", json={"refresh_token": account.refresh})
    assert refused.status_code == 401
    assert may_use(configurator, elsewhere.access)
    assert configurator.post("/api/v1/auth/logout", account.access).status_code == 401


def test_logout_after_a_refresh_ends_the_renewed_token(configurator: Configurator, account: Account) -> None:
    renewed = renew(configurator, account.refresh)
    assert configurator.post("/api/v1/auth/logout", renewed).status_code == 200
    assert not may_use(configurator, renewed)


def test_neither_kind_of_token_stands_in_for_the_other(configurator: Configurator, account: Account) -> None:
    assert not may_use(configurator, account.refresh)
    response = configurator.post("/api/v1/auth/refresh", json={"refresh_token": account.access})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"json": {"refresh_token": "garbage"}}, 401),
        ({"json": {"refresh_token": "a.b.c"}}, 401),
        ({"json": {"refresh_token": "\ud800"}}, 422),
        ({"json": {"refresh_token": 5}}, 422),
        ({"json": {}}, 400),
        ({"json": {"refresh_token": ""}}, 400),
        ({"json": {"refresh_token": None}}, 400),
        ({"data": "no json", "headers": {"Content-Type": "application/json"}}, 422),
        ({}, 422),
    ],
)
def test_a_refresh_without_a_refresh_token_is_refused(
    configurator: Configurator, options: dict[str, Any], status: int
) -> None:
    response = configurator.post("/api/v1/auth/refresh", **options)
    assert response.status_code == status
    assert response.json()["detail"]


def test_an_altered_token_is_refused(configurator: Configurator, account: Account, other: Account) -> None:
    head, _, tail = account.access.split(".")
    assert not may_use(configurator, ".".join((head, other.access.split(".")[1], tail)))
    assert not may_use(configurator, account.access[:-2])
    assert not may_use(configurator, account.access + ".x")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE user_sessions SET is_active = FALSE WHERE tenant_id = :id",
        "UPDATE user_sessions SET expires_at = '2020-01-01 00:00:00.000000' WHERE tenant_id = :id",
        "UPDATE user_sessions SET tenant_id = 'tenant_of_another' WHERE tenant_id = :id",
        "UPDATE user_sessions SET token_hash = 'x', refresh_token = 'x' WHERE tenant_id = :id",
        "UPDATE tenant_users SET status = 'suspended' WHERE tenant_id = :id",
        "DELETE FROM user_sessions WHERE tenant_id = :id",
        "DELETE FROM tenant_users WHERE tenant_id = :id",
    ],
)
def test_a_token_lives_no_longer_than_its_session_and_tenant(
    configurator: Configurator, account: Account, database: Engine, statement: str
) -> None:
    assert may_use(configurator, account.access)
    with database.begin() as connection:
        connection.execute(text(statement), {"id": account.tenant_id})
    assert not may_use(configurator, account.access)
    refused = configurator.post("/api/v1/auth/refresh", json={"refresh_token": account.refresh})
    assert refused.status_code == 401


def claims(**changed: object) -> dict[str, object]:
    now = datetime.now(timezone.utc)
    return {
        "user_id": "user_1",
        "tenant_id": "tenant_1",
        "type": "access",
        "iat": now - timedelta(minutes=2),
        "exp": now + timedelta(minutes=2),
        "jti": "1",
        **changed,
    }


def is_valid(token: str) -> bool:
    return Tokens(SECRET).is_valid(token, "access", "user_1", "tenant_1")


def test_a_token_with_our_signature_and_all_claims_is_valid() -> None:
    assert is_valid(jwt.encode(claims(), SECRET, "HS256"))
    assert is_valid(Tokens(SECRET).issue("access", "user_1", "tenant_1"))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": datetime.now(timezone.utc) - timedelta(seconds=5)},
        {"type": "refresh"},
        {"user_id": "user_2"},
        {"tenant_id": "tenant_2"},
        {"tenant_id": "../../tenant_1"},
    ],
)
def test_a_token_that_is_expired_or_another_s_is_not_valid(changed: dict[str, object]) -> None:
    assert not is_valid(jwt.encode(claims(**changed), SECRET, "HS256"))


@pytest.mark.parametrize("missing", ["exp", "iat", "jti", "type", "user_id", "tenant_id"])
def test_a_token_that_lacks_a_claim_is_not_valid(missing: str) -> None:
    incomplete = {name: value for name, value in claims().items() if name != missing}
    assert not is_valid(jwt.encode(incomplete, SECRET, "HS256"))


def test_a_token_signed_otherwise_is_not_valid() -> None:
    assert not is_valid(jwt.encode(claims(), b"another secret of at least 32 bytes", "HS256"))
    assert not is_valid(jwt.encode(claims(), SECRET * 2, "HS512"))
    assert not is_valid(jwt.encode(claims(), "", "none"))
