"""A run that is killed while it purges: what is left is removed by the next."""

import subprocess
import time
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from support.purge import Ledger
from tests.suite import PORTS, Suite, await_that, backends_of, database_of, is_talking, rows_of

TENANTS = 40


def hold_when_it_purges(database: Path, process: "subprocess.Popen[str]") -> Connection:
    """Take the write lock of the database when some tenants are gone and others are not; roll back to release it."""
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 1})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        connection = engine.connect()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            connection.close()
            continue
        if 0 < int(connection.scalar(text("SELECT count(*) FROM tenant_users")) or 0) < TENANTS:
            return connection
        connection.rollback()
        connection.close()
        time.sleep(0.005)
    raise AssertionError("the purge was not seen at work within 60 s")


def test_what_a_run_that_was_killed_while_it_purged_leaves_is_removed_by_the_next(suite: Suite) -> None:
    process = suite.popen(*PORTS, "--tags=@FLOW-004", "-D", f"users={TENANTS}", "-D", "agents=1", "-D", "messages=2")
    await_that(lambda: is_talking(suite.reports), process)
    database = database_of(suite.reports)
    connection = hold_when_it_purges(database, process)
    process.kill()
    suite.finish(process)
    connection.rollback()
    connection.close()
    assert backends_of(suite.reports) == []
    assert 0 < rows_of(database)["tenant_users"] < TENANTS
    assert not Ledger.read(database.with_name("ledger.jsonl")).finished

    outcome = suite(*PORTS, "--tags=@FLOW-001")
    assert outcome.exit_code == 0, outcome.output
    assert f"Run {database.parent.name} was killed; it had left " in outcome.output
    assert rows_of(database) == {}
    assert Ledger.read(database.with_name("ledger.jsonl")).finished
