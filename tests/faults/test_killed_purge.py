"""A run that is killed while it purges: what is left is removed by the next."""

from support.purge import Ledger
from tests.faults.locking import TENANTS, UNTIL_PURGED, lock_when
from tests.suite import PORTS, Suite, await_that, backends_of, database_of, is_talking, rows_of


def test_what_a_run_that_was_killed_while_it_purged_leaves_is_removed_by_the_next(suite: Suite) -> None:
    process = suite.popen(*PORTS, *UNTIL_PURGED)
    await_that(lambda: is_talking(suite.reports), process)
    database = database_of(suite.reports)
    with lock_when(lambda rows: 0 < rows["tenant_users"] < TENANTS, database, process):
        process.kill()
        suite.finish(process)
    assert backends_of(suite.reports) == []
    assert 0 < rows_of(database)["tenant_users"] < TENANTS
    assert not Ledger.read(database.with_name("ledger.jsonl")).finished

    outcome = suite(*PORTS, "--tags=@FLOW-001")
    assert outcome.exit_code == 0, outcome.output
    assert f"Run {database.parent.name} was killed; it had left " in outcome.output
    assert rows_of(database) == {}
    assert Ledger.read(database.with_name("ledger.jsonl")).finished
