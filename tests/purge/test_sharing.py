"""A SQLite database without a write-ahead log, to which nobody can write while somebody reads it."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import select

from support.purge import Selection, Snapshot, mentions, purge, residue
from support.purge.database import open_engine
from support.purge.discovery import OwnedTable
from support.purge.mentions import ids_in
from support.purge.owners import Database
from tests.purge.site import Inhabitant, Site

Write = Callable[[str], None]


@pytest.fixture
def write(site: Site) -> Write:
    """Write to the site at once, or fail because it is locked."""
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only in SQLite do readers keep others from writing.")
    with site.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode=DELETE").scalar() == "delete"

    def write(statement: str) -> None:
        with sqlite3.connect(site.engine.url.database or "", timeout=0) as connection:
            connection.execute(statement)
        connection.close()

    return write


@pytest.fixture
def scopes(site: Site, write: Write) -> list[str]:
    """What stands in the 2,500 rows of a table, in which no key tells whose they are."""
    scopes = [f"scope {number}" for number in range(2500)]
    site.add_all("scopes", ({"scope": scope} for scope in scopes))
    return scopes


def table_of(database: Database, name: str) -> OwnedTable:
    return next(owned for owned in database.schema.tables if owned.table.key == name)


def test_rows_that_come_and_go_while_a_table_is_read_take_none_of_the_others_with_them(
    site: Site, write: Write, scopes: list[str]
) -> None:
    database = Database.of(open_engine(site.url))
    scope = table_of(database, "scopes").table.c.scope
    rows = database.stream(select(scope), of=table_of(database, "scopes"))

    read = [next(rows)]
    write("DELETE FROM scopes WHERE scope IN ('scope 7', 'scope 999', 'scope 1000', 'scope 2499')")
    write("INSERT INTO scopes VALUES ('in the place of the last'), ('after it')")
    read += rows

    there = [each for each in scopes if each not in ("scope 1000", "scope 2499")]
    assert [scope for (scope,) in read] == [*there, "in the place of the last"]


def snapshot(site: Site, _one: Inhabitant) -> None:
    assert Snapshot.take([site.url]).counts["messages"] == 2


def purge_one(site: Site, one: Inhabitant) -> None:
    assert purge([site.url], Selection.of([one.username])).users == 1


@pytest.mark.parametrize("work", [snapshot, purge_one])
def test_others_write_while_texts_are_searched_for_ids(
    work: Callable[[Site, Inhabitant], None],
    site: Site,
    write: Write,
    scopes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = site.populate("testuser_1")
    some, searched = scopes[::100], list[str]()

    def write_and_search(text: str) -> list[str]:
        if text in some:
            write("INSERT INTO thumbnails DEFAULT VALUES")
            searched.append(text)
        return list(ids_in(text))

    for module in (mentions, residue):
        monkeypatch.setattr(module, "ids_in", write_and_search)
    work(site, one)

    assert searched == some
    assert site.counts()["thumbnails"] >= len(some)
