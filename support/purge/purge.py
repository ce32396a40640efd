"""Removes what a selection names, one short transaction for each tenant."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from sqlalchemy import Engine

from support.interrupts import interrupts_deferred
from support.purge.claims import Claims, Ids, examine
from support.purge.database import (
    Checkpoints,
    Courtesy,
    LockedError,
    compact_file,
    open_engine,
    patiently,
    refuse_remote,
    writing,
)
from support.purge.directories import check_patterns, directories_of, remove_directories
from support.purge.discovery import Role
from support.purge.erasing import Count, Deletion, Eraser
from support.purge.leads import Leads
from support.purge.owners import Database, Owner, existing, resolve, select_prefix
from support.purge.report import OwnerReport, PurgeError, PurgeInterrupted, PurgeReport, describe
from support.purge.selection import Selection

_PATIENCE = 30.0  # seconds that a lock of others is waited for
_NOT_TRIED = "It was not tried, for the database was locked."
_INTERRUPTED = "It was interrupted; purge again."
_HALF = "\ud800-\udfff"  # of a character: no database holds it
# By kind of database, what no name in it has; what is asked with that fails.
_HELD_BY_NOBODY = defaultdict(lambda: re.compile(f"[{_HALF}]"), postgresql=re.compile(f"[\0{_HALF}]"))


def purge(
    database_urls: Sequence[str],
    selection: Selection,
    *,
    directories: Sequence[str] = (),
    dry_run: bool = False,
    alone: bool = False,
    allow_remote: bool = False,
    patience: float = _PATIENCE,
) -> PurgeReport:
    """Remove all rows of the selected tenants, users and agents, and directories such as "data/{tenant_id}".

    In each database a tenant goes whole or not at all. `patience`: how many seconds it may wait for locks of others.
    `alone`: nobody else uses the databases, so that none is left to others between two tenants.
    Raises UsageError before anything is removed; PurgeError, with the report, when a tenant could not be removed, and
    PurgeInterrupted, with the report, when a signal came.
    """
    started = time.monotonic()
    check_patterns(directories)
    urls = list(dict.fromkeys(database_urls))  # what is given twice is counted once
    for url in urls if not allow_remote else ():
        refuse_remote(url)
    with ExitStack() as stack:
        databases = [patiently(partial(_open, url, stack), patience) for url in urls]
        # The accounts go last: after an interruption their names still lead to everything else.
        databases.sort(key=lambda database: bool(database.accounts))
        for database in databases:
            selection = selection.without(_HELD_BY_NOBODY[database.engine.dialect.name])
        how = _How(directories, dry_run, alone, patience)
        job, owners, report = patiently(partial(_prepare, databases, selection, how), patience)
        try:
            with ExitStack() as checkpoints:
                for site in job.sites if owners and not dry_run else ():
                    checkpoints.enter_context(site.checkpoints.going_on())
                _purge_each(job, owners, report)
        except KeyboardInterrupt as interrupt:
            raise PurgeInterrupted(report) from interrupt
        finally:
            report.seconds = time.monotonic() - started
    if report.errors:
        raise PurgeError(report)
    return report


def _purge_each(job: "_Job", owners: Sequence[Owner], report: PurgeReport) -> None:
    waiting = iter(owners)
    for owner in waiting:
        report.owners.append(OwnerReport(owner.label))
        job.purge(owner, report.owners[-1])
        if report.owners[-1].locked:
            # They would wait as long.
            report.owners += [OwnerReport(each.label, error=_NOT_TRIED) for each in waiting]


def select_prefixes(database_urls: Sequence[str], prefixes: Sequence[str], *, patience: float = _PATIENCE) -> Selection:
    """Return whose names begin with exactly one of these texts, as `select_prefix` does.

    `patience`: how many seconds it may wait for locks of others.
    """
    return Selection().union(
        patiently(partial(_with_prefix, url, prefix), patience) for url in database_urls for prefix in prefixes
    )


def _with_prefix(url: str, prefix: str) -> Selection:
    with ExitStack() as stack:
        engine = open_engine(url)
        stack.callback(engine.dispose)
        return select_prefix(engine, prefix)


def compact(database_urls: Sequence[str], *, patience: float = _PATIENCE) -> None:
    """Let files of SQLite hold what their tables hold, and nothing of what went; nobody else may use them meanwhile.

    `patience`: how many seconds it may wait for others. Raises InfrastructureError when somebody still reads or writes.
    """
    with ExitStack() as stack:
        for url in database_urls:
            engine = patiently(partial(open_engine, url), patience)
            stack.callback(engine.dispose)
            patiently(partial(compact_file, engine), patience)


def count_rows(database_urls: Sequence[str], selection: Selection) -> dict[str, int]:
    """Return how many rows a purge of this selection would remove, by table."""
    return purge(database_urls, selection, dry_run=True, allow_remote=True).counts


def count_left(
    database_urls: Sequence[str], named: Selection, found: Selection, *, allow_remote: bool = True
) -> dict[str, int]:
    """Return how many rows are left, by table, of what was named and of the ids found for it that nobody has any more.

    Another tenant may share a user or a name with one that went: what is left of these is its own.
    """
    with ExitStack() as stack:
        for url in database_urls if not allow_remote else ():
            refuse_remote(url)
        databases = [patiently(partial(_open, url, stack), _PATIENCE) for url in database_urls]
        users, agents = (
            patiently(partial(existing, databases, role), _PATIENCE) for role in (Role.ACCOUNT, Role.AGENT)
        )
    ids = Selection(tenant_ids=found.tenant_ids, user_ids=found.user_ids - users, agent_ids=found.agent_ids - agents)
    return count_rows(database_urls, named.union([ids]))


def _open(url: str, stack: ExitStack) -> Database:
    engine = open_engine(url)
    stack.callback(engine.dispose)
    return Database.of(engine)


@dataclass(frozen=True)
class _How:
    directories: Sequence[str]
    dry_run: bool
    alone: bool
    patience: float


def _prepare(databases: Sequence[Database], selection: Selection, how: _How) -> tuple["_Job", list[Owner], PurgeReport]:
    """Read who is named, who else exists, and which tables hold what nobody claims."""
    known = {role: existing(databases, role) for role in (Role.TENANT, Role.AGENT)}
    owners, missing = resolve(databases, selection)
    named = selection.union(owner.selection for owner in owners)
    tables = [(database, owned) for database in databases for owned in database.schema.tables if owners]
    claims = [examine(database, owned, known, named.ids) for database, owned in tables]
    users = existing(databases, Role.ACCOUNT) if owners else frozenset[str]()
    everybody = {**known, Role.CREATOR: users, Role.ACCOUNT: users}
    new_eraser = partial(Eraser, existing=everybody, named=named.ids, act=Count if how.dry_run else Deletion)
    job = _Job(databases, claims, known, new_eraser, how)
    return job, owners, PurgeReport(named, missing, how.dry_run)


class _Job:
    def __init__(
        self,
        databases: Sequence[Database],
        claims: Sequence[Claims],
        existing: Ids,
        new_eraser: Callable[..., Eraser],
        how: _How,
    ) -> None:
        self._how = how
        self._leads = Leads(claims, existing)
        self.sites = [
            _Site(database.engine, [each for each in claims if each.database is database], new_eraser, how)
            for database in databases
        ]

    def purge(self, owner: Owner, report: OwnerReport) -> None:
        """Remove one owner everywhere; what went, and what goes wrong, stands in its report."""
        started = time.monotonic()
        report.error = _INTERRUPTED  # until it has gone from the last database
        try:
            directories = list(directories_of(self._how.directories, owner.tenant_id)) if owner.tenant_id else []
            ids = patiently(partial(self._complete, owner), self._how.patience)
            for site in self.sites:
                patiently(partial(self._erase, site, ids, owner, directories, report), self._how.patience)
        except Exception as error:  # whatever it is, the others go, and the report tells of all
            report.error = describe(error)
            report.locked = isinstance(error, LockedError)
        finally:
            report.seconds = time.monotonic() - started

    def _complete(self, owner: Owner) -> Ids:
        # A signal in the midst of it would break off the driver of the database, which complains of that.
        with interrupts_deferred():
            return self._leads.complete(owner.ids)

    def _erase(self, site: "_Site", ids: Ids, owner: Owner, directories: Sequence[Path], report: OwnerReport) -> None:
        is_last = site is self.sites[-1]
        # What is committed is counted, whatever signal comes meanwhile.
        with interrupts_deferred():
            report.counts += site.erase(ids, owner.host, directories if is_last else ())
            if is_last:
                report.directories += map(str, directories)
                report.error = ""


class _Site:
    """One database, in which owners are erased one after the other."""

    def __init__(self, engine: Engine, claims: Sequence[Claims], new_eraser: Callable[..., Eraser], how: _How) -> None:
        self._engine = engine
        self._how = how
        self._eraser = cache(lambda host: new_eraser(claims, host=host))
        self.checkpoints = Checkpoints(engine)
        self._courtesy = Courtesy()
        self._keeps_others_waiting = engine.dialect.name == "sqlite" and not how.alone

    def erase(self, ids: Ids, host: str, directories: Iterable[Path]) -> Counter[str]:
        """Remove, or in a dry run count, the rows of the owner of these ids, and the directories; return rows by table.

        The directories go when all rows could, and before that is committed: after an interruption only the rows lead
        to them.
        """
        eraser = self._eraser(host)
        targets = eraser.look_up(ids)
        if self._how.dry_run:
            with self._engine.connect() as connection:
                return eraser.run(connection, targets)
        if not targets:
            remove_directories(directories)
            return Counter()
        if self._keeps_others_waiting:
            # Each look on its own: without a write-ahead log others cannot write before it ends.
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                eraser.glance(connection, targets)
        with self._turn(), writing(self._engine) as connection:
            counts = eraser.run(connection, targets)
            remove_directories(directories)
            return counts

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._keeps_others_waiting:
            yield
            return
        with self._courtesy.turn(), self.checkpoints.held_off():
            yield
