"""A file of SQLite that holds nothing of what went."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from support.errors import InfrastructureError
from support.isolation import Rows
from support.purge import Arrivals, Departures, Selection, Snapshot, compact, purge
from support.rows import tables_with
from support.stored_secrets import tables_holding
from tests.purge.site import Site


@pytest.fixture(autouse=True)
def _only_sqlite(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite keeps all in one file.")


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_nothing_of_what_went_stays_in_a_compact_file(site: Site, journal: str) -> None:
    with site.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode={journal}")
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    gone = [site.populate(f"testuser_{number}", messages=200) for number in (1, 2)]
    stays = site.populate("testuser_3")
    purge([site.url], Selection.of([gone[0].username]))
    site.remove("messages", tenant_id=gone[1].tenant_id)  # by the deployment, which blanks nothing
    assert any(one.tenant_id in held_by_files(site) for one in gone)

    purge([site.url], Selection.of([gone[1].username]), alone=True)
    compact([site.url])

    held = held_by_files(site)
    assert stays.tenant_id in held
    for one in gone:
        assert not {text for text in (one.username, one.tenant_id, *one.agent_ids) if text in held}


def test_who_compacts_is_told_when_somebody_still_reads(site: Site) -> None:
    site.populate("testuser_1")
    with site.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(text("SELECT count(*) FROM messages")).all()

        with pytest.raises(InfrastructureError, match="still read by another connection"):
            compact([site.url])


QUESTIONS: dict[str, Callable[[str], Any]] = {
    "rows with a text": lambda url: tables_with([url], "testuser_1"),
    "secrets": lambda url: tables_holding([url], {"name": "testuser_1"}),
    "sightings": lambda url: Rows([url]).sightings(),
    "residue": lambda url: Snapshot.take([url]),
    "arrivals": lambda url: Arrivals([url]).close(),
    "departures": lambda url: Departures([url]).close(),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("answered", [1, 2, 3])
def test_a_question_that_ctrl_c_broke_off_keeps_no_lock(site: Site, question: str, answered: int) -> None:
    site.populate("testuser_1")

    with breaking_off(answered), pytest.raises(KeyboardInterrupt) as caught:
        QUESTIONS[question](site.url)

    # Its traceback leads to all that was at work.
    assert caught.tb
    compact([site.url])


@contextmanager
def breaking_off(answered: int) -> Iterator[None]:
    """Let Ctrl-C come when a database has answered for this time and nothing of it is read yet."""
    times = count(1)

    def interrupt(*_: object) -> None:
        if next(times) == answered:
            raise KeyboardInterrupt

    event.listen(Engine, "after_cursor_execute", interrupt)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", interrupt)


def held_by_files(site: Site) -> str:
    """All that stands in the database's file and in those beside it."""
    file = Path(site.engine.url.database or "")
    return "".join(path.read_text(encoding="latin-1") for path in file.parent.glob(f"{file.name}*"))
