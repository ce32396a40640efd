"""`python -m support.purge`: removes what runs left, or what is named exactly."""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console

from support.errors import SuiteError, UsageError
from support.interrupts import Interrupts, interrupts_deferred
from support.purge.database import refuse_remote
from support.purge.doubts import doubts
from support.purge.ledger import Ledger, ledgers_of, read_ledgers
from support.purge.purge import count_left, purge, select_prefixes
from support.purge.report import PurgeError, PurgeInterrupted, PurgeReport, describe
from support.purge.resume import REPORTS, ledger_urls, purge_ledger, what_may_come_back
from support.purge.selection import Selection
from support.recovery import running_backends, stop_backends

_DIRECTORIES = (
    "By --tenant and --prefix only rows go. Directories of tenants, which a profile may name, are known of "
    "runs: they go by --run, --resume and --older-than."
)
_UNITS = {"m": 60, "h": 3600, "d": 86400}
console = Console()


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no age; write 30m, 12h or 2d")
    return int(match[1]) * _UNITS[match[2]]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m support.purge", description=__doc__, epilog=_DIRECTORIES)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--run", metavar="ID", action="append", help="what this run created; may be repeated")
    what.add_argument(
        "--tenant", metavar="ID", action="extend", nargs="+", help="these tenants, named exactly; may be repeated"
    )
    what.add_argument(
        "--prefix", metavar="NAME", action="append",
        help="users, and tenants without one, whose name begins with exactly this text; may be repeated",
    )  # fmt: skip
    what.add_argument("--resume", action="store_true", help="what runs left that are not alive any more")
    what.add_argument("--older-than", metavar="AGE", type=_seconds, help="what runs left before this age: 30m, 12h, 2d")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    parser.add_argument(
        "--database", metavar="URL", action="append", default=[],
        help="instead of the ledger's or MAIM_DATABASE_URL; may be repeated",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report as JSON")
    parser.add_argument("--reports", metavar="FOLDER", type=Path, default=REPORTS, help="where runs report")
    parser.add_argument("--allow-remote", action="store_true", help="purge a database that is not on this machine")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Purge; return 0, or 1 when something is left, or 2 when what was asked cannot be done."""
    options = _parse(arguments)
    status = 0
    done: list[dict[str, Any]] = []
    try:
        # First of all: what cannot be told is not done.
        _write(options.report, done)
        status = _stop_backends(options)
        for job in _jobs(options):
            done.append({"what": job.title})
            try:
                status = max(status, _perform(job, options, done[-1]))
            finally:
                _write(options.report, done)
    except (SuiteError, OSError) as error:
        return _complain(error)
    return status


def _stop_backends(options: argparse.Namespace) -> int:
    """Stop, or in a dry run only name, what the killed ones of these runs have left running; return the exit code."""
    status = 0
    # The purge complains of those that cannot be read.
    for ledger in _runs(options, complain=lambda _: None):
        if ledger.header.alive:
            continue
        try:
            names = (running_backends if options.dry_run else stop_backends)(ledger.path.parent)
        except SuiteError as error:
            status = max(status, _complain(error))
        else:
            if names:
                done = "would be stopped" if options.dry_run else "stopped"
                console.print(f"run {ledger.header.run_id}: {', '.join(names)} {done}", markup=False, soft_wrap=True)
    return status


def _write(path: Path | None, purges: Sequence[dict[str, Any]]) -> None:
    if path is None:
        return
    text = json.dumps({"purges": purges}, ensure_ascii=False, indent=2)
    try:
        with interrupts_deferred():
            # Half of a character has no bytes of its own; escaped as a backslash sequence it is JSON as well.
            path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"The report {path} cannot be written ({error.strerror}), so nothing more is removed; "
            "give --report a file that can be written."
        ) from error


@dataclass(frozen=True)
class _Job:
    title: str
    named: Selection
    database_urls: Callable[[], Sequence[str]]
    purge: Callable[[Sequence[str]], PurgeReport]


def _jobs(options: argparse.Namespace) -> Iterator[_Job]:
    how = {"dry_run": options.dry_run, "allow_remote": options.allow_remote}
    if options.tenant or options.prefix:
        urls, selection = _named(options)
        beginnings = (f"{prefix}..." for prefix in options.prefix or ())
        title = f"tenants {' '.join(options.tenant)}" if options.tenant else f"users {' '.join(beginnings)}"
        yield _Job(title, selection, lambda: urls, partial(purge, selection=selection, **how))
        return
    damaged: list[UsageError] = []
    for ledger in _ledgers(options, damaged.append):
        if doubt := doubts(ledger):
            console.print(doubt, markup=False, soft_wrap=True)
        yield _Job(
            f"run {ledger.header.run_id}",
            ledger.selection(),
            partial(ledger_urls, ledger, options.database),
            partial(purge_ledger, ledger, **how),
        )
        if late := what_may_come_back(ledger):
            console.print(late, markup=False, soft_wrap=True)
    yield from map(_refusal, damaged)


def _refusal(error: UsageError) -> _Job:
    def refuse(*_: object) -> NoReturn:
        raise error

    return _Job("a ledger", Selection(), refuse, refuse)


def _named(options: argparse.Namespace) -> tuple[Sequence[str], Selection]:
    environment = os.environ.get("MAIM_DATABASE_URL")
    urls = options.database or ([environment] if environment else [])
    if not urls:
        raise UsageError("No database is named; give --database URL or MAIM_DATABASE_URL.")
    if options.tenant:
        if "" in options.tenant:
            raise UsageError("An empty tenant id names nobody; give the ids of the tenants that are to go.")
        return urls, Selection.of(tenant_ids=options.tenant)
    for url in urls if not options.allow_remote else ():
        refuse_remote(url)
    return urls, select_prefixes(urls, options.prefix)


def _runs(options: argparse.Namespace, complain: Callable[[UsageError], object]) -> Iterator[Ledger]:
    """Yield the ledgers of the runs that are meant, whether anything is left of them or not."""
    if options.run:
        for run in options.run:
            if Path(run).name != run or run in ("", ".."):
                raise UsageError(f"{run!r} is no run id; give the name of a folder in {options.reports}.")
        for run in dict.fromkeys(options.run):
            yield from ledgers_of(options.reports, run)
    elif options.resume or options.older_than is not None:
        latest = time.time() - (options.older_than or 0)
        yield from (each for each in read_ledgers(options.reports, complain) if each.header.started <= latest)


def _ledgers(options: argparse.Namespace, complain: Callable[[UsageError], object]) -> Iterator[Ledger]:
    """Yield the ledgers of those of the runs that may be purged; say why of the others."""
    for ledger in _runs(options, complain):
        run = ledger.header.run_id
        if options.run:
            yield ledger
        elif ledger.finished:
            continue
        elif ledger.header.alive:
            console.print(f"run {run} is alive (process {ledger.header.pid}) and was left alone")
        elif ledger.kept and options.resume:
            console.print(f"run {run} was kept on purpose; --run {run} removes it")
        else:
            yield ledger


def _perform(job: _Job, options: argparse.Namespace, told: dict[str, Any]) -> int:
    """Purge, tell in the report what went, and return the exit code; what hinders it does not hinder the next."""
    console.print(job.title.encode(errors="backslashreplace").decode(), markup=False)
    try:
        urls = job.database_urls()
        report = _purge(job, urls, told)
        told["left"] = {} if options.dry_run or report.errors else count_left(urls, job.named, report.selection)
    except Exception as error:
        told["refused"] = describe(error)
        return _complain(error)
    if told["left"]:
        console.print(f"left over: {told['left']}", style="red")
    return int(bool(told["left"] or report.errors))


def _purge(job: _Job, urls: Sequence[str], told: dict[str, Any]) -> PurgeReport:
    """Return the report, also where not everything could go."""
    try:
        report = job.purge(urls)
    except PurgeInterrupted as interrupt:
        _tell(interrupt.report, told)
        raise
    except PurgeError as error:
        _complain(error)
        report = error.report
    _tell(report, told)
    return report


def _tell(report: PurgeReport, told: dict[str, Any]) -> None:
    told.update(report.as_json())
    console.print(report.as_table(), report.owners_as_table())
    for kind, names in report.missing.as_json().items():
        if names:
            console.print(f"not found, {kind}: {', '.join(names)}", markup=False)


def _complain(error: Exception) -> int:
    """Print the error; return the exit code."""
    print(describe(error), file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1


def _run() -> int:
    """Purge as `main` does; a signal ends that, and its exit code is that of a shell."""
    interrupts = Interrupts()
    interrupts.install()
    try:
        return main()
    except KeyboardInterrupt:
        print(
            "The purge was interrupted: what is told as removed is gone, all else is there; give that command again.",
            file=sys.stderr,
        )
        return interrupts.exit_code or 1


if __name__ == "__main__":
    sys.exit(_run())
