"""Says which rows of a table are an owner's.

A row belongs to whom its most telling key names: its tenant, else its agent, else its chat stream or person, else its
creator or account, else a chat stream or person under whatever column, else the ids that its text holds. A key that
names nobody who exists (NULL, "default") says nothing, and the next one decides. So a row that names another, existing
tenant is never ours, whatever else it holds.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, false, or_, select

from support.purge.database import chunks
from support.purge.discovery import GENERATED_ID, Key, OwnedTable, Role, is_generated
from support.purge.owners import Database

Ids = Mapping[Role, frozenset[str]]
Condition = ColumnElement[bool]
Guard = tuple[Condition, ...]  # all of them hold where the keys above name nobody
Parameters = dict[str, Any]

# What conditions leave open, so that a statement is made once and not for each owner.
_IDS = bindparam("ids", expanding=True, type_=String)
_PATTERN = bindparam("pattern", type_=String)


@dataclass(frozen=True)
class Level:
    """A key together with those of its values in this table that name nobody."""

    key: Key
    unclaimed: frozenset[str | None]

    def names_nobody(self, values: Collection[str | None]) -> Condition:
        """Return the condition that the key holds one of these values, which name nobody."""
        known = [value for value in values if value is not None]
        is_known = self.key.names(known) if known else false()
        is_null = and_(*(column.is_(None) for column in self.key.columns)) if None in values else false()
        return or_(is_known, is_null)


@dataclass(frozen=True)
class Part:
    """Some of an owner's rows in a table: where the key of that role names one of the ids, or texts hold one."""

    role: Role | None  # None: the texts
    where: Condition
    indexed: bool  # whether an index finds them
    generated: bool = False  # whether only ids with a random part say something here


@dataclass(frozen=True)
class Claims:
    """Whose the rows of one table are."""

    database: Database
    owned: OwnedTable
    levels: tuple[Level, ...]
    nameless: tuple[Key, ...]  # keys that their values reveal, not their names
    mentioned: frozenset[str]  # our ids that stand in the texts of rows which no key claims

    def reaches(self, role: Role) -> bool:
        """Whether there are rows of this table which that role decides."""
        for level in self.levels:
            if level.key.role is role:
                return True
            if not level.unclaimed:
                break
        return any(key.role is role for key in self.nameless)

    def parts(self, host: str = "") -> Iterator[Part]:
        """Yield the conditions that select an owner's rows; `host` is a tenant that claims nothing."""
        yield from self._descend(self.levels, host, ())

    def _descend(self, levels: tuple[Level, ...], host: str, guard: Guard) -> Iterator[Part]:
        if not levels:
            for key in self.nameless:
                yield Part(key.role, and_(*guard, key.names(_IDS)), key.indexed, generated=True)
            if self.mentioned:
                holds = or_(*(text.regexp_match(_PATTERN) for text in self.owned.texts))
                yield Part(None, and_(*guard, holds), False)
            return
        level, below = levels[0], levels[1:]
        yield Part(level.key.role, and_(*guard, level.key.names(_IDS)), level.key.indexed)
        hosts = {host} if host and level.key.role is Role.TENANT else set[str]()
        for values in chunks(level.unclaimed | hosts):
            yield from self._descend(below, host, (*guard, level.names_nobody(values)))

    def parameters(self, part: Part, ids: Ids) -> Iterator[Parameters]:
        """Yield what to give for the condition of this part such that it selects the rows of the owner of the ids."""
        if part.role is None:
            known = frozenset[str]().union(*(ids.get(role, ()) for role in (Role.TENANT, Role.AGENT, Role.ACCOUNT)))
            for chunk in chunks(self.mentioned & known):
                yield {"pattern": f"(^|[^0-9A-Za-z])({'|'.join(map(re.escape, chunk))})([^0-9A-Za-z]|$)"}
        else:
            for chunk in chunks(self._telling(part, part.role, ids)):
                yield {"ids": chunk}

    def _telling(self, part: Part, role: Role, ids: Ids) -> Iterable[str]:
        known = ids.get(role, frozenset())
        if part.generated or (role is Role.ACCOUNT and not self.owned.is_account):
            return filter(is_generated, known)
        return known


def examine(database: Database, owned: OwnedTable, existing: Ids, ours: frozenset[str]) -> Claims:
    """Read which keys of this table name nobody, and which of our ids stand in texts that no key claims."""
    levels: list[Level] = []
    guards: list[Guard] = [()]
    for key in owned.levels:
        level = Level(key, frozenset(_unclaimed(database, key, guards, existing, ours)))
        levels.append(level)
        guards = [(*guard, level.names_nobody(values)) for guard in guards for values in chunks(level.unclaimed)]
    nameless = tuple(_nameless(database, owned, guards))
    return Claims(database, owned, tuple(levels), nameless, frozenset(_mentioned(database, owned, guards)) & ours)


def _unclaimed(
    database: Database, key: Key, guards: list[Guard], existing: Ids, ours: frozenset[str]
) -> Iterator[str | None]:
    if key.role in existing:
        claimed = existing[key.role] | ours
        for guard in guards:
            yield from (value for value in database.values(key.columns[0], *guard) if value not in claimed)
    elif key.role not in (Role.CREATOR, Role.USERNAME):  # what nobody created is the system's
        yield None


def _nameless(database: Database, owned: OwnedTable, guards: list[Guard]) -> Iterator[Key]:
    """Yield what other columns of rows that no key claims hold: ids of chat streams, ids of persons."""
    for role in (Role.STREAM, Role.PERSON):
        registered = [select(table.column(role)) for table in database.registers(role) if table is not owned]
        columns = tuple(
            column
            for column in owned.others
            if any(database.has(column.in_(ids), *guard) for ids in registered for guard in guards)
        )
        if columns:
            yield Key(role, columns, unique=False, indexed=False)


def _mentioned(database: Database, owned: OwnedTable, guards: list[Guard]) -> Iterator[str]:
    for guard in guards if owned.texts else ():
        for row in database.stream(select(*owned.texts).where(*guard)):
            for text in row:
                yield from GENERATED_ID.findall(text) if isinstance(text, str) else ()
