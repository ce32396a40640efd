"""What a killed run has left is found and removed when the next one begins."""

from pathlib import Path

from support.deployments import stop_recorded
from support.errors import SuiteError
from support.purge import purge_ledger, read_ledgers


def recover(reports: Path) -> None:
    """Stop the backends and purge the data of runs that are not alive any more, and say so.

    A run whose data cannot be removed now, or was kept on purpose, does not hinder the new one.
    """
    for ledger in read_ledgers(reports):
        if ledger.header.alive:
            continue
        killed = f"Run {ledger.header.run_id} was killed"
        try:
            if stopped := stop_recorded(ledger.path.parent):
                print(f"{killed}; it had left {', '.join(stopped)} running, which are stopped now.")
            if not (ledger.finished or ledger.kept):
                rows = sum(purge_ledger(ledger).counts.values())
                print(f"{killed}; it had left {rows} rows, which are gone now.")
        except SuiteError as error:
            print(f"{killed}, and what it left cannot be removed now: {error}")
