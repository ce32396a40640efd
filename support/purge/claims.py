"""Says which rows of a table are an owner's.

A row belongs to whom its most telling key names: its tenant, else its agent, else its chat stream or person, else its
creator or account, else the ids that its texts hold. A key that names nobody who exists (NULL, "default") says nothing,
and the next one decides. So a row that names another, existing tenant is never ours, whatever else it holds; nor is one
whose texts hold an id of somebody else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, false, func, or_

from support.purge.database import chunks
from support.purge.discovery import Key, OwnedTable, Role, is_generated
from support.purge.mentions import Guard, Registered, pattern_of, rows_with_ids
from support.purge.owners import Database

Ids = Mapping[Role, frozenset[str]]
Condition = ColumnElement[bool]
Parameters = dict[str, Any]

# Whose ids are looked for in texts.
_MENTIONED = (Role.TENANT, Role.AGENT, Role.ACCOUNT, Role.STREAM, Role.PERSON)
# What conditions leave open, so that a statement is made once and not for each owner.
_IDS = bindparam("ids", expanding=True, type_=String)
_PATTERN = bindparam("pattern", type_=String)
_OTHERS = bindparam("others", type_=String)
KEYS: BindParameter[Any] = bindparam("keys", expanding=True)


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


@dataclass(frozen=True)
class Mentions:
    """Which ids stand in the texts of a table's rows that no key claims: ours, and those that may be ours."""

    keys: dict[str, list[Any]] = field(default_factory=dict)  # of the rows with this id and none of somebody else
    beside: dict[str, set[str]] = field(default_factory=dict)  # what is not ours for certain in the rows with this one
    roles: set[Role] = field(default_factory=set)


@dataclass(frozen=True)
class Claims:
    """Whose the rows of one table are."""

    database: Database
    owned: OwnedTable
    levels: tuple[Level, ...]
    mentions: Mentions

    def reaches(self, role: Role) -> bool:
        """Whether there are rows of this table which that role decides."""
        for level in self.levels:
            if level.key.role is role:
                return True
            if not level.unclaimed:
                break
        return role in self.mentions.roles

    def parts(self, host: str = "") -> Iterator[Part]:
        """Yield the conditions that select an owner's rows; `host` is a tenant that claims nothing."""
        yield from self._descend(self.levels, host, ())

    def _descend(self, levels: tuple[Level, ...], host: str, guard: Guard) -> Iterator[Part]:
        if not levels:
            if self.mentions.keys:
                texts = [func.coalesce(text, "") for text in self.owned.texts]
                holds = or_(*(text.regexp_match(_PATTERN) for text in texts))
                is_shared = or_(*(text.regexp_match(_OTHERS) for text in texts))
                found = [column.in_(KEYS) for column in single_key(self.owned)]
                yield Part(None, and_(*found, *guard, holds, ~is_shared), bool(found))
            return
        level, below = levels[0], levels[1:]
        yield Part(level.key.role, and_(*guard, level.key.names(_IDS)), level.key.indexed)
        hosts = {host} if host and level.key.role is Role.TENANT else set[str]()
        for values in chunks(level.unclaimed | hosts):
            yield from self._descend(below, host, (*guard, level.names_nobody(values)))

    def parameters(self, part: Part, ids: Ids) -> Iterator[Parameters]:
        """Yield what to give for the condition of this part such that it selects the rows of the owner of the ids."""
        if part.role is None:
            known = frozenset[str]().union(*(ids.get(role, ()) for role in _MENTIONED))
            for chunk in chunks(known & self.mentions.keys.keys()):
                others = frozenset[str]().union(*(self.mentions.beside[each] for each in chunk)) - known
                patterns = {"pattern": pattern_of(set(chunk)), "others": pattern_of(others)}
                keys = dict.fromkeys(key for each in chunk for key in self.mentions.keys[each])
                yield from ({**patterns, "keys": some} for some in chunks(keys))
                if not single_key(self.owned):
                    yield patterns
        else:
            for chunk in chunks(self._telling(part, part.role, ids)):
                yield {"ids": chunk}

    def _telling(self, part: Part, role: Role, ids: Ids) -> Iterable[str]:
        known = ids.get(role, frozenset())
        if role is Role.ACCOUNT and not self.owned.is_account:
            return filter(is_generated, known)
        return known


def examine(database: Database, owned: OwnedTable, existing: Ids, ours: frozenset[str]) -> Claims:
    """Read which keys of this table name nobody, and which ids stand in texts that no key claims."""
    levels, guards = unclaimed(database, owned, existing, ours)
    return Claims(database, owned, levels, _mentions(database, owned, guards, Registered(database, existing, ours)))


def unclaimed(
    database: Database, owned: OwnedTable, existing: Ids, ours: frozenset[str]
) -> tuple[tuple[Level, ...], list[Guard]]:
    """Read which keys of this table name nobody; one of the conditions holds for each row that no key claims."""
    levels: list[Level] = []
    guards: list[Guard] = [()]
    for key in owned.levels:
        level = Level(key, frozenset(_unclaimed(database, owned, key, guards, existing, ours)))
        levels.append(level)
        guards = [(*guard, level.names_nobody(values)) for guard in guards for values in chunks(level.unclaimed)]
    return tuple(levels), guards


def _unclaimed(
    database: Database, owned: OwnedTable, key: Key, guards: list[Guard], existing: Ids, ours: frozenset[str]
) -> Iterator[str | None]:
    if key.role in existing:
        claimed = existing[key.role] | ours
        for guard in guards:
            yield from database.values(owned, key.columns[0], *guard) - claimed
    elif key.role not in (Role.CREATOR, Role.USERNAME):  # what nobody created is the system's
        yield None


def _mentions(database: Database, owned: OwnedTable, guards: list[Guard], registered: Registered) -> Mentions:
    mentions = Mentions(roles=registered.roles)
    for key, ids in rows_with_ids(database, owned, guards, single_key(owned), registered.among):
        for each in ids - registered.theirs:
            keys = mentions.keys.setdefault(each, [])
            mentions.beside.setdefault(each, set()).update(ids - {each} - registered.ours)
            keys += key if registered.theirs.isdisjoint(ids) else ()
    return mentions


def single_key(owned: OwnedTable) -> tuple[ColumnElement[Any], ...]:
    """Return the one column that identifies a row; nothing when it takes several, or none does."""
    return owned.identity if len(owned.identity) == 1 else ()
