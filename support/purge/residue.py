"""Residue: what differs in the databases between two moments, told by owner."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, case, null, or_, select, true

from support.purge.claims import Ids, unclaimed
from support.purge.database import open_engine, parse_url, patiently
from support.purge.discovery import OwnedTable, Role
from support.purge.mentions import ids_in, owners_of
from support.purge.owners import Database, existing
from support.purge.selection import Selection

# Of each table the last keys are remembered to name what is new, and the rest only counted: memory stays flat.
REMEMBERED_KEYS = 20_000
SHOWN_KEYS = 10
PATIENCE = 30.0  # seconds that a lock of others is waited for between two scenarios

Owner = tuple[str | None, ...]
Key = tuple[Any, ...]


class Kind(Enum):
    """What a difference means."""

    LEFT = "left over"
    UNEXPLAINED = "unexplained"
    OTHERS = "of others"


@dataclass(frozen=True)
class Difference:
    """Rows of one owner in one table that appeared (rows > 0), vanished (< 0) or were exchanged (0)."""

    table: str
    owner: Owner
    kind: Kind
    rows: int
    keys: tuple[str, ...]  # the first new ones
    gone: tuple[str, ...] = ()  # the first of those that vanished
    scenarios: tuple[str, ...] = ()  # that made them, as far as that is known
    serials: frozenset[int | None] = frozenset()  # of all new ones
    removed_in: tuple[str, ...] = ()  # the scenarios that removed what vanished, as far as that is known

    @property
    def name(self) -> str:
        """The table's name in its own database, which stands before it where there are several."""
        return self.table.rpartition(":")[2]

    def __str__(self) -> str:
        owner = "/".join(str(name) for name in self.owner if name) or "no owner"
        keys = f": {', '.join(self.keys)}" if self.keys else ""
        gone = f", gone: {', '.join(self.gone)}" if self.gone else ""
        told = {"made in": self.scenarios, "removed in": self.removed_in}
        scenarios = "; ".join(f"{verb} {', '.join(names)}" for verb, names in told.items() if names)
        return (
            f"{self.table}: {self.rows:+d} rows of {owner}, {self.kind.value}{keys}{gone} "
            f"({scenarios or 'scenario unknown'})"
        )


@dataclass
class _Group:
    """One owner's rows in a table."""

    rows: int = 0
    digest: int = 0


@dataclass
class _State:
    """One table at one moment."""

    groups: dict[Owner, _Group] = field(default_factory=dict)
    last: deque[tuple[Owner, Key, int | None]] = field(default_factory=lambda: deque(maxlen=REMEMBERED_KEYS))

    @property
    def rows(self) -> int:
        return sum(group.rows for group in self.groups.values())

    def add(self, owner: Owner, key: Key, serial: int | None) -> None:
        group = self.groups.get(owner)
        if group is None:
            group = self.groups[owner] = _Group()
        group.rows += 1
        # The order of rows does not matter. Python's hash of -1 is that of -2.
        group.digest += hash(repr(key) if -1 in key else key)
        self.last.append((owner, key, serial))

    def missing_in(self, other: _State) -> dict[Owner, list[tuple[str, int | None]]]:
        """Return by owner key and serial number of the remembered rows that are certain not to be in the other."""
        # Without a primary key there may be several of the same values.
        known = Counter(each[:2] for each in other.last)
        is_all_known = other.rows == len(other.last)
        missing = defaultdict[Owner, list[tuple[str, int | None]]](list)
        for owner, key, serial in self.last:
            if known[owner, key]:
                known[owner, key] -= 1
            elif is_all_known or owner not in other.groups:
                missing[owner].append((spell(key), serial))
        return missing


@dataclass(frozen=True)
class Snapshot:
    """The row count and key digest of every table, by owner. Nothing of the rows' content is kept."""

    tables: dict[str, _State]
    owners: Mapping[str, str]  # of the ids of tenants, agents, chat streams, persons, accounts: itself, or whose it is

    @classmethod
    def take(cls, database_urls: Sequence[str], known: Mapping[str, str] | None = None) -> Snapshot:
        """Read the keys and owners of all rows; `known`: the owners of ids that nobody may have any more.

        Raises UsageError when a database does not open, InfrastructureError when it stays locked or cannot be read.
        """
        return patiently(partial(cls._take, database_urls, known or {}), PATIENCE)

    @classmethod
    def _take(cls, database_urls: Sequence[str], known: Mapping[str, str]) -> Snapshot:
        with ExitStack() as stack:
            databases: dict[str, Database] = {}
            for url, prefix in prefixes(database_urls).items():
                engine = open_engine(url)
                stack.callback(engine.dispose)
                # A tenant who comes or goes meanwhile is in all tables or in none, and known in both cases.
                databases[prefix] = stack.enter_context(Database.of(engine).at_one_moment())
            ids = {role: existing(databases.values(), role) for role in Role}
            ids[Role.AGENT] -= _stray_agents(databases.values(), ids[Role.TENANT])
            owners = {**known, **_owners(databases.values(), ids)}
            claimed = {role: ids[role].union(known) for role in (Role.TENANT, Role.AGENT)}
            tables = {
                prefix + owned.table.key: _read(database, owned, claimed, owners)
                for prefix, database in databases.items()
                for owned in database.schema.tables
            }
        return cls(tables, owners)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: state.rows for name, state in sorted(self.tables.items())}


def spell(key: Key) -> str:
    """Return the key as people read it."""
    return ", ".join(map(str, key))


