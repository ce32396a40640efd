"""Erases rows of one database together with the rows that refer to them, children first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    ForeignKeyConstraint,
    Select,
    String,
    Table,
    delete,
    func,
    null,
    select,
    tuple_,
    update,
)

from support.errors import InfrastructureError
from support.purge.claims import KEYS, Claims, Condition, Ids, Parameters, Part, single_key
from support.purge.database import chunks
from support.purge.discovery import Key, OwnedTable, Role, exact
from support.purge.mentions import ids_in, owners_of
from support.purge.owners import Database

# What names an owner by a register of the deployment's.
_REGISTERED = (Role.STREAM, Role.PERSON)


class Act(Protocol):
    """What is done to the rows of a table that meet a condition."""

    @staticmethod
    def statement(owned: OwnedTable, where: Condition) -> Executable:
        """Return the statement that does it."""

    def rows(self, owned: OwnedTable, result: CursorResult[Any]) -> int:
        """Return how many rows the statement has met."""


class Deletion:
    """Deletes the rows."""

    @staticmethod
    def statement(owned: OwnedTable, where: Condition) -> Executable:
        """Delete the rows that meet the condition."""
        return delete(owned.table).where(where)

    def rows(self, _owned: OwnedTable, result: CursorResult[Any]) -> int:
        """Return how many were deleted."""
        return result.rowcount


class Count:
    """Counts the rows, each only once however many conditions it meets, as if they had been deleted."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)

    @staticmethod
    def statement(owned: OwnedTable, where: Condition) -> Executable:
        """Select what tells the rows apart that meet the condition; where nothing does, the number of the rows."""
        return select(*(owned.identity or [func.count()])).select_from(owned.table).where(where)

    def rows(self, owned: OwnedTable, result: CursorResult[Any]) -> int:
        """Return how many rows have met no condition before."""
        if not owned.identity:
            return int(result.scalar_one())
        seen = self._seen[owned.table.key]
        before = len(seen)
        seen.update(tuple(row) for row in result)
        return len(seen) - before


@dataclass(frozen=True)
class _Step:
    """A statement; before it, the question whose the rows are, which refer to those of a parent.

    `glance` reads what the statement will change.
    """

    owned: OwnedTable
    statement: Executable
    glance: Select[Any]
    question: Select[Any] | None
    parent: str
    removes: bool = True  # or else it empties references to what goes


@dataclass(frozen=True)
class _Erasure:
    """Erases one part of a table; `keys` finds its rows when no index does."""

    claims: Claims
    part: Part
    keys: Select[Any] | None
    steps: Sequence[_Step]

    def look_up(self, ids: Ids) -> Iterator[Parameters]:
        """Yield what to give to the steps for the owner of these ids."""
        for parameters in self.claims.parameters(self.part, ids):
            if self.keys is None:
                yield parameters
            else:
                for chunk in chunks(
                    key for (key,) in self.claims.database.stream(self.keys, parameters, of=self.claims.owned)
                ):
                    yield {**parameters, "keys": chunk}


Target = tuple[_Erasure, Parameters]


