import re
from datetime import datetime, timezone

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from embedded.tables import LlmUsage, Message
from tests.embedded.configurator.api import Account, Configurator, unique_name


def test_the_tenant_is_read_and_changed(configurator: Configurator, account: Account) -> None:
    before = configurator.get("/api/v1/tenant/", account.access).json()
    assert before["tenant_id"] == account.tenant_id
    changes = {
        "tenant_name": "新名字",
        "email": f"{unique_name()}@example.com",
        "phone": "123",
        "tenant_config": {"深": {"list": [1, 2.5, None, True, "\n"]}},
    }
    response = configurator.put("/api/v1/tenant/", account.access, json=changes)
    assert response.status_code == 200
    after = response.json()
    assert after == {**before, **changes, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert configurator.get("/api/v1/tenant/", account.access).json() == after


def test_what_is_not_given_stays(configurator: Configurator, account: Account) -> None:
    before = configurator.put("/api/v1/tenant/", account.access, json={"phone": "1", "tenant_config": {"a": 1}}).json()
    for nothing in ({}, {"phone": None, "tenant_config": None, "tenant_id": "tenant_of_another"}):
        after = configurator.put("/api/v1/tenant/", account.access, json=nothing).json()
        assert after == {**before, "updated_at": after["updated_at"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_name": ""},
        {"tenant_name": "x" * 101},
        {"email": "a@localhost"},
        {"phone": "\x00"},
        {"tenant_config": "text"},
        {"tenant_config": [1]},
        {"tenant_config": {"a": "\x00"}},
        {"tenant_config": {"a": ["\ud800"]}},
        {"tenant_config": {"\ud800": 1}},
    ],
)
def test_a_change_keeps_the_limits(configurator: Configurator, account: Account, changes: dict[str, object]) -> None:
    before = configurator.get("/api/v1/tenant/", account.access).json()
    assert configurator.put("/api/v1/tenant/", account.access, json=changes).status_code == 422
    assert configurator.get("/api/v1/tenant/", account.access).json() == before


def test_another_tenant_s_email_address_is_refused(configurator: Configurator, account: Account) -> None:
    email = f"{unique_name()}@example.com"
    configurator.register(email=email)
    assert configurator.put("/api/v1/tenant/", account.access, json={"email": email.upper()}).status_code == 409
    assert configurator.get("/api/v1/tenant/", account.access).json()["email"] is None


def test_a_tenant_may_keep_its_own_email_address(configurator: Configurator) -> None:
    email = f"{unique_name()}@example.com"
    account = configurator.register(email=email)
    assert configurator.put("/api/v1/tenant/", account.access, json={"email": email}).status_code == 200


def test_no_tenant_upgrades_itself(configurator: Configurator, account: Account) -> None:
    assert configurator.post("/api/v1/tenant/upgrade", account.access).status_code == 403
    assert configurator.get("/api/v1/tenant/", account.access).json()["tenant_type"] == "personal"
    enterprise = configurator.register(tenant_type="enterprise")
    assert configurator.post("/api/v1/tenant/upgrade", enterprise.access).status_code == 400


def test_a_regenerated_api_key_replaces_the_old_one(
    configurator: Configurator, account: Account, other: Account
) -> None:
    old = account.info["api_key"]
    assert configurator.get("/api/v1/tenant/api-key", account.access).json()["api_key"] == old
    response = configurator.post("/api/v1/tenant/regenerate-api-key", account.access)
    assert response.status_code == 200
    new = response.json()["api_key"]
    assert re.fullmatch(r"mb_[\w-]{43}", new)
    assert new != old
    assert configurator.get("/api/v1/tenant/api-key", account.access).json()["api_key"] == new
    assert configurator.log_in(account.username).info["api_key"] == new
    assert configurator.get("/api/v1/tenant/api-key", other.access).json()["api_key"] == other.info["api_key"]


def test_the_statistics_of_a_new_tenant_are_empty(configurator: Configurator, account: Account) -> None:
    statistics = configurator.get("/api/v1/tenant/stats", account.access).json()
    assert statistics.pop("last_active") >= account.info["created_at"]
    assert statistics == {
        "tenant_id": account.tenant_id,
        "tenant_name": account.username,
        "total_agents": 0,
        "total_messages": 0,
        "total_api_calls": 0,
        "total_cost": 0.0,
    }


def test_statistics_count_what_is_the_tenant_s_own(
    configurator: Configurator, account: Account, other: Account, database: Engine
) -> None:
    agent_id = configurator.create_agent(account)["agent_id"]
    configurator.create_agent(account)
    configurator.create_agent(other)
    later = datetime(2100, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    with Session(database) as session, session.begin():
        session.add_all(message(account.tenant_id, agent_id, later.timestamp() - age) for age in (0, 10, 20))
        session.add_all(message(other.tenant_id, "agent", later.timestamp() + 99) for _ in range(2))
        session.add_all(usage(tenant_id, 0.25) for tenant_id in (account.tenant_id, account.tenant_id, other.tenant_id))
    configurator.delete(f"/api/v1/agents/{agent_id}", account.access)
    statistics = configurator.get("/api/v1/tenant/stats", account.access).json()
    totals = [statistics[f"total_{what}"] for what in ("agents", "messages", "api_calls", "cost")]
    assert totals == [1, 3, 2, 0.5]
    assert statistics["last_active"] == "2100-01-02T03:04:05"


def message(tenant_id: str, agent_id: str, seconds: float) -> Message:
    return Message(
        tenant_id=tenant_id, agent_id=agent_id, platform="test", chat_stream_id="s", message_id="m", time=seconds,
        chat_info_stream_id="s", chat_info_platform="test", chat_info_user_id="u", user_platform="test", user_id="u",
        processed_plain_text="hello",
    )  # fmt: skip


def usage(tenant_id: str, cost: float) -> LlmUsage:
    return LlmUsage(
        tenant_id=tenant_id, agent_id="a", platform="test", model_name="m", user_id="u", request_type="reply",
        endpoint="/", prompt_tokens=1, completion_tokens=1, total_tokens=2, cost=cost, status="success",
    )  # fmt: skip
