import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.embedded.configurator.api import Account, Configurator

FIELDS = {
    "agent_id", "tenant_id", "name", "description", "tags", "persona", "bot_overrides", "config_overrides",
    "created_at", "updated_at",
}  # fmt: skip
FULL: dict[str, Any] = {
    "name": "小麦",
    "description": "一个测试",
    "tags": ["a", "b c"],
    "persona": "你是小麦。\n😀",
    "bot_overrides": {"nickname": "麦", "nested": {"n": [1, 2.5, None, True]}},
    "config_overrides": {},
}
REFUSED = [
    {"name": ""},
    {"name": " "},
    {"name": "x" * 101},
    {"name": 5},
    {"name": "\x00"},
    {"name": "\ud800"},
    {"description": "\x00"},
    {"persona": ""},
    {"persona": "\ud800"},
    {"tags": 5},
    {"tags": [5]},
    {"tags": ["a,b"]},
    {"tags": [""]},
    {"tags": ["\x00"]},
    {"bot_overrides": "text"},
    {"bot_overrides": {"\x00": 1}},
    {"config_overrides": {"a": {"b": ["\ud800"]}}},
]


def test_what_is_accepted_is_kept(configurator: Configurator, account: Account) -> None:
    agent = configurator.create_agent(account, **FULL, template_id="caring_friend")
    assert set(agent) == FIELDS
    assert agent.items() >= FULL.items()
    assert agent["tenant_id"] == account.tenant_id
    assert re.fullmatch(r"agent_[0-9a-f]{16}", agent["agent_id"])
    assert configurator.get(f"/api/v1/agents/{agent['agent_id']}", account.access).json() == agent


def test_the_persona_is_the_given_one_or_the_template_s_or_a_default(
    configurator: Configurator, account: Account
) -> None:
    template = configurator.get("/api/v1/agents/templates/efficient_helper").json()
    create = configurator.create_agent
    assert create(account, template_id="efficient_helper", persona="mine")["persona"] == "mine"
    assert create(account, template_id="efficient_helper")["persona"] == template["persona"]
    assert create(account)["persona"] not in {"", template["persona"]}


@pytest.mark.parametrize(
    ("given", "answered"),
    [("a, b ,,c", ["a", "b", "c"]), (["a", "b"], ["a", "b"]), ("one", ["one"]), ("", []), ([], []), (None, None)],
)
def test_tags_are_accepted_as_text_and_as_list_and_answered_as_list(
    configurator: Configurator, account: Account, given: object, answered: object
) -> None:
    agent = configurator.create_agent(account, tags=given)
    assert agent["tags"] == answered
    changed = configurator.put(f"/api/v1/agents/{agent['agent_id']}", account.access, json={"tags": given}).json()
    assert changed["tags"] == answered


@pytest.mark.parametrize("fields", REFUSED, ids=str)
def test_creation_and_change_have_the_same_limits(
    configurator: Configurator, account: Account, fields: dict[str, object]
) -> None:
    created = configurator.post("/api/v1/agents/", account.access, json={"name": "agent", **fields})
    assert created.status_code == 422
    agent = configurator.create_agent(account)
    path = f"/api/v1/agents/{agent['agent_id']}"
    assert configurator.put(path, account.access, json=fields).status_code == 422
    assert configurator.get("/api/v1/agents/", account.access).json() == [agent]


@pytest.mark.parametrize("name", ["x", "x" * 100])
def test_names_of_1_to_100_characters_are_accepted(configurator: Configurator, account: Account, name: str) -> None:
    assert configurator.create_agent(account, name=name)["name"] == name


def test_a_name_is_needed(configurator: Configurator, account: Account) -> None:
    assert configurator.post("/api/v1/agents/", account.access, json={}).status_code == 422


def test_an_unknown_template_makes_no_agent(configurator: Configurator, account: Account) -> None:
    response = configurator.post("/api/v1/agents/", account.access, json={"name": "x", "template_id": "unknown"})
    assert response.status_code == 404
    assert configurator.get("/api/v1/agents/", account.access).json() == []


def test_a_change_keeps_what_is_not_given(configurator: Configurator, account: Account) -> None:
    agent = configurator.create_agent(account, **FULL)
    path = f"/api/v1/agents/{agent['agent_id']}"
    changes = {"description": "neu", "persona": None, "tenant_id": "tenant_of_another", "agent_id": "agent_x"}
    response = configurator.put(path, account.access, json=changes)
    assert response.status_code == 200
    changed = response.json()
    assert changed == {**agent, "description": "neu", "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > agent["updated_at"]
    assert configurator.get(path, account.access).json() == changed


def test_a_deleted_agent_is_gone(configurator: Configurator, account: Account) -> None:
    gone, kept = (configurator.create_agent(account) for _ in range(2))
    path = f"/api/v1/agents/{gone['agent_id']}"
    response = configurator.delete(path, account.access)
    assert response.status_code == 200
    assert response.json()["message"]
    for method in ("GET", "PUT", "DELETE"):
        assert configurator.request(method, path, account.access, json={}).status_code == 404
    assert configurator.get("/api/v1/agents/", account.access).json() == [kept]


def test_agents_created_at_once_are_all_there_with_ids_of_their_own(
    configurator: Configurator, account: Account
) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(
            pool.map(
                lambda _: configurator.create_agent(account, template_id="friendly_assistant")["agent_id"], range(16)
            )
        )
    assert {agent["agent_id"] for agent in configurator.get("/api/v1/agents/", account.access).json()} == ids
    assert len(ids) == 16