class Eraser:
    """Erases the rows of any owner of one host in one database, by statements that are made once.

    Rows that refer to an owner's go too; they may not be of somebody else who exists, unless all of that one goes, too.
    """

    def __init__(self, claims: Sequence[Claims], existing: Ids, named: Set[str], host: str, act: type[Act]) -> None:
        self._claims = {each.owned.table.key: each for each in claims}
        self._existing = existing
        self._named = named
        self._owners = existing.get(Role.TENANT, frozenset()) | existing.get(Role.AGENT, frozenset())
        self._host = host
        self._dialect = claims[0].database.engine.dialect.name if claims else ""
        self._act = act
        self._erasures = [self._prepare(each, part) for each in claims for part in each.parts(host)]

    def look_up(self, ids: Ids) -> list[Target]:
        """Find what is to be erased of the owner of these ids, before the transaction that does it."""
        return [(erasure, parameters) for erasure in self._erasures for parameters in erasure.look_up(ids)]

    def glance(self, connection: Connection, targets: Iterable[Target]) -> None:
        """Read what is to be erased, so that it need not be fetched from the disk while others wait."""
        for erasure, parameters in targets:
            for step in erasure.steps:
                connection.execute(step.glance, parameters).close()

    def run(self, connection: Connection, targets: Sequence[Target]) -> Counter[str]:
        """Erase all targets; return rows by table. Raises InfrastructureError when somebody else's row refers here."""
        # While all is there: what has gone would not tell any more whose the rest is.
        for erasure, parameters in targets:
            for step in erasure.steps:
                if step.question is not None:
                    self._refuse_others(connection, step, connection.execute(step.question, parameters))
        act, counts = self._act(), Counter[str]()
        for erasure, parameters in targets:
            for step in erasure.steps:
                result = connection.execute(step.statement, parameters)
                counts[step.owned.table.key] += act.rows(step.owned, result) if step.removes else 0
        return +counts

    def _prepare(self, claims: Claims, part: Part) -> _Erasure:
        where, keys = part.where, None
        for key in single_key(claims.owned) if not part.indexed else ():
            keys, where = select(key).select_from(claims.owned.table).where(where), key.in_(KEYS) & where
        return _Erasure(claims, part, keys, list(self._walk(claims, where, ())))

    def _walk(self, claims: Claims, where: Condition, path: tuple[str, ...]) -> Iterator[_Step]:
        table, schema = claims.owned.table, claims.database.schema
        references = schema.children.get(table.key, ())
        of_itself = [each for each in references if each.table is table]
        for reference in of_itself:
            where = _with_descendants(reference, where, self._dialect)
        path = (*path, table.key)
        for reference in [each for each in references if each.table is not table]:
            child, refers = self._claims[reference.table.key], _refers(reference, where, self._dialect)
            if reference.table.key not in path:
                yield from self._walk(child, refers, path)
            elif all(column.nullable for column in reference.columns):
                yield from self._empty(child, reference, refers)
        parent = path[-2] if len(path) > 1 else table.key if of_itself else ""
        statement = self._act.statement(claims.owned, where)
        question = self._question(claims, where) if parent else None
        yield _Step(claims.owned, statement, _glance(table, where), question, parent)

    def _empty(self, claims: Claims, reference: ForeignKeyConstraint, where: Condition) -> Iterator[_Step]:
        """Empty references of a circle, of whose rows none could go first."""
        table, parent = claims.owned.table, reference.referred_table.key
        if self._act is Deletion:
            statement = update(table).where(where).values(dict.fromkeys(reference.column_keys))
            question = self._question(claims, where)
            yield _Step(claims.owned, statement, _glance(table, where), question, parent, removes=False)

    def _question(self, claims: Claims, where: Condition) -> Select[Any]:
        """Return the question whose the rows are: what their keys say and, where these name nobody, their texts."""
        keys = [key.columns[0] for key in self._telling(claims)]
        asked: list[ColumnElement[Any]] = [*keys, *claims.owned.texts]
        columns = (column.label(f"c{number}") for number, column in enumerate(asked or [null()]))
        return select(*columns).distinct().where(where)

    def _telling(self, claims: Claims) -> list[Key]:
        return [key for key in claims.owned.levels if key.role in self._existing or key.role in _REGISTERED]

    def _refuse_others(self, connection: Connection, step: _Step, result: CursorResult[Any]) -> None:
        table = step.owned.table.key
        claims = self._claims[table]
        roles = [key.role for key in self._telling(claims)]
        database = replace(claims.database, moment=connection)
        for rows in result.partitions(1000):
            values = dict(zip(roles, zip(*rows, strict=True), strict=False))
            whose = {role: self._whose(database, role, values[role]) for role in _REGISTERED if role in values}
            for row in rows:
                for role, name in self._others(roles, row, whose):
                    raise InfrastructureError(
                        f"A row of {table} of {role.value} {name} refers to a row of {step.parent} that was "
                        "to go, so this owner was left whole; remove that reference, then purge again."
                    )

    def _whose(self, database: Database, role: Role, ids: Iterable[Any]) -> dict[str, str]:
        """Return whose the ids are that the database registers as chat streams or persons."""
        return {
            each: owner
            for table in database.registers(role)
            for chunk in chunks({each for each in ids if each})
            for each, owner in owners_of(database, table, role, self._owners, table.column(role).in_(chunk)).items()
        }

    def _others(
        self, roles: Sequence[Role], row: Sequence[Any], whose: Mapping[Role, Mapping[str, str]]
    ) -> Iterator[tuple[Role, str]]:
        """Yield whose the row is, if it is somebody else's who exists; the first key that names somebody decides."""
        for role, name in zip(roles, row, strict=False):
            owner = whose[role].get(name) if role in whose else name
            if owner in self._named:
                return
            if owner != self._host and owner in (self._owners if role in whose else self._existing[role]):
                yield role, name
                return
        yield from self._owners_by_texts(row[len(roles) :])

    def _owners_by_texts(self, row: Iterable[Any]) -> Iterator[tuple[Role, str]]:
        """Yield everybody else who exists and is named in the row's texts."""
        ids = {each for text in row if isinstance(text, str) for each in ids_in(text)} - self._named - {self._host}
        yield from ((role, name) for role, names in self._existing.items() for name in ids & names)


def _glance(table: Table, where: Condition) -> Select[Any]:
    # A key would be read from an index, and not the row; what stands last seldom has one.
    return select(func.count(list(table.columns)[-1])).where(where)


def _refers(reference: ForeignKeyConstraint, where: Condition, dialect: str) -> Condition:
    return _in(_referring(reference, dialect), select(*(element.column for element in reference.elements)).where(where))


def _referring(reference: ForeignKeyConstraint, dialect: str) -> list[ColumnElement[Any]]:
    """Return the columns that refer; a reference means a name to the letter, though its column may ignore case."""
    columns = (element.parent for element in reference.elements)
    return [exact(each, dialect) if isinstance(each.type, String) else each for each in columns]


def _with_descendants(reference: ForeignKeyConstraint, where: Condition, dialect: str) -> Condition:
    """Return the condition for these rows and all that refer to them, directly or not, by this reference."""
    referred = [element.column for element in reference.elements]
    family = select(*referred).where(where).cte(recursive=True, nesting=True)
    referring = _referring(reference, dialect)
    of_family = (each == column for each, column in zip(referring, family.c, strict=True))
    # By what they refer to, for a row may have nothing that others could refer to.
    return where | _in(referring, select(family.union(select(*referred).where(*of_family))))


def _in(columns: Sequence[ColumnElement[Any]], rows: Select[Any]) -> Condition:
    return tuple_(*columns).in_(rows) if len(columns) > 1 else columns[0].in_(rows)
