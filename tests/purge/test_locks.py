"""Patience with a locked database, and death in the middle of a purge."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from support.purge import Ledger, PurgeError, Selection, Snapshot, purge, purge_ledger, select_prefixes
from support.purge.__main__ import main
from support.purge.database import LockedError, open_engine
from tests.purge.site import Site
from tests.slow_removal import slow_removal


@contextmanager
def locked(site: Site) -> Iterator[Connection]:
    """Hold a lock against every writer."""
    with site.engine.connect() as connection:
        if site.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("LOCK TABLE tenant_users, messages IN EXCLUSIVE MODE"))
        yield connection
        connection.rollback()


@contextmanager
def locked_out(site: Site, seconds: float) -> Iterator[None]:
    """Hold a lock against everybody, readers too, for so many seconds at most."""
    with site.engine.connect() as connection:
        if site.engine.dialect.name == "sqlite":
            # Only without a write-ahead log are readers locked out.
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
            connection.rollback()
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.execute(text("LOCK TABLE tenant_users, messages IN ACCESS EXCLUSIVE MODE"))
        release = threading.Timer(seconds, connection.rollback)
        release.start()
        try:
            yield
        finally:
            release.cancel()
            release.join()
            connection.rollback()


def test_a_purge_waits_for_a_lock_of_another_connection(site: Site) -> None:
    before = site.content()
    site.populate("testuser_1")
    with locked(site) as connection:
        release = threading.Timer(1.5, connection.rollback)
        release.start()

        report = purge([site.url], Selection.of(["testuser_1"]))

        release.join()
    assert report.seconds > 1  # it met the lock
    assert site.content() == before


WORK: dict[str, Callable[[str], object]] = {
    "a purge": lambda url: purge([url], Selection.of(["testuser_1"])).users == 1,
    "a purge by the beginning of names": lambda url: main(["--prefix", "testuser_", "--database", url]) == 0,
    "a look for the beginning of names": lambda url: select_prefixes([url], ["testuser_"]).usernames == {"testuser_1"},
    "a snapshot": lambda url: Snapshot.take([url]).counts["tenant_users"] == 1,
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_all_wait_where_even_readers_are_locked_out(work: Callable[[str], object], site: Site) -> None:
    site.populate("testuser_1")
    with locked_out(site, 1.5):
        assert work(site.url)


def test_a_lock_against_readers_that_stays_ends_the_purge(site: Site) -> None:
    site.populate("testuser_1")
    with locked_out(site, 5), pytest.raises(LockedError, match=r"still locked .* after 0\.1 s"):
        purge([site.url], Selection.of(["testuser_1"]), patience=0.1)


def test_a_lock_that_stays_ends_the_purge_with_nothing_removed(site: Site) -> None:
    selection = Selection.of([site.populate(f"testuser_{number}").username for number in (1, 2)])
    before = site.content()

    with locked(site), pytest.raises(PurgeError, match=r"still locked .* after 0\.1 s") as failure:
        purge([site.url], selection, patience=0.1)

    first, second = failure.value.report.owners
    assert (first.locked, second.error) == (True, "It was not tried, for the database was locked.")
    assert str(failure.value).endswith(f" {second.owner}: {second.error}")
    assert site.content() == before


def test_accounts_go_last_so_that_names_lead_to_the_rest_after_an_interruption(site: Site, tmp_path: Path) -> None:
    runtime = Site(f"sqlite:///{tmp_path / 'runtime.db'}")
    runtime.execute("DROP TABLE tenant_users")
    one = site.populate("testuser_1")
    runtime.add("messages", tenant_id=one.tenant_id)

    with locked(runtime), pytest.raises(PurgeError):
        purge([site.url, runtime.url], Selection.of(["testuser_1"]), patience=0.1)
    assert site.holds("tenant_users", username="testuser_1")
    purge([site.url, runtime.url], Selection.of(["testuser_1"]))

    assert runtime.counts()["messages"] == 0
    runtime.engine.dispose()


def test_a_dry_run_does_not_wait_for_writers(site: Site) -> None:
    site.populate("testuser_1")

    with locked(site):
        assert purge([site.url], Selection.of(["testuser_1"]), dry_run=True, patience=0.1).users == 1


def test_while_others_wait_for_the_lock_nothing_is_moved_or_fetched_that_could_be_before_or_after(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite has one lock for all who write.")
    names = [site.populate(f"testuser_{number}").username for number in range(5)]
    slow_removal(site.engine)
    engine, done = open_engine(site.url), list[str]()  # the one engine for this URL
    event.listen(
        engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_rest: done.append(statement)
    )
    event.listen(engine, "commit", lambda _connection: done.append("COMMIT"))

    purge([site.url], Selection.of(names))

    before, *transactions = "\n".join(done).split("BEGIN IMMEDIATE")
    assert len(transactions) == len(names)
    for transaction in transactions:
        while_locked, after = transaction.split("COMMIT")
        removed_from = set(re.findall(r"DELETE FROM (\S+)", while_locked))
        assert removed_from
        assert removed_from <= set(re.findall(r"FROM (\S+)", before))
        assert "wal_checkpoint" not in while_locked
        before = after
    assert "wal_checkpoint" in after


RUN_KILLED_WHILE_IT_PURGES = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from support.purge import Ledger, purge_ledger
from support.purge.database import open_engine

def kill(connection, cursor, statement, *rest):
    tenants.append(statement.startswith("DELETE FROM messages") and cursor.rowcount == 3)
    if sum(tenants) == 5:
        os.kill(os.getpid(), signal.SIGKILL)

path, url, *names = sys.argv[1:]
ledger = Ledger.create(Path(path), "run", [url])
for name in names:
    ledger.will_register(name)
tenants = []
event.listen(open_engine(url), "after_cursor_execute", kill)
purge_ledger(ledger, [url])
"""


def test_a_purge_killed_in_the_middle_is_finished_by_the_next(site: Site, tmp_path: Path) -> None:
    before = site.content()
    path, names = tmp_path / "ledger.jsonl", [f"testuser_run_{number}" for number in range(10)]
    for name in names:
        site.populate(name, messages=3)
    command = [sys.executable, "-c", RUN_KILLED_WHILE_IT_PURGES, str(path), site.url, *names]

    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    counts = site.counts()
    assert (counts["tenant_users"], counts["messages"]) == (6, 18), "a tenant went by halves"
    ledger = Ledger.read(path)
    assert ledger.selection().usernames == set(names)

    purge_ledger(ledger, [site.url])

    assert site.content() == before
    assert Ledger.read(path).finished
