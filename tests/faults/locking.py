"""Taking the write lock of a run's database at a moment of the run."""

import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.suite import rows_of

TENANTS = 24
UNTIL_PURGED = ("--tags=@FLOW-004", "-D", f"users={TENANTS}", "-D", "agents=1", "-D", "messages=5")
_SLOW_REMOVAL = """
    CREATE TRIGGER slow_removal AFTER DELETE ON tenant_users BEGIN
        SELECT count(*) FROM (
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200000)
            SELECT n FROM number
        );
    END
"""


@contextmanager
def lock_when(
    moment: Callable[[Counter[str]], bool], database: Path, process: "subprocess.Popen[str]"
) -> Iterator[None]:
    """Hold the write lock from a look at the numbers of rows that shows the moment.

    A tenant goes slowly from now on: a purge of all of them may be over before anybody has looked at it twice.
    """
    with closing(sqlite3.connect(database)) as slowing:
        slowing.execute(_SLOW_REMOVAL)
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 0})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        if moment(Counter(rows_of(database))):
            with engine.connect() as connection, suppress(OperationalError):  # it is locked: look again at once
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                if moment(Counter(rows_of(database))):
                    yield
                    connection.rollback()
                    return
    raise AssertionError("the moment did not come within 60 s")
