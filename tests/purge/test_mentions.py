"""Ids inside longer texts: of tenants, agents, accounts, chat streams and persons."""

import json
from collections.abc import Iterator

import pytest

from support.purge import Kind, Selection, Snapshot, compare, count_rows, purge
from support.purge.mentions import ids_in
from tests.purge.site import Inhabitant, Site, hexadecimal, person_of, stream_of

# A number, a text, two columns or nothing tells a row from the others.
TABLES = {
    "diary": "CREATE TABLE diary (id INTEGER PRIMARY KEY, tenant_id TEXT, line TEXT, data JSON)",
    "letters": "CREATE TABLE letters (name TEXT NOT NULL PRIMARY KEY, line TEXT, data JSON)",
    "pages": "CREATE TABLE pages (book TEXT NOT NULL, page INTEGER, line TEXT, data JSON, PRIMARY KEY (book, page))",
    "log": "CREATE TABLE log (line TEXT, data JSON)",
}
SHARED_STREAM = hexadecimal("one stream for two tenants", 32)


def texts_of(one: Inhabitant) -> Iterator[str]:
    (agent,) = one.agent_ids
    for each in (one.tenant_id, one.user_id, agent, stream_of(agent), person_of(agent)):
        yield f"2026-01-01 INFO [{each}] has said: 你好"
        yield f"x_{each}-y"
        yield json.dumps({"memory": [{"of": each, "again": each}]})
        yield each


@pytest.fixture(params=TABLES)
def table(site: Site, request: pytest.FixtureRequest) -> str:
    site.execute(TABLES[request.param])
    return str(request.param)


