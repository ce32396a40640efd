"""Tenants that nobody owns, as dialect saas makes them without a web front: the purge knows them by their own name."""

from pathlib import Path

from support.purge import Selection, count_rows, purge, select_prefix
from tests.purge.site import Site, hexadecimal


def add_tables_of_saas(site: Site) -> None:
    """Add those of dialect saas, where a tenant that was made without an account is owned by nobody."""
    # Only SQLite can be told to take capitals for small letters.
    loose = "COLLATE NOCASE" if site.engine.dialect.name == "sqlite" else ""
    site.execute(
        "CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT UNIQUE, hashed_password TEXT)",
        f"CREATE TABLE tenants (id TEXT PRIMARY KEY, tenant_name TEXT {loose} UNIQUE, owner_id TEXT)",
    )


def add_tenants(site: Site, **owners: str | None) -> list[str]:
    """Add a tenant of each name, with an agent; return their ids."""
    ids = [f"tenant_{hexadecimal(name, 12)}" for name in owners]
    for tenant_id, (name, owner) in zip(ids, owners.items(), strict=True):
        site.execute(f"INSERT INTO tenants VALUES ('{tenant_id}', '{name}', NULLIF('{owner or ''}', ''))")  # noqa: S608
        site.add("agents", tenant_id=tenant_id, agent_id=f"agent_{hexadecimal(name, 12)}")
    return ids


def test_a_tenant_without_an_account_is_found_by_its_own_name(site: Site) -> None:
    add_tables_of_saas(site)
    add_tenants(site, testuser_10=None, testuser_=None, testuserX1=None)
    before = site.content()
    (tenant,) = add_tenants(site, testuser_1=None)
    missed = Selection.of(["TESTUSER_1", "testuser__", "testuser_%", "testuser_1 "])
    assert purge([site.url], missed).missing == missed
    assert count_rows([site.url], missed) == {}

    report = purge([site.url], Selection.of(["testuser_1"]))

    assert site.content() == before
    assert (report.missing, report.users, report.agents) == (Selection(), 1, 1)
    assert report.selection.tenant_ids == {tenant}


def test_a_tenant_with_an_account_is_not_found_by_what_it_is_called(site: Site, tmp_path: Path) -> None:
    other = Site(f"sqlite:///{tmp_path / 'front.db'}")
    add_tables_of_saas(site)
    add_tables_of_saas(other)
    other.execute("INSERT INTO users VALUES ('user_bob', 'bob', 'x')")
    add_tenants(site, testuser_1="user_bob", testuser_2=None)
    # An account may also name its tenant itself.
    resident = site.populate("carol")
    add_tenants(site, testuser_3=None)
    site.execute(f"UPDATE tenants SET id = '{resident.tenant_id}' WHERE tenant_name = 'testuser_3'")  # noqa: S608
    before = site.content()
    named = Selection.of(["testuser_1", "testuser_3"])

    report = purge([site.url, other.url], named)

    other.engine.dispose()
    assert (site.content(), report.missing) == (before, named)


def test_a_prefix_names_tenants_without_an_account_to_the_letter(site: Site) -> None:
    add_tables_of_saas(site)
    one, two, *_ = add_tenants(site, a_1=None, a_2=None, aX3=None, A_4=None, a_5="user_bob", a=None)

    found = select_prefix(site.engine, "a_")
    assert (found.usernames, found.tenant_ids) == (frozenset(["a_1", "a_2"]), frozenset([one, two]))
    assert len(found.agent_ids) == 2


def test_a_name_that_several_tenants_may_have_leads_to_none(site: Site) -> None:
    site.execute("CREATE TABLE tenants (id TEXT PRIMARY KEY, tenant_name TEXT, owner_id TEXT)")
    add_tenants(site, testuser_1=None)
    before = site.content()

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.content() == before
    assert select_prefix(site.engine, "testuser_") == Selection()
