"""What dialect saas makes of agents, with a web front and without one."""

import base64
from collections.abc import Iterator

import pytest

from support.configurator import ConfiguratorClient, Tenant, client_of, create_agents
from tests.configurator.saas_server import serving


@pytest.fixture(scope="module", params=[True, False], ids=["with a front", "without a front"])
def client(request: pytest.FixtureRequest) -> Iterator[ConfiguratorClient]:
    with serving(with_front=request.param) as url:
        yield client_of("saas", url, url if request.param else None)


def test_an_agent_is_what_it_was_made_and_changed_to(client: ConfiguratorClient, tenant: Tenant) -> None:
    overrides = {"nickname": "麦"}
    agent = client.create_agent(tenant, "Ada", "caring_friend", persona="你是老木匠。", bot_overrides=overrides)
    assert (agent.name, agent.persona, agent.tenant_id) == ("Ada", "你是老木匠。", tenant.tenant_id)
    assert client.read_agent(tenant, agent)["bot_overrides"] == overrides
    client.change_agent(tenant, agent, persona="你是船长。")
    assert [each["persona"] for each in client.list_agents(tenant)] == ["你是船长。"]
    client.delete_agent(tenant, agent)
    assert client.list_agents(tenant) == []
    assert client.try_to_delete_agent(tenant, agent.agent_id).status_code == 404


def test_agents_from_different_templates_have_different_personas(client: ConfiguratorClient, tenant: Tenant) -> None:
    create_agents(client, [tenant], 5)
    assert len({agent.persona for agent in tenant.agents}) == 5


def test_where_no_key_was_issued_it_is_made_of_the_ids(client: ConfiguratorClient, tenant: Tenant) -> None:
    key = client.agent_key(tenant, "agent_1")
    assert base64.b64decode(key.removeprefix("mmc_")).decode().startswith(f"{tenant.tenant_id}_agent_1_")
