"""What a purge takes, and what it leaves."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from support.purge import PurgeError, Selection, count_rows, purge
from tests.purge.site import Site, hexadecimal, person_of, stream_of


def test_a_purged_tenant_leaves_every_table_as_it_was(site: Site) -> None:
    site.populate("testuser_1", agents=2)
    before = site.content()
    two = site.populate("testuser_2", agents=2)

    report = purge([site.url], Selection.of(usernames=["testuser_2"]))

    assert site.content() == before
    assert report.selection == Selection.of(["testuser_2"], [two.tenant_id], [two.user_id], two.agent_ids)
    assert set(report.counts) == site.names()
    assert (report.users, report.agents, report.sessions, report.messages, report.chat_streams) == (1, 2, 1, 4, 2)


def test_a_dry_run_counts_what_a_purge_takes_and_changes_nothing(site: Site) -> None:
    one = site.populate("testuser_1", agents=2)
    site.populate("testuser_2")
    before = site.content()

    foreseen = purge([site.url], Selection.of(tenant_ids=[one.tenant_id]), dry_run=True)

    assert site.content() == before
    assert foreseen.counts == purge([site.url], Selection.of(tenant_ids=[one.tenant_id])).counts


def test_a_row_that_names_another_existing_tenant_stays(site: Site) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    stream = stream_of(one.agent_ids[0])
    strayed = {"tenant_id": two.tenant_id, "agent_id": one.agent_ids[0], "chat_stream_id": stream, "message_id": "m"}
    site.add("messages", **strayed, user_id=one.user_id, chat_info_stream_id=stream)
    site.add("memory_chest", tenant_id=two.tenant_id, memory_scope=one.tenant_id)

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert site.holds("messages", **strayed)
    assert site.holds("memory_chest", tenant_id=two.tenant_id, memory_scope=one.tenant_id)


@pytest.mark.parametrize("shared", ["default", "", "tenant_of_nobody", None])
def test_a_row_under_a_shared_tenant_goes_by_agent_stream_or_text(site: Site, shared: str | None) -> None:
    site.execute("CREATE TABLE astray (tenant_id TEXT, agent_id TEXT, chat_id TEXT, scope TEXT)")
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, two):
        agent = each.agent_ids[0]
        site.add("astray", tenant_id=shared, agent_id=agent)
        site.add("astray", tenant_id=shared, agent_id="default", chat_id=None, scope=f"({each.tenant_id})")
        site.add("astray", tenant_id=shared, agent_id="default", chat_id=stream_of(agent), scope=None)
    site.add("astray", tenant_id=shared, agent_id="default", chat_id="default")

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert site.counts()["astray"] == 4
    assert not site.holds("astray", agent_id=one.agent_ids[0])


def test_what_stands_in_our_rows_by_default_does_not_lead_to_the_rows_of_others(site: Site) -> None:
    one = site.populate("testuser_1")
    ours = {"tenant_id": one.tenant_id, "agent_id": "default", "chat_stream_id": "default", "message_id": "ours"}
    site.add("messages", **ours, chat_info_stream_id="default")
    site.add("expressions", chat_id="default")
    site.add("emoji", agent_id="default")
    site.add("llm_usage", tenant_id="default", agent_id="default", user_id="10001")

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert not site.holds("messages", message_id="ours")
    assert site.holds("expressions", chat_id="default")
    assert site.holds("emoji", agent_id="default")
    assert site.holds("llm_usage", agent_id="default")


def test_a_stream_that_two_tenants_share_is_nobodys_alone(site: Site) -> None:
    shared = hexadecimal("one stream for two tenants", 32)
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, two):
        site.add("messages", tenant_id=each.tenant_id, agent_id=each.agent_ids[0], chat_stream_id=shared)
    site.add("expressions", chat_id=shared)

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert site.holds("expressions", chat_id=shared)


def test_streams_and_persons_are_found_under_whatever_column_they_stand(site: Site) -> None:
    site.execute("CREATE TABLE diary (id INTEGER PRIMARY KEY, tenant_id TEXT, room TEXT, admirer TEXT)")
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, two):
        (agent,) = each.agent_ids
        site.add("diary", tenant_id=None, room=stream_of(agent), admirer=None)
        site.add("diary", tenant_id="default", room="a room", admirer=person_of(agent))
    strayed = {"tenant_id": two.tenant_id, "room": stream_of(one.agent_ids[0])}
    site.add("diary", **strayed)

    foreseen = count_rows([site.url], Selection.of(tenant_ids=[one.tenant_id]))
    report = purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert (foreseen["diary"], report.counts["diary"]) == (2, 2)
    assert site.holds("diary", room=stream_of(two.agent_ids[0]))
    assert site.holds("diary", admirer=person_of(two.agent_ids[0]))
    assert site.holds("diary", **strayed), "it is another tenant's"
    assert site.counts()["diary"] == 3


def test_a_stream_that_is_called_like_anything_is_not_looked_for_in_other_columns(site: Site) -> None:
    site.execute("CREATE TABLE diary (id INTEGER PRIMARY KEY, room TEXT)")
    one = site.populate("testuser_1")
    owned = {"tenant_id": one.tenant_id, "agent_id": one.agent_ids[0]}
    site.add("chat_streams", **owned, stream_id="lobby", chat_stream_id="lobby")
    site.add("diary", room="lobby")

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert not site.holds("chat_streams", stream_id="lobby")
    assert site.holds("diary", room="lobby")


def test_a_column_that_has_appeared_since_the_last_purge_is_seen(site: Site) -> None:
    site.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, body TEXT)")
    one = site.populate("testuser_1")
    assert "letters" not in count_rows([site.url], Selection.of(["testuser_1"]))
    site.execute("ALTER TABLE letters ADD COLUMN tenant_id TEXT")
    site.add("letters", tenant_id=one.tenant_id)

    assert purge([site.url], Selection.of(["testuser_1"])).counts["letters"] == 1


def test_who_is_alone_takes_the_same(site: Site) -> None:
    before = site.content()
    site.populate("testuser_1")
    site.populate("testuser_2")

    purge([site.url], Selection.of(["testuser_1", "testuser_2"]), alone=True)

    assert site.content() == before


def test_what_was_removed_is_not_left_to_be_tidied_up_by_others(site: Site, tmp_path: Path) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite lets who writes move the log to its place.")
    site.populate("testuser_1")
    with site.engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM messages"))
        connection.rollback()  # it stays open, or SQLite would tidy up when the purge closes the last one

        purge([site.url], Selection.of(["testuser_1"]))

        without_log = shutil.copy(str(site.engine.url.database), tmp_path / "without-log.db")
    with closing(sqlite3.connect(without_log)) as copy:
        assert copy.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_an_orphaned_agent_goes_with_its_tenant(site: Site) -> None:
    one = site.populate("testuser_1", agents=0)
    orphan = f"agent_{hexadecimal('orphan')}"
    site.add("messages", tenant_id=one.tenant_id, agent_id=orphan)
    site.add("emoji", agent_id=orphan)

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert not site.holds("emoji", agent_id=orphan)


def test_a_chat_user_with_an_accounts_id_is_no_account(site: Site) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add("person_info", tenant_id=two.tenant_id, agent_id=two.agent_ids[0], user_id=one.user_id)
    site.add("llm_usage", tenant_id="default", agent_id="default", user_id=one.user_id)

    purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert site.holds("person_info", user_id=one.user_id)
    assert site.holds("llm_usage", user_id=one.user_id)


def test_an_account_id_that_could_be_any_text_is_not_looked_for_on_its_own(site: Site) -> None:
    site.populate("testuser_1", user_id="alice")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.holds("devices", user_id="alice")
    assert not site.holds("tenant_users", user_id="alice")


def test_the_systems_templates_stay(site: Site) -> None:
    one = site.populate("testuser_1")
    site.add("agent_templates", template_id="system", persona=f"made with {one.tenant_id}", created_by=None)

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.holds("agent_templates", template_id="system")
    assert site.counts()["agent_templates"] == 1


def test_a_tenant_that_cannot_go_completely_stays_completely(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("The trigger is written for SQLite.")
    refusal = "BEGIN SELECT RAISE(ABORT, 'the account is guarded'); END"
    site.execute(f"CREATE TRIGGER guard BEFORE DELETE ON tenant_users {refusal}")
    site.populate("testuser_1")
    before = site.content()

    with pytest.raises(PurgeError, match="the account is guarded"):
        purge([site.url], Selection.of(["testuser_1"]))

    assert site.content() == before


def test_names_in_one_database_lead_to_rows_in_another(site: Site, tmp_path: Path) -> None:
    other = Site(f"sqlite:///{tmp_path / 'other.db'}")
    one = site.populate("testuser_1")
    other.add("messages", tenant_id=one.tenant_id)
    other.add("emoji", agent_id=one.agent_ids[0])
    other.add("messages", tenant_id="tenant_of_another")

    report = purge([site.url, other.url], Selection.of(["testuser_1"]))

    other.engine.dispose()
    assert {table: rows for table, rows in other.counts().items() if rows} == {"messages": 1}
    assert report.messages == 3
    assert count_rows([site.url, other.url], report.selection) == {}


def test_the_id_of_a_chat_user_that_looks_like_ours_says_nothing(site: Site) -> None:
    site.execute("CREATE TABLE greetings (id INTEGER PRIMARY KEY, sender_user_id TEXT)")
    one = site.populate("testuser_1")
    site.add("greetings", sender_user_id=one.user_id)

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.holds("greetings", sender_user_id=one.user_id)
