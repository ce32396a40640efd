"""Dialect saas, said in terms of v1."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.accounts.attempts import bearer
from support.configurator import CAPABILITIES, ConfiguratorClient, Tenant, UnexpectedAnswer, client_of
from support.configurator.frontless import FrontlessClient
from support.configurator.operations import AGENT_OF_NOBODY, OPERATIONS
from support.configurator.saas import SaasClient
from support.configurator.saas_dialect import NotOffered
from support.purge import Ledger
from tests.configurator.conftest import PASSWORD, register
from tests.configurator.saas_server import serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> ConfiguratorClient:
    return client_of("saas", url, url)


def test_who_registers_has_the_ids_and_the_token_that_the_dialect_knows(tenant: Tenant) -> None:
    assert tenant.tenant_id.startswith("tenant_")
    assert tenant.user_id.startswith("user_")
    assert (tenant.api_key, tenant.refresh_token) == ("", "")
    assert set(tenant.secrets) == {"password", "access_token"}


def test_who_is_registered_and_cannot_log_in_is_in_the_ledger(url: str, tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1", ["sqlite:////tmp/deployment.db"])
    client = client_of("saas", url, url, log=ledger)
    account = {"username": f"run-1_{secrets.token_hex(6)}", "password": "", "email": None}
    answer = client.try_to_register(account)
    assert answer.status_code == 200
    assert ledger.selection().usernames == {account["username"]}
    assert ledger.selection().tenant_ids == {answer.json()["user_info"]["tenant_id"]}


def test_a_token_leads_to_its_account(client: ConfiguratorClient, tenant: Tenant) -> None:
    again = client.login(tenant.username, PASSWORD)
    account = client.who_am_i(again)
    assert (account["user_id"], account["tenant_id"], account["username"]) == (
        tenant.user_id,
        tenant.tenant_id,
        tenant.username,
    )


def test_the_newest_of_many_tenants_is_found(client: ConfiguratorClient) -> None:
    tenants = [register(client) for _ in range(101)]
    assert client.who_am_i(tenants[-1])["tenant_id"] == tenants[-1].tenant_id
    assert client.who_am_i(tenants[0])["tenant_id"] == tenants[0].tenant_id


def test_refusals_have_the_status_that_v1_has_for_them(client: ConfiguratorClient, tenant: Tenant) -> None:
    mallory = register(client)
    agent = client.create_agent(tenant, "Ada")
    read, own = OPERATIONS["read the agent"], bearer(mallory.access_token)
    statuses = {
        "a taken name": client.try_to_register({"username": tenant.username, "password": PASSWORD}),
        "a wrong password": client.try_to_log_in(tenant.username, "another password"),
        "no token": read.attempt(client),
        "no token at all": read.attempt(client, "Bearer garbage"),
        "another's agent": read.attempt(client, own, agent_id=agent.agent_id),
        "nobody's agent": read.attempt(client, own, agent_id=AGENT_OF_NOBODY),
        "another's deletion": client.try_to_delete_agent(mallory, agent.agent_id),
        "a taken agent's name": client.try_to_create_agent(tenant, {"name": "Ada"}),
    }
    assert {name: answer.status_code for name, answer in statuses.items()} == {
        "a taken name": 409,
        "a wrong password": 401,
        "no token": 401,
        "no token at all": 401,
        "another's agent": 404,
        "nobody's agent": 404,
        "another's deletion": 404,
        "a taken agent's name": 409,
    }
    assert statuses["no token at all"].headers["WWW-Authenticate"] == "Bearer"


def test_each_agent_has_a_key_which_is_replaced_by_another(client: ConfiguratorClient, tenant: Tenant) -> None:
    agents = [client.create_agent(tenant, name) for name in ("Ada", "Bo")]
    before = [client.agent_key(tenant, agent.agent_id) for agent in agents]
    client.regenerate_api_key(tenant)
    after = [client.agent_key(tenant, agent.agent_id) for agent in agents]
    assert len({*before, *after}) == 4
    assert tenant.replaced == before


def test_what_the_dialect_lacks_is_no_answer_of_the_deployment(client: ConfiguratorClient, tenant: Tenant) -> None:
    for operation in ("renew the session", "end the session", "read the statistics", "list the templates"):
        with pytest.raises(NotOffered, match="say by a tag what it needs"):
            OPERATIONS[operation].attempt(client, bearer(tenant.access_token))
    with pytest.raises(NotOffered):
        client.logout(tenant)


def test_every_capability_that_is_lacking_has_a_tag_and_a_reason() -> None:
    assert set(SaasClient.lacking) < set(FrontlessClient.lacking) == set(CAPABILITIES)
    assert {operation.needs for operation in OPERATIONS.values()} - {""} <= set(CAPABILITIES)
    assert ConfiguratorClient.lacking == {}


def test_a_tenant_without_a_tenant_is_told(client: ConfiguratorClient, tenant: Tenant) -> None:
    assert isinstance(client, SaasClient)
    with pytest.raises(UnexpectedAnswer, match="no tenant of the user user_nobody"):
        client._tenant_of("user_nobody")