def prefixes(database_urls: Sequence[str]) -> dict[str, str]:
    """Return what stands before the names of each database's tables: nothing, unless there are several databases."""
    return {url: f"{parse_url(url).database}:" if len(database_urls) > 1 else "" for url in database_urls}


def open_engines(database_urls: Sequence[str]) -> dict[str, Engine]:
    """Return an engine for each database by what stands before the names of its tables.

    Raises UsageError when one does not open.
    """
    return {prefix: patiently(partial(open_engine, url), PATIENCE) for url, prefix in prefixes(database_urls).items()}


def _stray_agents(databases: Collection[Database], tenants: Set[str]) -> Set[str]:
    """Return the agents whose tenant does not exist: they do not show that somebody else is there."""
    if not any(database.registers(Role.TENANT) for database in databases):
        return set()
    return {
        agent
        for database in databases
        for table in database.registers(Role.AGENT)
        if Role.TENANT in table.keys
        for agent, tenant in owners_of(database, table, Role.AGENT, tenants).items()
        if not tenant
    }


def _owners(databases: Collection[Database], ids: Ids) -> dict[str, str]:
    owners = {each: each for role in Role for each in ids[role]}
    tops = ids[Role.TENANT] | ids[Role.AGENT]
    for role in (Role.STREAM, Role.PERSON):
        for database in databases:
            for table in database.registers(role):
                owners |= {each: owner or each for each, owner in owners_of(database, table, role, tops).items()}
    return owners


def _read(database: Database, owned: OwnedTable, claimed: Ids, owners: Mapping[str, str]) -> _State:
    state = _State()
    primary = list(owned.table.primary_key)
    key: list[ColumnElement[Any]] = list(primary or owned.table.columns)
    telling = list(_owner_columns(owned))
    serial = null() if owned.serial is None else owned.serial
    every = [serial, *key, *telling, *_texts(database, owned, claimed)]
    columns = (column.label(f"c{number}") for number, column in enumerate(every))
    of_owner = 1 + len(key)
    of_texts = of_owner + len(telling)
    for row in database.stream(select(*columns).order_by(*primary), of=owned):
        values, names, texts = row[1:of_owner], row[of_owner:of_texts], row[of_texts:]
        # Without a primary key all columns are the key, and their values may be of any kind.
        found = values if primary else tuple(map(str, values))
        state.add((*names, *_named(texts, owners)) if texts else names, found, row[0])
    return state


def _texts(database: Database, owned: OwnedTable, claimed: Ids) -> Iterator[ColumnElement[Any]]:
    """Yield the texts, which are empty in the rows that a key claims."""
    _, guards = unclaimed(database, owned, claimed, frozenset())
    if guards:
        is_unclaimed = or_(*(and_(true(), *guard) for guard in guards))
        yield from (case((is_unclaimed, text), else_=null()) for text in owned.texts)


def _named(texts: Iterable[Any], owners: Mapping[str, str]) -> list[str]:
    """Return whom the texts name."""
    found = {each for text in texts if isinstance(text, str) for each in ids_in(text)}
    return sorted({owners[each] for each in found & owners.keys()})


def _owner_columns(owned: OwnedTable) -> Iterator[ColumnElement[str]]:
    """Yield tenant and agent columns, or else the next key that tells whose a row is."""
    levels = owned.levels
    telling = [level for level in levels if level.role in (Role.TENANT, Role.AGENT)] or levels[:1]
    yield from (level.columns[0] for level in telling)


def compare(
    before: Snapshot, after: Snapshot, ours: Selection | None = None, *, alone: bool = False
) -> list[Difference]:
    """Return every difference; those of kind OTHERS belong to somebody who exists and is not ours.

    `alone`: nobody else uses the databases, so that nothing is explained by others.
    """
    mine = ours.ids if ours else frozenset[str]()
    others = frozenset[str]() if alone else (before.owners.keys() | after.owners.keys()) - mine
    kind_of, newcomers = partial(_kind, mine, others), others - before.owners.keys()
    return [
        difference
        for table in sorted(before.tables.keys() | after.tables.keys())
        for difference in _differences(
            table, before.tables.get(table, _State()), after.tables.get(table, _State()), kind_of, newcomers
        )
    ]


def _differences(
    table: str, before: _State, after: _State, kind_of: Callable[[Owner], Kind], newcomers: Set[str]
) -> Iterator[Difference]:
    if before.groups == after.groups:
        return
    new, gone = after.missing_in(before), before.missing_in(after)
    # A text may have named somebody before that one was there.
    of_newcomers = {row for owner, rows in new.items() if newcomers & set(owner) for row in rows}
    for owner in sorted(before.groups.keys() | after.groups.keys(), key=str):
        was, now = before.groups.get(owner, _Group()), after.groups.get(owner, _Group())
        if was != now:
            kind = kind_of(owner)
            if kind is Kind.UNEXPLAINED and len(gone[owner]) == was.rows - now.rows > 0:
                kind = Kind.OTHERS if of_newcomers.issuperset(gone[owner]) else kind
            yield Difference(
                table,
                owner,
                kind,
                now.rows - was.rows,
                keys=tuple(key for key, _ in new[owner][:SHOWN_KEYS]),
                gone=tuple(key for key, _ in gone[owner][:SHOWN_KEYS]),
                serials=frozenset(serial for _, serial in new[owner]),
            )


def _kind(mine: Set[str], others: Set[str], owner: Owner) -> Kind:
    named = {name for name in owner if name}
    if named & mine:
        return Kind.LEFT
    return Kind.OTHERS if named & others else Kind.UNEXPLAINED
