"""Requests that are no requests are refused as JSON and leave the connection usable."""

import socket

import pytest

from tests.embedded.configurator.api import Account, Configurator

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"name": "x", "bot_overrides": {"a": NaN}}',
        b'{"name": "x", "bot_overrides": {"a": 1e999}}',
        b'{"name": "x", "bot_overrides": {"a": %s}}' % (b"[" * 200 + b"]" * 200),
        b"[" * 100_000,
        b'{"name": NaN}',
        b'{"name": "\xed\xa0\x80"}',
    ],
    ids=range(12),
)
def test_a_body_that_is_no_agent_is_refused(configurator: Configurator, account: Account, body: bytes) -> None:
    response = configurator.post("/api/v1/agents/", account.access, data=body, headers=JSON)
    assert response.status_code in {400, 422}
    assert response.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/register", "/api/v1/auth/refresh"])
@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"username": "\\ud800", "password": "\\u0000"}'])
def test_a_body_that_is_no_login_is_refused(configurator: Configurator, path: str, body: bytes) -> None:
    response = configurator.post(path, data=body, headers=JSON)
    assert response.status_code in {400, 422}
    assert response.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/v1/agents//", 404),
        ("GET", "/docs", 404),
        ("POST", "/health", 405),
        ("POST", "/api/v1/chat", 404),
        ("PATCH", "/api/v1/tenant/", 405),
    ],
)
def test_what_is_no_route_is_refused_as_json(
    configurator: Configurator, account: Account, method: str, path: str, status: int
) -> None:
    response = configurator.request(method, path, account.access)
    assert response.status_code == status
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["/health", "/api/health", "/api/v1/auth/me", "/api/v1/tenant", "/api/v1/tenant/stats", "/api/v1/tenant/api-key",
     "/api/v1/agents", "/api/v1/agents/templates", "/api/v1/agents/templates/caring_friend"],
)  # fmt: skip
def test_a_slash_at_the_end_changes_nothing(configurator: Configurator, account: Account, path: str) -> None:
    without, with_slash = (configurator.get(path + end, account.access) for end in ("", "/"))
    assert without.status_code == with_slash.status_code == 200
    if "health" not in path:
        assert without.json() == with_slash.json()


def test_agents_are_created_with_and_without_the_slash(configurator: Configurator, account: Account) -> None:
    for path in ("/api/v1/agents", "/api/v1/agents/"):
        assert configurator.post(path, account.access, json={"name": "x"}).status_code == 200


def test_a_failure_is_answered_without_internals_and_keeps_the_connection(broken: Configurator) -> None:
    body = '{"username": "somebody", "password": "hush-hush"}'
    request = (
        f"POST /api/v1/auth/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", broken.port), timeout=10) as connection:
        connection.sendall(request.encode())
        answers = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answers.startswith("HTTP/1.1 500")
    assert '{"detail":"' in answers
    assert "HTTP/1.1 503" in answers
    assert not [word for word in ("Traceback", "sqlite", "INSERT", ".py") if word in answers]


def test_a_failure_is_logged_with_its_traceback_but_without_secrets(broken: Configurator) -> None:
    assert broken.try_to_register(password="hush-hush").status_code == 500  # noqa: S106 - looked for below
    log = broken.log.read_text()
    assert "Traceback" in log
    assert "no such table: tenant_users" in log
    assert not [secret for secret in ("hush-hush", "$argon2", "mb_") if secret in log]
