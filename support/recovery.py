"""What a killed run has left is found and removed when the next one begins."""

from pathlib import Path

from support.deployments import stop_recorded
from support.errors import SuiteError
from support.purge import purge_ledger, unfinished


def recover(reports: Path) -> None:
    """Stop the backends and purge the data of runs that are not alive any more, and say so.

    A run whose data cannot be removed now, or was kept on purpose, does not hinder the new one.
    """
    for ledger in unfinished(reports):
        if ledger.header.alive or ledger.kept:
            continue
        run = ledger.header.run_id
        try:
            stopped = stop_recorded(ledger.path.parent)
            report = purge_ledger(ledger)
        except SuiteError as error:
            print(f"Run {run} was killed, and what it left cannot be removed now: {error}")
        else:
            rows = sum(report.counts.values())
            backends = (
                f" and {', '.join(stopped)} still running; both are gone now" if stopped else "; they are gone now"
            )
            print(f"Run {run} was killed; it had left {rows} rows{backends}.")
