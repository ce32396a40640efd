"""Finishes what a run left: purges what its ledger names."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from support.errors import UsageError
from support.purge.database import absolute, lacks_secret, without_secret
from support.purge.ledger import Ledger
from support.purge.purge import purge
from support.purge.report import PurgeReport

ROOT = Path(__file__).parents[2]
REPORTS = Path("reports")


def command_for(run_id: str, reports: Path) -> str:
    """Return the command that purges what the run has created, as it may be pasted in the current directory."""
    here, python = Path.cwd(), Path(sys.executable)
    words = [str(python.relative_to(here) if python.is_relative_to(here) else python)]
    words += ["-m", "support.purge", "--run", run_id]
    if reports != REPORTS:
        words += ["--reports", str(reports)]
    found = "" if here.samefile(ROOT) else f"PYTHONPATH={shlex.quote(str(ROOT))} "
    return found + shlex.join(words)


def purge_ledger(
    ledger: Ledger,
    database_urls: Sequence[str] = (),
    *,
    dry_run: bool = False,
    allow_remote: bool = False,
) -> PurgeReport:
    """Remove what the ledger names, from the databases that it names unless others are given, and mark it as purged.

    Raises UsageError when the run still lives or a database's password is not known; PurgeError as `purge` does.
    """
    header = ledger.header
    if header.alive and header.pid != os.getpid():
        raise UsageError(
            f"Run {header.run_id} is alive (process {header.pid}), so its data was left alone; end it first."
        )
    urls = ledger_urls(ledger, database_urls)
    selection = ledger.selection()
    report = purge(urls, selection, directories=header.directories, dry_run=dry_run, allow_remote=allow_remote)
    if not dry_run:
        ledger.purged()
    return report


def ledger_urls(ledger: Ledger, given: Sequence[str] = ()) -> list[str]:
    """Return the databases to purge. Raises UsageError when a password is missing."""
    header = ledger.header
    return list(given) or [_with_password(url, header.run_id) for url in header.databases]


def _with_password(url: str, run_id: str) -> str:
    """Return the ledger's URL, or MAIM_DATABASE_URL when that is the same with its password."""
    given = os.environ.get("MAIM_DATABASE_URL", "")
    if given and without_secret(absolute(given)) == url:
        return given
    if lacks_secret(url):
        raise UsageError(
            f"The ledger of run {run_id} keeps no password for {url}, so nothing was removed; "
            "give the whole URL by MAIM_DATABASE_URL or --database."
        )
    return url
