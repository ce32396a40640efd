"""Whom the names lead to that a purge is given, and whom they only resemble."""

import pytest
from sqlalchemy import text

from support.errors import UsageError
from support.purge import Selection, purge, select_prefix, select_tenants
from tests.purge.site import Site, hexadecimal


@pytest.mark.parametrize("named", ["usernames", "tenant_ids", "user_ids"])
def test_each_kind_of_name_leads_to_everything(site: Site, named: str) -> None:
    before = site.content()
    one = site.populate("testuser_1")
    names = {"usernames": one.username, "tenant_ids": one.tenant_id, "user_ids": one.user_id}

    purge([site.url], Selection.of(**{named: [names[named]]}))

    assert site.content() == before


def test_a_second_purge_finds_nothing_and_says_what_is_missing(site: Site) -> None:
    site.populate("testuser_1")
    selection = purge([site.url], Selection.of(["testuser_1"])).selection
    after = site.content()

    report = purge([site.url], selection)

    assert site.content() == after
    assert report.counts == {}
    assert report.missing == selection


def test_close_user_names_stay(site: Site) -> None:
    for close in (
        "testuser_12",
        "testuser-1",
        "testuserX1",
        "TestUser_1",
        "testuser_%",
        "%",
        "testuser_1 ",
        "testuser_",
    ):
        site.populate(close)
    before = site.content()
    site.populate("testuser_1")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.content() == before


def test_a_pattern_is_only_a_name(site: Site) -> None:
    site.populate("testuser_1")
    before = site.content()

    report = purge([site.url], Selection.of(["testuser_%", "testuser__", "TESTUSER_1"], ["tenant_%", "*"]))

    assert site.content() == before
    assert report.missing.usernames == {"testuser_%", "testuser__", "TESTUSER_1"}


def test_a_prefix_is_literal_text(site: Site) -> None:
    for name in ("test_1", "test_2", "testX1", "Test_3", "a test_4", "tes"):
        site.populate(name)

    assert select_prefix(site.engine, "test_").usernames == {"test_1", "test_2"}
    assert select_prefix(site.engine, "test%") == Selection()


def test_an_empty_prefix_is_refused(site: Site) -> None:
    with pytest.raises(UsageError, match="empty prefix"):
        select_prefix(site.engine, "")


def test_selected_tenants_come_with_accounts_and_agents(site: Site) -> None:
    one = site.populate("testuser_1", agents=2)
    site.populate("testuser_2")

    selection = select_tenants(site.engine, [one.tenant_id, "tenant_nobody"])

    assert selection == Selection.of(["testuser_1"], [one.tenant_id, "tenant_nobody"], [one.user_id], one.agent_ids)


def test_close_tenant_ids_stay(site: Site) -> None:
    tenant = "tenant_0123456789abcdef"
    for number, close in enumerate([tenant.upper(), f"{tenant}0", tenant[:-1], f"x{tenant}"]):
        site.populate(f"other_{number}", tenant_id=close)
    before = site.content()
    site.populate("testuser_1", tenant_id=tenant)

    purge([site.url], Selection.of(tenant_ids=[tenant]))

    assert site.content() == before


def test_a_column_that_ignores_case_does_not_widen_the_selection(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("COLLATE NOCASE is SQLite's.")
    site.execute("CREATE TABLE loose (tenant_id TEXT COLLATE NOCASE)")
    site.execute("INSERT INTO loose VALUES ('TENANT_A'), ('tenant_a')")

    purge([site.url], Selection.of(tenant_ids=["tenant_a"]))

    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT tenant_id FROM loose")).scalars().all() == ["TENANT_A"]


def test_an_agent_named_alone_leaves_its_tenant_and_its_sister(site: Site) -> None:
    one = site.populate("testuser_1", agents=2)
    gone, sister = one.agent_ids

    report = purge([site.url], Selection.of(agent_ids=[gone]))

    assert (report.agents, report.messages, report.users) == (1, 2, 0)
    assert not any(site.holds(table, agent_id=gone) for table in ("agents", "messages", "llm_usage", "emoji"))
    assert all(site.holds(table, agent_id=sister) for table in ("agents", "messages", "llm_usage", "emoji"))


def test_many_ids_are_taken_in_short_statements(site: Site) -> None:
    before = site.content()
    one = site.populate("testuser_1", agents=0)
    agents = [f"agent_{hexadecimal(number)}" for number in range(1200)]
    site.add_all("emoji", [{"agent_id": agent} for agent in agents])

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id], agent_ids=agents))

    assert site.content() == before


def test_a_user_whose_tenant_has_other_users_is_refused(site: Site) -> None:
    site.execute("CREATE TABLE members (username TEXT, password_hash TEXT, tenant_id TEXT)")
    site.execute("INSERT INTO members VALUES ('boss', '-', 'tenant_a'), ('testuser_1', '-', 'tenant_a')")

    with pytest.raises(UsageError, match="boss"):
        purge([site.url], Selection.of(["testuser_1"]))

    with site.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM members")) == 2
    assert purge([site.url], Selection.of(tenant_ids=["tenant_a"])).counts == {"members": 2}


@pytest.mark.parametrize("named", ["usernames", "tenant_ids", "user_ids"])
def test_a_tenant_and_the_user_who_owns_it_lead_to_each_other(site: Site, named: str) -> None:
    user, tenant = f"user_{hexadecimal('u', 12)}", f"tenant_{hexadecimal('t', 12)}"
    site.execute(
        "CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT, hashed_password TEXT)",
        "CREATE TABLE tenants (id TEXT PRIMARY KEY, tenant_name TEXT, owner_id TEXT)",
    )
    before = site.content()
    site.execute(
        f"INSERT INTO users VALUES ('{user}', 'testuser_1', 'x')",  # noqa: S608
        f"INSERT INTO tenants VALUES ('{tenant}', 'one', '{user}')",  # noqa: S608
    )
    names = {"usernames": "testuser_1", "tenant_ids": tenant, "user_ids": user}

    purge([site.url], Selection.of(**{named: [names[named]]}))

    assert site.content() == before


def test_a_user_who_owns_another_tenant_stays(site: Site) -> None:
    user, one, two = (f"{kind}_{hexadecimal(kind, 12)}" for kind in ("user", "tenant", "another"))
    site.execute(
        "CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT, hashed_password TEXT)",
        "CREATE TABLE tenants (id TEXT PRIMARY KEY, tenant_name TEXT, owner_id TEXT)",
        f"INSERT INTO users VALUES ('{user}', 'testuser_1', 'x')",  # noqa: S608
        f"INSERT INTO tenants VALUES ('{two}', 'two', '{user}')",  # noqa: S608
    )
    before = site.content()
    site.execute(f"INSERT INTO tenants VALUES ('{one}', 'one', '{user}')")  # noqa: S608

    purge([site.url], Selection.of(tenant_ids=[one]))

    assert site.content() == before


@pytest.mark.parametrize("name", ["testuser_\0", "testuser_\ud83c"])
def test_a_name_that_no_database_holds_hinders_no_other(site: Site, name: str) -> None:
    before = site.content()
    ours = site.populate("testuser_1")
    purge([site.url], Selection.of([name, ours.username]))
    assert site.content() == before
