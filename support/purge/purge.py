"""Removes what a selection names, one short transaction for each tenant."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from support.errors import InfrastructureError
from support.masking import mask
from support.purge.claims import Claims, Condition, Ids, complete, examine
from support.purge.database import Courtesy, LockedError, chunks, open_engine, patiently, refuse_remote, settle, writing
from support.purge.directories import check_patterns, directories_of, remove_directories
from support.purge.discovery import Role
from support.purge.erasing import Count, Deletion, Eraser
from support.purge.owners import Database, Owner, existing, resolve
from support.purge.report import OwnerReport, PurgeError, PurgeReport
from support.purge.selection import Selection


def purge(
    database_urls: Sequence[str],
    selection: Selection,
    *,
    directories: Sequence[str] = (),
    dry_run: bool = False,
    allow_remote: bool = False,
    patience: float = 30.0,
) -> PurgeReport:
    """Remove all rows of the selected tenants, users and agents, and directories such as "data/{tenant_id}".

    In each database a tenant goes whole or not at all. `patience`: how many seconds it may wait for locks of others.
    Raises UsageError before anything is removed; PurgeError, with the report, when a tenant could not be removed.
    """
    started = time.monotonic()
    check_patterns(directories)
    for url in database_urls if not allow_remote else ():
        refuse_remote(url)
    with ExitStack() as stack:
        databases = [patiently(partial(_open, url, stack), patience) for url in database_urls]
        # The accounts go last: after an interruption their names still lead to everything else.
        databases.sort(key=lambda database: bool(database.accounts))
        job, owners, report = patiently(
            partial(_prepare, databases, selection, directories, dry_run, patience), patience
        )
        courtesy = Courtesy(database.engine for database in databases if not dry_run)
        for owner in owners:
            report.owners.append(job.purge(owner))
            if report.owners[-1].locked:
                break  # the others would wait as long
            courtesy.pause()
        for database in databases if report.counts and not dry_run else ():
            settle(database.engine)
    report.seconds = time.monotonic() - started
    if report.errors:
        raise PurgeError(report)
    return report


def count_rows(database_urls: Sequence[str], selection: Selection) -> dict[str, int]:
    """Return how many rows a purge of this selection would remove, by table."""
    return purge(database_urls, selection, dry_run=True, allow_remote=True).counts


def _open(url: str, stack: ExitStack) -> Database:
    engine = open_engine(url)
    stack.callback(engine.dispose)
    return Database.of(engine)


def _prepare(
    databases: Sequence[Database],
    selection: Selection,
    directories: Sequence[str],
    dry_run: bool,
    patience: float,
) -> tuple["_Job", list[Owner], PurgeReport]:
    """Read who is named, who else exists, and which tables hold what nobody claims."""
    known = {role: existing(databases, role) for role in (Role.TENANT, Role.AGENT)}
    owners, missing = resolve(databases, selection)
    named = selection.union(owner.selection for owner in owners)
    tables = [(database, owned) for database in databases for owned in database.schema.tables if owners]
    claims = [examine(database, owned, known, named.ids) for database, owned in tables]
    return _Job(databases, claims, known, directories, dry_run, patience), owners, PurgeReport(named, missing, dry_run)


@dataclass(frozen=True)
class _Job:
    databases: Sequence[Database]
    claims: Sequence[Claims]
    existing: Ids
    directories: Sequence[str]
    dry_run: bool
    patience: float

    def purge(self, owner: Owner) -> OwnerReport:
        """Remove one owner everywhere; what goes wrong stands in its report."""
        report, started = OwnerReport(owner.label), time.monotonic()
        try:
            # Directories first: only the rows lead to them after an interruption.
            self._purge_directories(owner, report)
            ids = patiently(partial(complete, self.claims, owner.ids, self.existing), self.patience)
            for database in self.databases:
                report.counts += patiently(partial(self._erase, database, ids, owner.host), self.patience)
        except (InfrastructureError, OSError) as error:
            report.error = mask(str(error))
            report.locked = isinstance(error, LockedError)
        report.seconds = time.monotonic() - started
        return report

    def _purge_directories(self, owner: Owner, report: OwnerReport) -> None:
        paths = list(directories_of(self.directories, owner.tenant_id)) if owner.tenant_id else []
        report.directories += map(str, paths)
        if not self.dry_run:
            remove_directories(paths)

    def _erase(self, database: Database, ids: Ids, host: str) -> Counter[str]:
        claims = [each for each in self.claims if each.database is database]
        targets = list(_targets(claims, ids, host))
        if not targets:
            return Counter()
        tenants, mine = self.existing[Role.TENANT], ids[Role.TENANT] | {host}
        if self.dry_run:
            with database.engine.connect() as connection:
                return Eraser(connection, claims, tenants, mine, Count(connection)).run(targets)
        with writing(database.engine) as connection:
            return Eraser(connection, claims, tenants, mine, Deletion(connection)).run(targets)


def _targets(claims: Sequence[Claims], ids: Ids, host: str) -> Iterator[tuple[Claims, Condition]]:
    """Yield the conditions of the owner's rows; what no index finds is looked up now, before the transaction."""
    for each in claims:
        for part in each.parts(ids, host):
            primary = each.owned.table.primary_key.columns.values()
            if part.indexed or len(primary) != 1:
                yield each, part.where
            else:
                for chunk in chunks(each.database.values(primary[0], part.where)):
                    yield each, primary[0].in_(chunk) & part.where
