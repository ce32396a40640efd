"""Finishes what a run left: purges what its ledger names."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from support.errors import UsageError
from support.purge.database import lacks_secret, without_secret
from support.purge.ledger import Ledger
from support.purge.purge import count_left, purge
from support.purge.report import OwnerReport, PurgeError, PurgeInterrupted, PurgeReport, describe

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
    """Remove what the ledger names, from the databases that it names unless others are given.

    It is marked as purged when nothing of that is left in the databases that it names, whatever is given, nor can come
    back.
    Raises UsageError when the run still lives or a database's password is not known; PurgeError and PurgeInterrupted
    as `purge` does, PurgeError also when something is left or cannot be looked for.
    """
    header = ledger.header
    if header.alive and header.pid != os.getpid():
        raise UsageError(
            f"Run {header.run_id} is alive (process {header.pid}), so its data was left alone; end it first."
        )
    urls = ledger_urls(ledger, database_urls)
    selection = ledger.selection()
    report = purge(urls, selection, directories=header.directories, dry_run=dry_run, allow_remote=allow_remote)
    if dry_run:
        return report
    try:
        reason = _what_is_left(ledger, database_urls, report, allow_remote)
    except KeyboardInterrupt as interrupt:
        raise PurgeInterrupted(report) from interrupt
    if reason:
        report.owners.append(OwnerReport(", ".join(header.databases), error=reason))
        raise PurgeError(report)
    ledger.emptied()
    return report


def what_may_come_back(ledger: Ledger) -> str:
    """Return until when a replier that runs on may write again what has gone; nothing when it cannot."""
    if not ledger.settles_at:
        return ""
    until = datetime.fromtimestamp(ledger.settles_at, timezone.utc).astimezone()
    return (
        f"What a replier still holds of run {ledger.header.run_id} may come back until {until:%H:%M:%S}; purge again "
        "then, or begin a run, which does that."
    )


def _what_is_left(ledger: Ledger, given: Sequence[str], report: PurgeReport, allow_remote: bool) -> str:
    """Return why the ledger cannot be marked as purged; nothing when none of it is left where it was created."""
    try:
        urls = _own_urls(ledger, given)
        left = count_left(urls, ledger.selection(), report.selection, allow_remote=allow_remote)
    except Exception as error:  # whatever it is, what has gone is to be told
        return (
            f"Whether anything is left there cannot be seen ({describe(error).rstrip('.')}); purge again when it can, "
            f"or remove {ledger.path} if that database is no more."
        )
    if not left:
        return ""
    rows = ", ".join(f"{table}: {count}" for table, count in left.items())
    return f"There are still rows of it ({rows}); find out what keeps or writes them, then purge again."


def ledger_urls(ledger: Ledger, given: Sequence[str] = ()) -> list[str]:
    """Return the databases to purge. Raises UsageError when a password is missing."""
    return list(given) or _own_urls(ledger)


def _own_urls(ledger: Ledger, given: Sequence[str] = ()) -> list[str]:
    """Return the databases that the ledger names, with the passwords of those that are given."""
    known = [url for url in (*given, os.environ.get("MAIM_DATABASE_URL", "")) if url]
    return [_with_password(url, known, ledger.header.run_id) for url in ledger.header.databases]


def _with_password(url: str, known: Sequence[str], run_id: str) -> str:
    """Return the ledger's URL, or the one that is known when that is the same with its password."""
    for each in known:
        if without_secret(each) == url:
            return each
    if lacks_secret(url):
        raise UsageError(
            f"The ledger of run {run_id} keeps no password for {url}, so that database was left alone; "
            "give the whole URL by MAIM_DATABASE_URL or --database."
        )
    return url
