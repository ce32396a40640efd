"""What a killed run has left is found and removed when the next one begins."""

import shutil
from pathlib import Path

from support.deployments import running_recorded, stop_recorded
from support.errors import InfrastructureError
from support.purge import describe, doubts, purge_ledger, read_ledgers, what_may_come_back

# How the folder of a deployment that a scenario launches beside the run's begins; it lies in the run's.
ANOTHER = "deployment-"


def recover(reports: Path) -> None:
    """Stop the backends and purge the data of runs that are not alive any more, and say so.

    A run whose data cannot be removed now, or was kept on purpose, does not hinder the new one.
    """
    for ledger in read_ledgers(reports, complain=print):
        if ledger.header.alive:
            continue
        killed = f"Run {ledger.header.run_id} was killed"
        try:
            if stopped := stop_backends(ledger.path.parent):
                print(f"{killed}; it had left {', '.join(stopped)} running, which are stopped now.")
            if not (ledger.finished or ledger.kept):
                doubt = doubts(ledger)
                rows = sum(purge_ledger(ledger).counts.values())
                print(f"{killed}; it had left {rows} rows, which are gone now.")
                for sentence in filter(None, (doubt, what_may_come_back(ledger))):
                    print(sentence)
        except Exception as error:
            print(f"{killed}, and what it left cannot be removed now: {describe(error)}")


def running_backends(run: Path) -> list[str]:
    """Return the names of the backends that a killed run, by its folder, has left running."""
    return [name for folder in (*run.glob(f"{ANOTHER}*"), run) for name in running_recorded(folder)]


def stop_backends(run: Path) -> list[str]:
    """Stop them, remove the folders of those that scenarios have launched, and return the names.

    Raises SuiteError when that does not succeed.
    """
    stopped: list[str] = []
    for folder in run.glob(f"{ANOTHER}*"):
        stopped += stop_recorded(folder)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue  # a run that began at the same time was faster
        except OSError as error:
            raise InfrastructureError(f"{folder} cannot be removed ({error.strerror}); remove it by hand.") from error
    return [*stopped, *stop_recorded(run)]
