"""Says which rows of a table are an owner's.

A row belongs to whom its most telling key names: its tenant, else its agent, else its chat stream or person, else its
creator or account, else the ids that its text holds. A key that names nobody who exists (NULL, "default") says
nothing, and the next one decides. So a row that names another, existing tenant is never ours, whatever else it holds.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select

from support.purge.database import chunks
from support.purge.discovery import GENERATED_ID, Key, OwnedTable, Role, is_generated
from support.purge.owners import Database

Ids = Mapping[Role, frozenset[str]]
Condition = ColumnElement[bool]
Guard = tuple[Condition, ...]  # all of them hold where the keys above name nobody


@dataclass(frozen=True)
class Level:
    """A key together with those of its values in this table that name nobody."""

    key: Key
    unclaimed: frozenset[str | None]

    def names(self, ids: Collection[str]) -> Condition:
        """Return the condition that the key names one of the ids."""
        if len(ids) == 1:  # the usual case, and SQLAlchemy is much faster with it
            return or_(*(column == only for column in self.key.columns for only in ids))
        return or_(*(column.in_(ids) for column in self.key.columns))

    def names_nobody(self, values: Collection[str | None]) -> Condition:
        """Return the condition that the key holds one of these values, which name nobody."""
        known = [value for value in values if value is not None]
        is_known = self.names(known) if known else false()
        is_null = and_(*(column.is_(None) for column in self.key.columns)) if None in values else false()
        return or_(is_known, is_null)


@dataclass(frozen=True)
class Part:
    """Some of an owner's rows in a table; whether an index finds them."""

    where: Condition
    indexed: bool


@dataclass(frozen=True)
class Claims:
    """Whose the rows of one table are."""

    database: Database
    owned: OwnedTable
    levels: tuple[Level, ...]
    mentioned: frozenset[str]  # our ids that stand in the texts of rows which no key claims

    def reaches(self, role: Role) -> bool:
        """Whether there are rows of this table which that role decides."""
        for level in self.levels:
            if level.key.role is role:
                return True
            if not level.unclaimed:
                break
        return False

    def parts(self, ids: Ids, host: str = "") -> Iterator[Part]:
        """Yield conditions that select the rows of the owner of these ids; `host` is a tenant that claims nothing."""
        yield from self._descend(self.levels, ids, host, ())

    def _descend(self, levels: tuple[Level, ...], ids: Ids, host: str, guard: Guard) -> Iterator[Part]:
        if not levels:
            yield from self._mentions(ids, guard)
            return
        level, below = levels[0], levels[1:]
        for chunk in chunks(self._telling(level.key.role, ids)):
            yield Part(and_(*guard, level.names(chunk)), level.key.indexed)
        hosts = {host} if host and level.key.role is Role.TENANT else set[str]()
        for values in chunks(level.unclaimed | hosts):
            yield from self._descend(below, ids, host, (*guard, level.names_nobody(values)))

    def _telling(self, role: Role, ids: Ids) -> Iterable[str]:
        known = ids.get(role, frozenset())
        if role is Role.ACCOUNT and not self.owned.is_account:
            return filter(is_generated, known)
        return known

    def _mentions(self, ids: Ids, guard: Guard) -> Iterator[Part]:
        known = frozenset[str]().union(*(ids.get(role, ()) for role in (Role.TENANT, Role.AGENT, Role.ACCOUNT)))
        for chunk in chunks(self.mentioned & known):
            pattern = f"(^|[^0-9A-Za-z])({'|'.join(map(re.escape, chunk))})([^0-9A-Za-z]|$)"
            yield Part(and_(*guard, or_(*(text.regexp_match(pattern) for text in self.owned.texts))), False)


def examine(database: Database, owned: OwnedTable, existing: Ids, ours: frozenset[str]) -> Claims:
    """Read which keys of this table name nobody, and which of our ids stand in texts that no key claims."""
    levels: list[Level] = []
    guards: list[Guard] = [()]
    for key in owned.levels:
        level = Level(key, frozenset(_unclaimed(database, key, guards, existing, ours)))
        levels.append(level)
        guards = [(*guard, level.names_nobody(values)) for guard in guards for values in chunks(level.unclaimed)]
    return Claims(database, owned, tuple(levels), frozenset(_mentioned(database, owned, guards)) & ours)


def _unclaimed(
    database: Database, key: Key, guards: list[Guard], existing: Ids, ours: frozenset[str]
) -> Iterator[str | None]:
    if key.role in existing:
        claimed = existing[key.role] | ours
        for guard in guards:
            yield from (value for value in database.values(key.columns[0], *guard) if value not in claimed)
    elif key.role not in (Role.CREATOR, Role.USERNAME):  # what nobody created is the system's
        yield None


def _mentioned(database: Database, owned: OwnedTable, guards: list[Guard]) -> Iterator[str]:
    for guard in guards if owned.texts else ():
        for row in database.stream(select(*owned.texts).where(*guard)):
            for text in row:
                yield from GENERATED_ID.findall(text) if isinstance(text, str) else ()


def complete(claims: Collection[Claims], ids: Ids, existing: Ids) -> Ids:
    """Add the agents, chat streams and persons that stand in the owner's rows and in nobody else's."""
    known = dict(ids)
    for role in (Role.AGENT, Role.STREAM, Role.PERSON):
        if any(each.reaches(role) for each in claims):
            known[role] = known.get(role, frozenset()) | _derive(claims, role, known, existing)
    return known


def _derive(claims: Collection[Claims], role: Role, known: Ids, existing: Ids) -> frozenset[str]:
    telling = {above: known[above] for above in (Role.TENANT, Role.AGENT) if above is not role}
    sources = [each for each in claims if role in each.owned.keys and each.levels[0].key.role in telling]
    found = {
        value
        for source in sources
        for part in source.parts(telling)
        for column in source.owned.keys[role].columns
        for value in source.database.values(column, part.where)
        # Another value, such as "default", may stand for more than what is the owner's.
        if value and (source.owned.keys[role].unique or is_generated(value))
    } - existing.get(role, frozenset())
    for source in sources:
        top = source.levels[0].key
        claimed, mine = existing[top.role], known[top.role]
        for column in source.owned.keys[role].columns:
            for chunk in chunks(tuple(found)):
                rows = source.database.stream(select(top.columns[0], column).distinct().where(column.in_(chunk)))
                found -= {value for claimant, value in rows if claimant in claimed and claimant not in mine}
    return frozenset(found)
