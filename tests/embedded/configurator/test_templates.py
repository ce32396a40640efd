from typing import Any

import pytest

from tests.embedded.configurator.api import Account, Configurator

CATALOGUE = {
    "friendly_assistant": ("友好助手", "general"),
    "professional_expert": ("专业专家", "professional"),
    "creative_companion": ("创意伙伴", "entertainment"),
    "caring_friend": ("贴心朋友", "general"),
    "efficient_helper": ("高效助手", "professional"),
}


def listed(configurator: Configurator, query: str = "") -> dict[str, dict[str, Any]]:
    response = configurator.get(f"/api/v1/agents/templates{query}")
    assert response.status_code == 200
    return {template["template_id"]: template for template in response.json()}


def test_the_catalogue_is_open_to_all(configurator: Configurator) -> None:
    templates = listed(configurator)
    assert {name: (each["name"], each["category"]) for name, each in templates.items()} == CATALOGUE
    assert len({each["persona"] for each in templates.values()}) == 5
    for template in templates.values():
        assert 150 <= len(template["persona"]) <= 400
        assert template["tags"]
        assert template["is_active"] is True


@pytest.mark.parametrize("template_id", CATALOGUE)
def test_a_template_is_read_alone(configurator: Configurator, template_id: str) -> None:
    response = configurator.get(f"/api/v1/agents/templates/{template_id}")
    assert response.status_code == 200
    assert response.json()["template_id"] == template_id


def test_templates_are_filtered(configurator: Configurator) -> None:
    assert set(listed(configurator, "?category=general")) == {"friendly_assistant", "caring_friend"}
    assert set(listed(configurator, "?category=entertainment&is_active=true")) == {"creative_companion"}
    assert listed(configurator, "?category=none") == {}
    assert listed(configurator, "?is_active=false") == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/agents/templates/unknown", 404),
        ("/api/v1/agents/templates/%00", 422),
        ("/api/v1/agents/templates?category=%00", 422),
        ("/api/v1/agents/templates?is_active=perhaps", 422),
    ],
)
def test_what_is_no_template_is_refused(configurator: Configurator, path: str, status: int) -> None:
    assert configurator.get(path).status_code == status


def test_making_an_agent_counts_as_use_of_its_template(configurator: Configurator, account: Account) -> None:
    before = listed(configurator)["caring_friend"]["usage_count"]
    configurator.create_agent(account, template_id="caring_friend")
    # Others use it at the same time when the tests run in parallel on one database.
    assert listed(configurator)["caring_friend"]["usage_count"] >= before + 1
