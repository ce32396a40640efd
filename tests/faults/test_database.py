"""A database that cannot be written, or that somebody else has locked for a while."""

import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.locking import TENANTS, UNTIL_PURGED, lock_when
from tests.suite import PORTS, Suite, await_that, backends_of, database_of, is_talking, rows_of


def test_a_read_only_database_is_one_sentence_and_nothing_is_left_running(suite: Suite, tmp_path: Path) -> None:
    file = tmp_path / "read-only.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE anything (id INTEGER)")
    outcome = suite(*PORTS, "--tags=@FLOW-004", MAIM_DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true")
    assert outcome.exit_code == 2, outcome.output
    assert "Traceback" not in outcome.output
    (error,) = outcome.results["errors"]
    # Whichever of both is first.
    assert re.match(r"(configurator|replier) died \(exit code 1\)\. ", error)
    assert "attempt to write a readonly database" in error
    assert outcome.results["success"] is False
    assert backends_of(suite.reports) == []


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(lambda rows: 0 < rows["messages"] < 2 * 5 * TENANTS, id="while tenants talk"),
        pytest.param(lambda rows: 0 < rows["tenant_users"] < TENANTS, id="while the run purges"),
    ],
)
def test_a_database_that_is_locked_for_5_s_delays_the_run_and_fails_nothing(
    suite: Suite, moment: Callable[[Counter[str]], bool]
) -> None:
    process = suite.popen(*PORTS, *UNTIL_PURGED)
    await_that(lambda: is_talking(suite.reports), process)
    with lock_when(moment, database_of(suite.reports), process), pytest.raises(subprocess.TimeoutExpired):
        process.wait(5)
    outcome = suite.finish(process)
    assert outcome.exit_code == 0, outcome.output
    assert outcome.results["websocket_tests"]["success_rate"] == 1
    assert outcome.results["cleanup"]["users_cleaned"] == TENANTS
    assert outcome.results["cleanup"]["residue"] == []
    assert rows_of(database_of(suite.reports)) == {}
