"""Dialect saas without a web front, said in terms of v1: tenants, agents and keys at the configurator itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.accounts.attempts import made_up_agents, nonsense_everywhere, send_body
from support.accounts.specimens import BODIES
from support.configurator import ConfiguratorClient, Tenant, UnexpectedAnswer, client_of, create_agents
from support.configurator.frontless import FrontlessClient
from support.configurator.operations import OPERATIONS
from support.configurator.saas_dialect import NotOffered
from support.expectations import own_identities, sees_itself, sees_own_agents
from support.purge import Ledger, Selection
from tests.configurator.conftest import register
from tests.configurator.saas_server import Site, serving


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


@pytest.fixture(scope="module")
def url(site: Site) -> Iterator[str]:
    with serving(site, with_front=False) as url:
        yield url


@pytest.fixture
def client(url: str) -> ConfiguratorClient:
    return client_of("saas", url, None)


def test_a_tenant_is_called_by_its_own_name_and_has_neither_account_nor_secret(
    client: ConfiguratorClient, site: Site, tenant: Tenant
) -> None:
    assert site.tenants[tenant.tenant_id]["tenant_name"] == tenant.username == tenant.tenant_name
    assert site.tenants[tenant.tenant_id]["contact_email"] == f"{tenant.username}@example.com"
    assert (tenant.user_id, tenant.keys, tenant.secrets) == ("", [], {})
    own_identities(client, [tenant, register(client)])
    assert client.forms.keys() == {"tenant_id"}


def test_a_tenant_is_in_the_ledger_before_it_is_made_and_without_an_account_after(url: str, tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "testuser", ["sqlite:////tmp/deployment.db"])
    client = client_of("saas", url, None, log=ledger)
    ledger.enter("ONE-001")
    one = register(client)
    agent = client.create_agent(one, "Ada")
    announced = '"event": "will_register"', '"event": "registered"', '"event": "will_create_agent"'
    content = ledger.path.read_text(encoding="utf-8")
    assert sorted(announced, key=content.index) == list(announced)
    assert Ledger.read(ledger.path).selection() == Selection.of(
        [one.username], [one.tenant_id], agent_ids=[agent.agent_id]
    )
    # A row of nobody was not made by the scenario in which somebody without an account was.
    assert "" not in ledger.scenarios


def test_a_tenant_that_is_refused_is_not_ours(url: str, tenant: Tenant, tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1", ["sqlite:////tmp/deployment.db"])
    answer = client_of("saas", url, None, log=ledger).try_to_register({"username": tenant.username, "password": "x"})
    assert (answer.status_code, ledger.finished) == (409, True)


def test_a_tenant_has_access_as_long_as_it_is_there(client: ConfiguratorClient, site: Site, tenant: Tenant) -> None:
    sees_itself(client, tenant)
    client.change_tenant(tenant, email="b@example.com")
    assert client.read_tenant(tenant)["email"] == "b@example.com"
    assert site.tenants[tenant.tenant_id]["contact_email"] == "b@example.com"
    del site.tenants[tenant.tenant_id]
    with pytest.raises(UnexpectedAnswer, match="expected 200"):
        sees_itself(client, tenant)


def test_a_refusal_is_told_by_success_and_what_it_means_by_what_is_there(
    client: ConfiguratorClient, tenant: Tenant
) -> None:
    agent = client.create_agent(tenant, "Ada")
    nobody = Tenant("nobody", "", "tenant_0123456789ab", "nobody", "", "", "", "")
    create = OPERATIONS["create an agent"]
    answers = {
        "a taken name": client.try_to_register({"username": tenant.username}),
        "no name": client.try_to_register({"password": "x"}),
        "a taken agent's name": client.try_to_create_agent(tenant, {"name": "Ada"}),
        "an agent's name that is none": client.try_to_create_agent(tenant, {"name": "\0"}),
        "an agent without a name": client.try_to_create_agent(tenant, {"description": "?"}),
        "a list in place of an agent": send_body(client, create, BODIES["a list"], tenant_id=tenant.tenant_id),
        "bytes that are refused": send_body(client, create, b'{"tenant_id": "nobody", "name": "Ada"}'),
        "a change to a name that is none": client.try_to_change_agent(tenant, agent.agent_id, {"name": "\0"}),
        "agents of nobody": OPERATIONS["list the agents"].attempt(client, tenant_id=nobody.tenant_id),
        "a change of nobody": client.try_to_change_tenant(nobody, {"email": "c@example.com"}),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "a taken name": 409,
        "no name": 422,
        "a taken agent's name": 409,
        "an agent's name that is none": 400,
        "an agent without a name": 422,
        "a list in place of an agent": 422,
        "bytes that are refused": 400,
        "a change to a name that is none": 400,
        "agents of nobody": 404,
        "a change of nobody": 404,
    }


def test_an_agent_that_nobody_has_is_unknown_whatever_is_done_to_it(client: ConfiguratorClient, tenant: Tenant) -> None:
    client.create_agent(tenant, "Ada")
    answers = made_up_agents(client, tenant, ["agent_0123456789ab", "%", "不存在", "../tenant"])
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 404)
    sees_own_agents(client, tenant)


def test_agents_are_of_their_tenant_although_they_have_one_name(client: ConfiguratorClient, tenant: Tenant) -> None:
    other = register(client)
    create_agents(client, [tenant, other], 2)
    client.create_agent(tenant, "Ada")
    client.create_agent(other, "Ada")
    sees_own_agents(client, tenant)
    sees_own_agents(client, other)


def test_more_agents_and_tenants_than_a_page_holds_are_seen(client: ConfiguratorClient) -> None:
    tenants = [register(client) for _ in range(101)]
    for number in range(100):
        client.try_to_create_agent(tenants[0], {"name": f"Ada {number}"})
    assert len(client.list_agents(tenants[0])) == 100
    client.try_to_create_agent(tenants[0], {"name": "the last"})
    assert len(client.list_agents(tenants[0])) == 101
    assert client.try_to_create_agent(tenants[0], {"name": "the last"}).status_code == 409
    assert client.try_to_register({"username": tenants[-1].username}).status_code == 409


def test_each_agent_has_a_key_to_chat_with_which_is_replaced_by_another(
    client: ConfiguratorClient, site: Site, tenant: Tenant
) -> None:
    other = register(client)
    kept = client.create_agent(other, "Ada")
    agents = [client.create_agent(tenant, name) for name in ("Ada", "Bo")]
    before = [client.agent_key(tenant, agent.agent_id) for agent in agents]
    client.regenerate_api_key(tenant)
    after = [client.agent_key(tenant, agent.agent_id) for agent in agents]
    assert len({*before, *after}) == 4
    assert tenant.replaced == before
    there = {key["api_key"] for key in site.keys.values()}
    assert {*after, other.agent_keys[kept.agent_id]} <= there
    assert there.isdisjoint(before)
    assert [key["permissions"] for key in site.keys.values() if key["api_key"] in after] == [["chat"], ["chat"]]


def test_a_key_that_is_not_issued_is_told(client: ConfiguratorClient, site: Site, tenant: Tenant) -> None:
    agent = client.create_agent(tenant, "Ada")
    del site.agents[agent.agent_id]
    with pytest.raises(UnexpectedAnswer, match="expected it to be done"):
        client.regenerate_api_key(tenant)


def test_who_says_neither_yes_nor_no_has_not_answered(tenant: Tenant, url: str) -> None:
    with pytest.raises(UnexpectedAnswer, match="expected it to say by `success` whether it was done"):
        # The page of its health is no business answer.
        client_of("saas", f"{url}/health?", None).read_tenant(tenant)


def test_nobody_is_asked_who_they_are(client: ConfiguratorClient, tenant: Tenant) -> None:
    for operation in ("read the account", "renew the session", "end the session", "log in"):
        assert OPERATIONS[operation].needs in client.lacking
        with pytest.raises(NotOffered, match="say by a tag what it needs"):
            OPERATIONS[operation].attempt(client)
    assert "nobody has an account" in client.lacking["accounts"]
    assert OPERATIONS["ask for its health"].attempt(client).status_code == 200
    tried = {name.partition(" with ")[0] for name in nonsense_everywhere(client, tenant)}
    assert tried == {
        *("to read the tenant", "to change the tenant", "to list the agents", "to create an agent"),
        *("to read the agent", "to change the agent", "to delete the agent", "to ask for its health"),
    }


def test_a_front_that_is_there_is_spoken_to(url: str) -> None:
    assert not isinstance(client_of("saas", url, url), FrontlessClient)