def test_a_row_goes_with_whoever_is_named_inside_its_texts(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    before = site.content()[table]
    for text in texts_of(one):
        site.add(table, line=text)
    for text in texts_of(two):
        site.add(table, line=f"{text} too")
    site.add(table, line="nothing")
    theirs = site.counts()[table] - len(list(texts_of(one)))

    foreseen = count_rows([site.url], Selection.of(["testuser_1"]))
    report = purge([site.url], Selection.of(["testuser_1"]))

    assert foreseen == report.counts
    assert report.counts[table] == len(list(texts_of(one)))
    assert site.counts()[table] == theirs
    purge([site.url], Selection.of(["testuser_2"]))
    site.remove(table, line="nothing")
    assert site.content()[table] == before


def test_a_stream_is_followed_into_texts_although_it_stands_alone_in_no_row_of_nobody(site: Site, table: str) -> None:
    one = site.populate("testuser_1")
    site.execute("DROP TABLE expressions", "DROP TABLE person_facts")
    for number, of in enumerate([stream_of, person_of]):
        site.add(table, line=f"{number} of {of(one.agent_ids[0])}")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()[table] == 0


def test_a_column_of_json_is_a_text(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, two):
        site.add(table, data={"rooms": [stream_of(each.agent_ids[0])]}, line=None)

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()[table] == 1
    assert stream_of(two.agent_ids[0]) in site.content()[table][0]


@pytest.mark.parametrize("spell", [str.upper, "{}0".format, "f{}".format, "{}z".format, lambda each: each[:-1]])
def test_what_is_only_like_an_id_is_none(site: Site, table: str, spell: "type[str]") -> None:
    one = site.populate("testuser_1")
    for each in (one.tenant_id, stream_of(one.agent_ids[0]), person_of(one.agent_ids[0])):
        site.add(table, line=f"in {spell(each)}")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()[table] == 3


def test_the_id_of_another_stream_that_begins_with_ours_is_theirs(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    longer = f"{stream_of(one.agent_ids[0])}ab"
    owned = {"tenant_id": two.tenant_id, "agent_id": two.agent_ids[0]}
    site.add("chat_streams", **owned, stream_id=longer, chat_stream_id=longer)
    site.add(table, line=f"in {longer}")

    purge([site.url], Selection.of(["testuser_1"]))
    assert site.counts()[table] == 1
    purge([site.url], Selection.of(["testuser_2"]))
    assert site.counts()[table] == 0


@pytest.mark.parametrize("stream", ["lobby", "room_0123456789a", "qq_1234567890123", "123456789012345678"])
def test_a_stream_whose_id_can_be_guessed_is_not_looked_for_in_texts(site: Site, table: str, stream: str) -> None:
    one = site.populate("testuser_1")
    owned = {"tenant_id": one.tenant_id, "agent_id": one.agent_ids[0]}
    site.add("chat_streams", **owned, stream_id=stream, chat_stream_id=stream)
    site.add(table, line=f"in {stream}, as always")
    site.add(table, line=stream)

    purge([site.url], Selection.of(["testuser_1"]))

    assert not site.holds("chat_streams", stream_id=stream)
    assert site.counts()[table] == 2


@pytest.mark.parametrize("other", ["tenant", "agent", "account", "stream", "person"])
@pytest.mark.parametrize("column", ["line", "data"])
def test_a_row_that_names_somebody_else_too_stays(site: Site, table: str, other: str, column: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    (agent,) = two.agent_ids
    theirs = {
        "tenant": two.tenant_id,
        "agent": agent,
        "account": two.user_id,
        "stream": stream_of(agent),
        "person": person_of(agent),
    }[other]
    for each in (one.tenant_id, one.agent_ids[0], stream_of(one.agent_ids[0])):
        ours = f"{each} and {theirs}" if column == "line" else each
        site.add(table, line=ours, data=None if column == "line" else {"with": theirs})
    site.add(table, line=f"only {stream_of(one.agent_ids[0])}", data=None)

    foreseen = count_rows([site.url], Selection.of(["testuser_1"]))
    assert purge([site.url], Selection.of(["testuser_1"])).counts == foreseen

    assert foreseen[table] == 1
    assert site.counts()[table] == 3


def test_a_row_that_names_two_who_both_go_goes(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add(table, line=" and ".join(stream_of(each.agent_ids[0]) for each in (one, two)))
    site.add(table, line=f"{one.tenant_id} and {stream_of(two.agent_ids[0])}")

    purge([site.url], Selection.of(["testuser_1", "testuser_2"]))

    assert site.counts()[table] == 0


def test_a_stream_of_nobody_beside_ours_may_be_somebody_elses(site: Site, table: str) -> None:
    one = site.populate("testuser_1")
    owned = {"tenant_id": "default", "agent_id": "default"}
    site.add("chat_streams", **owned, stream_id=SHARED_STREAM, chat_stream_id=SHARED_STREAM)
    site.add(table, line=f"{stream_of(one.agent_ids[0])} and {SHARED_STREAM}")
    site.add(table, line=f"in {SHARED_STREAM}")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()[table] == 2


def test_a_stream_in_the_rows_of_two_tenants_is_nobodys_alone_in_texts_too(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    owned = {"tenant_id": one.tenant_id, "agent_id": one.agent_ids[0]}
    site.add("chat_streams", **owned, stream_id=SHARED_STREAM, chat_stream_id=SHARED_STREAM)
    site.add("messages", tenant_id=two.tenant_id, agent_id=two.agent_ids[0], chat_stream_id=SHARED_STREAM)
    site.add(table, line=f"in {SHARED_STREAM}")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()[table] == 1


def test_a_row_of_another_tenant_stays_whatever_its_texts_say(site: Site) -> None:
    site.execute(TABLES["diary"])
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add("diary", tenant_id=two.tenant_id, line=f"in {stream_of(one.agent_ids[0])}")
    site.add("diary", tenant_id=None, line=f"in {stream_of(one.agent_ids[0])}")

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.counts()["diary"] == 1
    assert site.holds("diary", tenant_id=two.tenant_id)


def test_residue_is_of_whom_its_texts_name(site: Site, table: str) -> None:
    other = site.populate("other")
    (agent,) = other.agent_ids
    before = Snapshot.take([site.url])
    one = site.populate("testuser_1")
    selection = purge([site.url], Selection.of(["testuser_1"])).selection
    for number in range(2):
        site.add(table, line=f"{number} of {stream_of(agent)}")
    site.add(table, line=f"of {one.agent_ids[0]}")
    site.add(table, line="of nobody")
    known = {**before.owners, **{each: each for each in selection.ids}}

    differences = compare(before, Snapshot.take([site.url], known), selection)

    assert {(each.kind, each.owner[-1:], each.rows) for each in differences} == {
        (Kind.OTHERS, (other.tenant_id,), 2),
        (Kind.LEFT, (one.agent_ids[0],), 1),
        (Kind.UNEXPLAINED, (None,) if table == "diary" else (), 1),
    }


def test_a_row_that_stays_is_no_difference_although_those_whom_it_names_go(site: Site, table: str) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add(table, line=" and ".join(stream_of(each.agent_ids[0]) for each in (one, two)))
    before = Snapshot.take([site.url])
    selection = purge([site.url], Selection.of(["testuser_1"])).selection

    differences = compare(before, Snapshot.take([site.url], before.owners), selection)

    assert table not in {each.table for each in differences}


def test_a_row_that_stays_is_no_difference_although_its_tenant_goes(site: Site) -> None:
    site.execute(TABLES["diary"])
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add("diary", tenant_id=one.tenant_id, line=f"with {two.tenant_id}")
    before = Snapshot.take([site.url])
    site.remove("tenant_users", tenant_id=one.tenant_id)

    (difference,) = compare(before, Snapshot.take([site.url], before.owners))

    assert difference.table == "tenant_users"


def test_of_a_text_whatever_may_be_an_id_is_taken() -> None:
    part, uuid = "0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"
    assert set(ids_in(f"a chat_stream_{part}, and ({uuid}).")) == {
        f"chat_stream_{part}",
        f"stream_{part}",
        part,
        uuid,
    }
    assert set(ids_in(f"qq:{part}:private")) == {f"qq:{part}:private", part}
    assert list(ids_in(f"{part}g" + " " * 200)) == []
    assert list(ids_in(f"g{part}" + " " * 200)) == []
    assert list(ids_in("a" * 100_000)) == []
    assert list(ids_in("a_" * 100_000)) == []
