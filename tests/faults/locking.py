"""Taking the write lock of a run's database at a moment of the run."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

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
