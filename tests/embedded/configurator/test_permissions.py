"""Every protected route x every credential that must not open it."""

import jwt
import pytest
import requests

from tests.embedded.configurator.api import Account, Configurator

PROTECTED = [
    ("GET", "/api/v1/auth/me"),
    ("POST", "/api/v1/auth/logout"),
    ("GET", "/api/v1/tenant/"),
    ("PUT", "/api/v1/tenant/"),
    ("GET", "/api/v1/tenant/stats"),
    ("POST", "/api/v1/tenant/upgrade"),
    ("GET", "/api/v1/tenant/api-key"),
    ("POST", "/api/v1/tenant/regenerate-api-key"),
    ("GET", "/api/v1/agents/"),
    ("POST", "/api/v1/agents/"),
    ("GET", "/api/v1/agents/agent_0123456789abcdef"),
    ("PUT", "/api/v1/agents/agent_0123456789abcdef"),
    ("DELETE", "/api/v1/agents/agent_0123456789abcdef"),
]
DEFAULT_SECRETS = ["your-secret-key", "secret", "maimbot_secret_key", ""]


def expect_refusal(response: requests.Response) -> None:
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["detail"]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer " + "A" * 5000,
        # A token header that is JSON nested deeper than a parser goes.
        "Bearer " + "W1tb" * 4000 + ".e30.x",
        b"Bearer \xff\xfe",
        "Basic dXNlcjpwYXNz",
    ],
    ids=str,
)
def test_without_a_token_nothing_is_answered(
    configurator: Configurator, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    expect_refusal(configurator.request(method, path, headers=headers, json={"name": "x"}))


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_no_token_but_a_live_access_token_is_accepted(
    configurator: Configurator, account: Account, method: str, path: str
) -> None:
    expect_refusal(configurator.request(method, path, account.refresh, json={"name": "x"}))
    expect_refusal(configurator.request(method, path, account.info["api_key"], json={"name": "x"}))
    configurator.post("/api/v1/auth/logout", account.access)
    expect_refusal(configurator.request(method, path, account.access, json={"name": "x"}))


@pytest.mark.parametrize("secret", DEFAULT_SECRETS)
@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_token_forged_with_a_well_known_secret_is_refused(
    configurator: Configurator, account: Account, secret: str
) -> None:
    claims = jwt.decode(account.access, options={"verify_signature": False})
    token = jwt.encode(claims, secret, "HS256" if secret else "none")
    expect_refusal(configurator.get("/api/v1/auth/me", token))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_tenant_s_agent_looks_like_none_at_all(
    configurator: Configurator, account: Account, other: Account, method: str
) -> None:
    agent = configurator.create_agent(other, name="theirs")
    path = f"/api/v1/agents/{agent['agent_id']}"
    foreign = configurator.request(method, path, account.access, json={"name": "mine"})
    unknown = configurator.request(method, "/api/v1/agents/agent_0123456789abcdef", account.access, json={"name": "x"})
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    assert configurator.get(path, other.access).json() == agent


def test_a_list_holds_the_tenant_s_own_agents_only(
    configurator: Configurator, account: Account, other: Account
) -> None:
    mine = [configurator.create_agent(account, name=name) for name in ("same name", "another")]
    theirs = configurator.create_agent(other, name="same name")
    assert configurator.get("/api/v1/agents/", account.access).json() == mine
    assert configurator.get("/api/v1/agents/", other.access).json() == [theirs]


def test_no_origin_is_allowed_by_cors(configurator: Configurator) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        response = configurator.request(method, "/health", headers=asked)
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
