"""Taking the write lock of a run's database at a moment of the run."""

import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine

from tests.slow_removal import slow_removal
from tests.suite import rows_of

TENANTS = 24
UNTIL_PURGED = ("--tags=@FLOW-004", "-D", f"users={TENANTS}", "-D", "agents=1", "-D", "messages=5")


@contextmanager
def lock_when(
    moment: Callable[[Counter[str]], bool], database: Path, process: "subprocess.Popen[str]"
) -> Iterator[None]:
    """Hold the write lock from a look at the numbers of rows that shows the moment; tenants go slowly from now on."""
    slow_removal(create_engine(f"sqlite:///{database}"))
    deadline = time.monotonic() + 60
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[0]
            if not (moment(Counter(rows_of(database))) and _takes_lock(connection)):
                continue
            if moment(Counter(rows_of(database))):
                yield
                return  # the lock ends with the connection
            connection.rollback()
    raise AssertionError("the moment did not come within 60 s")


def _takes_lock(connection: sqlite3.Connection) -> bool:
    """Take the lock between two transactions of others, which may leave it for no more than a millisecond."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        with suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")
            return True
    return False
