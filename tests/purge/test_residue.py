"""Residue is named, and told apart from what others do meanwhile."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url

from support.purge import Kind, Selection, Snapshot, compare, purge
from support.purge.database import open_engine
from support.purge.discovery import Role
from support.purge.owners import Database
from tests.purge.site import Inhabitant, Site, hexadecimal, stream_of


def test_a_database_that_is_as_before_has_no_residue(site: Site) -> None:
    site.populate("testuser_1")
    before = Snapshot.take([site.url])
    site.populate("testuser_2")
    selection = purge([site.url], Selection.of(["testuser_2"])).selection

    assert compare(before, Snapshot.take([site.url]), selection) == []
    assert before.counts == site.counts()


def test_a_planted_row_is_named_by_table_owner_and_key(site: Site) -> None:
    before = Snapshot.take([site.url])
    one = site.populate("testuser_1")
    selection = purge([site.url], Selection.of(["testuser_1"])).selection
    key = site.add("messages", tenant_id=one.tenant_id, agent_id=one.agent_ids[0])

    (left,) = compare(before, Snapshot.take([site.url]), selection)

    assert (left.table, left.owner, left.rows) == ("messages", (one.tenant_id, one.agent_ids[0]), 1)
    assert (left.kind, left.keys) == (Kind.LEFT, (str(key),))
    assert str(left) == f"messages: +1 rows of {one.tenant_id}/{one.agent_ids[0]}, left over: {key} (scenario unknown)"


def test_a_row_under_a_shared_tenant_is_ours_by_its_agent(site: Site) -> None:
    agent = f"agent_{hexadecimal('ours')}"
    before = Snapshot.take([site.url])
    site.add("llm_usage", tenant_id="default", agent_id=agent)

    (left,) = compare(before, Snapshot.take([site.url]), Selection.of(agent_ids=[agent]))

    assert left.kind is Kind.LEFT


def test_rows_that_nobody_owns_are_unexplained(site: Site) -> None:
    site.add("scopes", scope="here before")
    site.add("notes", tenant_id="default", note="here before")
    before = Snapshot.take([site.url])
    site.add("scopes", scope="new")
    site.add("notes", tenant_id="default", note="new")

    differences = compare(before, Snapshot.take([site.url]), Selection.of(["testuser_1"]))

    assert [(each.table, each.kind, each.rows, each.keys) for each in differences] == [
        ("notes", Kind.UNEXPLAINED, 1, ("default, new",)),
        ("scopes", Kind.UNEXPLAINED, 1, ("new",)),
    ]


def test_what_others_do_meanwhile_is_theirs(site: Site) -> None:
    one, two = site.populate("other_1"), site.populate("other_2")
    before = Snapshot.take([site.url])
    three = site.populate("other_3")
    site.add("messages", tenant_id=one.tenant_id)
    site.remove("user_sessions", tenant_id=two.tenant_id)

    differences = compare(before, Snapshot.take([site.url]), Selection.of(["testuser_1"], ["tenant_1"]))

    # A row without any id but a reference does not tell whose it is.
    unexplained = {each.table for each in differences if each.kind is not Kind.OTHERS}
    assert unexplained == {"thumbnails", "attachments"}
    changes = {(each.table, each.owner[0], each.rows) for each in differences if each.kind is Kind.OTHERS}
    assert {("messages", one.tenant_id, 1), ("user_sessions", two.tenant_id, -1)} <= changes
    assert ("expressions", stream_of(three.agent_ids[0]), 1) in changes


@pytest.mark.parametrize(("alone", "kind"), [(False, Kind.OTHERS), (True, Kind.UNEXPLAINED)])
def test_a_row_that_has_named_a_newcomer_before_is_that_ones_then(site: Site, alone: bool, kind: Kind) -> None:
    name = "other_1"
    for scope in (f"creating tenant_{hexadecimal(name)}", "of nobody"):
        site.add("scopes", scope=scope)
    before = Snapshot.take([site.url])
    site.populate(name)
    moved = Snapshot.take([site.url])
    site.remove("scopes", scope="of nobody")

    kinds, later = (
        {each.owner: each.kind for each in compare(before, after, alone=alone) if each.table == "scopes"}
        for after in (moved, Snapshot.take([site.url]))
    )

    assert kinds[()] is kind
    assert later[()] is Kind.UNEXPLAINED


def test_where_the_run_is_alone_nothing_is_of_others(site: Site) -> None:
    one = site.populate("other_1")
    before = Snapshot.take([site.url])
    site.populate("other_2")
    site.add("messages", tenant_id=one.tenant_id)

    differences = compare(before, Snapshot.take([site.url]), Selection.of(["testuser_1"]), alone=True)

    assert {"tenant_users", "agents", "messages"} <= {each.table for each in differences}
    assert {each.kind for each in differences} == {Kind.UNEXPLAINED}


def test_an_agent_of_a_tenant_that_does_not_exist_is_nobody(site: Site) -> None:
    one = site.populate("other_1")
    before = Snapshot.take([site.url])
    site.add("agents", tenant_id="tenant_of_nobody", agent_id="agent_1")
    site.add("agents", tenant_id=one.tenant_id, agent_id="agent_2")
    site.add_all("emoji", ({"agent_id": agent} for agent in ("agent_1", "agent_2")))

    differences = compare(before, Snapshot.take([site.url]))

    assert [(each.table, each.owner, each.kind) for each in differences] == [
        ("agents", (one.tenant_id, "agent_2"), Kind.OTHERS),
        ("agents", ("tenant_of_nobody", "agent_1"), Kind.UNEXPLAINED),
        ("emoji", ("agent_1",), Kind.UNEXPLAINED),
        ("emoji", ("agent_2",), Kind.OTHERS),
    ]


def test_where_no_table_registers_tenants_every_agent_is_somebody(site: Site) -> None:
    site.execute("DROP TABLE user_sessions", "DROP TABLE tenant_users")
    before = Snapshot.take([site.url])
    site.add("agents", tenant_id="tenant_1", agent_id="agent_1")

    (difference,) = compare(before, Snapshot.take([site.url]))

    assert difference.kind is Kind.OTHERS


def test_a_tenant_who_comes_while_the_rows_are_read_and_goes_later_is_no_difference(site: Site) -> None:
    engine = open_engine(site.url)
    newcomers: list[Inhabitant] = []

    def come(*execution: Any) -> None:
        if "FROM messages" in execution[2] and not newcomers:
            newcomers.append(site.populate("other_1"))

    event.listen(engine, "before_cursor_execute", come)
    try:
        before = Snapshot.take([site.url])
    finally:
        event.remove(engine, "before_cursor_execute", come)
    purge([site.url], Selection.of(tenant_ids=[newcomer.tenant_id for newcomer in newcomers]))

    assert newcomers
    assert compare(before, Snapshot.take([site.url])) == []


def test_what_is_read_of_a_database_without_a_log_keeps_nobody_from_writing(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL always lets others write meanwhile")
    site.populate("other_1")
    site.engine.dispose()
    with closing(sqlite3.connect(make_url(site.url).database or "", isolation_level=None, timeout=0)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        with Database.of(open_engine(site.url)).at_one_moment() as database:
            assert database.has(database.accounts[0].column(Role.TENANT).is_not(None))
            other.execute("DELETE FROM tenant_users")


def test_an_exchanged_row_is_a_difference_although_the_counts_are_equal(site: Site) -> None:
    site.add("scopes", scope="one")
    before = Snapshot.take([site.url])
    site.execute("UPDATE scopes SET scope = 'two'")

    (difference,) = compare(before, Snapshot.take([site.url]))

    assert (difference.rows, difference.keys, difference.gone) == (0, ("two",), ("one",))
    assert str(difference) == "scopes: +0 rows of no owner, unexplained: two, gone: one (scenario unknown)"


def test_keys_that_python_hashes_alike_are_told_apart(site: Site) -> None:
    site.execute("INSERT INTO emoji (id) VALUES (-1)")
    before = Snapshot.take([site.url])
    site.execute("UPDATE emoji SET id = -2")

    (difference,) = compare(before, Snapshot.take([site.url]))

    assert (difference.keys, difference.gone) == (("-2",), ("-1",))


def test_a_row_that_vanished_is_named(site: Site) -> None:
    first, _ = (site.add("agent_templates", created_by=None) for _ in range(2))
    before = Snapshot.take([site.url])
    site.remove("agent_templates", id=first)

    (difference,) = compare(before, Snapshot.take([site.url]))

    assert str(difference) == f"agent_templates: -1 rows of no owner, unexplained, gone: {first} (scenario unknown)"


def test_a_row_with_the_values_of_another_is_named_too(site: Site) -> None:
    site.add_all("scopes", [{"scope": "one"}, {"scope": "two"}])
    before = Snapshot.take([site.url])
    site.add("scopes", scope="one")
    after = Snapshot.take([site.url])

    assert [(each.rows, each.keys, each.gone) for each in compare(before, after)] == [(1, ("one",), ())]
    assert [(each.rows, each.keys, each.gone) for each in compare(after, before)] == [(-1, (), ("one",))]


def test_a_row_without_a_key_may_hold_values_of_any_kind(site: Site) -> None:
    site.execute("CREATE TABLE settings (data JSON)")
    before = Snapshot.take([site.url])
    site.execute("""INSERT INTO settings VALUES ('{"a": [1]}')""")

    (difference,) = compare(before, Snapshot.take([site.url]))

    shown = '{"a": [1]}' if site.engine.dialect.name == "sqlite" else "{'a': [1]}"
    assert (difference.rows, difference.keys) == (1, (shown,))


def test_a_table_that_appears_meanwhile_is_seen(site: Site) -> None:
    before = Snapshot.take([site.url])
    site.execute("CREATE TABLE agent_api_keys (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    site.add("agent_api_keys", tenant_id="tenant_1")

    (difference,) = compare(before, Snapshot.take([site.url]), Selection.of(tenant_ids=["tenant_1"]))

    assert (difference.table, difference.kind) == ("agent_api_keys", Kind.LEFT)


def test_where_rows_are_too_many_to_remember_only_the_keys_of_new_owners_are_named(site: Site) -> None:
    site.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    # One more than are remembered.
    site.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n <= 20000) "
        "INSERT INTO letters SELECT n, 'tenant_1' FROM numbers"
    )
    before = Snapshot.take([site.url])
    site.execute("INSERT INTO letters VALUES (30001, 'tenant_1'), (30002, 'tenant_2')")

    differences = compare(before, Snapshot.take([site.url]))

    assert [(each.owner, each.rows, each.keys) for each in differences] == [
        (("tenant_1",), 1, ()),
        (("tenant_2",), 1, ("30002",)),
    ]


def test_of_many_rows_that_are_new_or_gone_the_first_ten_are_named(site: Site) -> None:
    before = Snapshot.take([site.url])
    site.add_all("scopes", ({"scope": f"new {number:02}"} for number in range(12)))

    after = Snapshot.take([site.url])

    (difference,), (reverse,) = compare(before, after), compare(after, before)

    first = tuple(f"new {number:02}" for number in range(10))
    assert (difference.rows, difference.keys, difference.gone) == (12, first, ())
    assert (reverse.rows, reverse.keys, reverse.gone) == (-12, (), first)
    assert str(difference) == (f"scopes: +12 rows of no owner, unexplained: {', '.join(first)} (scenario unknown)")
    assert str(replace(difference, rows=-1, keys=(), scenarios=("ONE-001", "TWO-002"))) == (
        "scopes: -1 rows of no owner, unexplained (made in ONE-001, TWO-002)"
    )


def test_rows_of_somebody_and_of_nobody_are_told_side_by_side(site: Site) -> None:
    before = Snapshot.take([site.url])
    site.add("notes", tenant_id=None, note="of nobody")
    site.add("notes", tenant_id="tenant_1", note="of one")

    differences = compare(before, Snapshot.take([site.url]))

    assert [(each.owner, each.rows) for each in differences] == [(("tenant_1",), 1), ((None,), 1)]


def test_a_row_that_names_neither_tenant_nor_agent_is_of_what_tells_most(site: Site) -> None:
    site.execute("CREATE TABLE moods (id INTEGER PRIMARY KEY, person_id TEXT, chat_id TEXT)")
    before = Snapshot.take([site.url])
    site.add("moods", person_id="somebody", chat_id="somewhere")

    (difference,) = compare(before, Snapshot.take([site.url]))

    assert difference.owner == ("somewhere",)


def test_tables_of_two_databases_are_told_apart(site: Site, tmp_path: Path) -> None:
    other = Site(f"sqlite:///{tmp_path / 'other.db'}")
    urls = [site.url, other.url]
    before = Snapshot.take(urls)
    other.add("scopes", scope="new")

    (difference,) = compare(before, Snapshot.take(urls))

    other.engine.dispose()
    assert difference.table == f"{tmp_path / 'other.db'}:scopes"
    assert len(before.counts) == len(site.names()) + len(other.names())
