"""What a stranger shows is wrong in the way that its name says, however a dialect spells a credential."""

import re

import pytest

from support.chat.strangers import wrong_credentials
from support.configurator import Agent, Tenant

AGENT = Agent("agent_1", "tenant_Ab", "Ada", None, "")
QUOTE = "' OR '1'='1"
# By a key of the tenant's, as the embedded deployment does.
OF_TENANT = {
    "no credential": None,
    "an empty credential": "",
    "garbage": "!! not a credential ??",
    "the right key without its last character": "mb_Ke:agent_1",
    "the right key with one character more": "mb_KeyA:agent_1",
    "the right key in the other case": "MB_kEY:agent_1",
    "the right key with a space after it": "mb_Key :agent_1",
    "a pattern that matches every key": "%:agent_1",
    "a quote that ends a database query": f"{QUOTE}:agent_1",
    "a key made of what is no secret: the ids": "tenant_Ab:agent_1",
    "the right key without an agent": "mb_Key:",
    "the agent without a key": ":agent_1",
    "the owner's login token in place of the key": "token_T:agent_1",
}
# By the tenant's id and a key of the agent's.
OF_AGENT = {
    "no credential": None,
    "an empty credential": "",
    "garbage": "!! not a credential ??",
    "the right key without its last character": "tenant_A sk_Ow",
    "the right key with one character more": "tenant_AbA sk_OwnA",
    "the right key in the other case": "TENANT_aB SK_oWN",
    "the right key with a space after it": "tenant_Ab  sk_Own ",
    "a pattern that matches every key": "% %",
    "a quote that ends a database query": f"{QUOTE} {QUOTE}",
    "a key made of what is no secret: the ids": "tenant_Ab -",
    "the right key without an agent": "tenant_Ab -",
    "the agent without a key": " ",
    "the owner's login token in place of the key": "token_T token_T",
}
UNKNOWN = ("a well-formed key that was never issued", "the right key for an agent that does not exist")


def spell_of_tenant(tenant: Tenant, agent: Agent) -> str:
    return f"{tenant.api_key}:{agent.agent_id}"


def spell_of_agent(tenant: Tenant, agent: Agent) -> str:
    return f"{tenant.tenant_id} {tenant.agent_keys.get(agent.agent_id, '-')}"


@pytest.fixture
def tenant() -> Tenant:
    keys = {"agent_1": "sk_Own"}
    return Tenant("testuser_1", "user_1", "tenant_Ab", "Acme", "", "mb_Key", "token_T", "", agent_keys=keys)


def test_a_key_of_the_tenant_is_wrong_in_the_way_that_the_name_says(tenant: Tenant) -> None:
    wrong = wrong_credentials(spell_of_tenant, tenant, AGENT)
    assert {name: credential for name, credential in wrong.items() if name not in UNKNOWN} == OF_TENANT
    assert set(wrong) == {*OF_TENANT, *UNKNOWN}


def test_a_key_of_the_agent_is_wrong_in_the_way_that_the_name_says(tenant: Tenant) -> None:
    wrong = wrong_credentials(spell_of_agent, tenant, AGENT)
    assert {name: credential for name, credential in wrong.items() if name not in UNKNOWN} == OF_AGENT


def test_a_key_that_was_never_issued_looks_like_one_and_is_another_each_time(tenant: Tenant) -> None:
    never_issued, no_agent = UNKNOWN
    one, two = (wrong_credentials(spell_of_tenant, tenant, AGENT) for _ in range(2))
    assert re.fullmatch(r"mb_[\w-]{43}:agent_1", str(one[never_issued]))
    assert re.fullmatch(r"mb_Key:agent_[0-9a-f]{16}", str(one[no_agent]))
    assert one[never_issued] != two[never_issued]
    assert one[no_agent] != two[no_agent]
    of_agent = wrong_credentials(spell_of_agent, tenant, AGENT)
    assert re.fullmatch(r"tenant_[0-9a-f]{16} -", str(of_agent[never_issued]))
    assert of_agent[no_agent] == "tenant_Ab -"


def test_the_tenant_keeps_what_is_right(tenant: Tenant) -> None:
    wrong_credentials(spell_of_tenant, tenant, AGENT)
    assert spell_of_tenant(tenant, AGENT) == "mb_Key:agent_1"
    assert spell_of_agent(tenant, AGENT) == "tenant_Ab sk_Own"
