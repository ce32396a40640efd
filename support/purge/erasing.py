"""Erases rows of one database together with the rows that refer to them, children first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    ForeignKeyConstraint,
    Select,
    Table,
    delete,
    func,
    select,
    tuple_,
)

from support.errors import InfrastructureError
from support.purge.claims import KEYS, Claims, Condition, Ids, Parameters, Part
from support.purge.database import chunks
from support.purge.discovery import Role


class Act(Protocol):
    """What is done to the rows of a table that meet a condition."""

    @staticmethod
    def statement(table: Table, where: Condition) -> Executable:
        """Return the statement that does it."""

    def rows(self, table: Table, result: CursorResult[Any]) -> int:
        """Return how many rows the statement has met."""


class Deletion:
    """Deletes the rows."""

    @staticmethod
    def statement(table: Table, where: Condition) -> Executable:
        """Delete the rows that meet the condition."""
        return delete(table).where(where)

    def rows(self, _table: Table, result: CursorResult[Any]) -> int:
        """Return how many were deleted."""
        return result.rowcount


class Count:
    """Counts the rows, each only once however many conditions it meets, as if they had been deleted."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)

    @staticmethod
    def statement(table: Table, where: Condition) -> Executable:
        """Select the keys of the rows that meet the condition; where there are no keys, the number of the rows."""
        key: list[ColumnElement[Any]] = list(table.primary_key.columns) or [func.count()]
        return select(*key).select_from(table).where(where)

    def rows(self, table: Table, result: CursorResult[Any]) -> int:
        """Return how many rows have met no condition before."""
        if not table.primary_key.columns:
            return int(result.scalar_one())
        seen = self._seen[table.name]
        before = len(seen)
        seen.update(tuple(row) for row in result)
        return len(seen) - before


@dataclass(frozen=True)
class _Step:
    """A statement; before it, the question whose the rows are, which refer to those of a parent.

    `glance` reads what the statement will change.
    """

    table: Table
    statement: Executable
    glance: Select[Any]
    question: Select[Any] | None
    parent: str


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
                for chunk in chunks(key for (key,) in self.claims.database.stream(self.keys, parameters)):
                    yield {**parameters, "keys": chunk}


Target = tuple[_Erasure, Parameters]


class Eraser:
    """Erases the rows of any owner of one host in one database, by statements that are made once.

    Rows that refer to an owner's go too; they may not be of another one of the `tenants`.
    """

    def __init__(self, claims: Sequence[Claims], tenants: Set[str], host: str, act: type[Act]) -> None:
        self._claims = {each.owned.table.name: each for each in claims}
        self._tenants = tenants
        self._host = host
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

    def run(self, connection: Connection, targets: Iterable[Target], ids: Ids) -> Counter[str]:
        """Erase all targets; return rows by table. Raises InfrastructureError when another tenant's row refers here."""
        act, counts, mine = self._act(), Counter[str](), ids[Role.TENANT] | {self._host}
        for erasure, parameters in targets:
            for step in erasure.steps:
                if step.question is not None:
                    self._refuse_others(step, set(connection.scalars(step.question, parameters)) - mine)
                counts[step.table.name] += act.rows(step.table, connection.execute(step.statement, parameters))
        return +counts

    def _prepare(self, claims: Claims, part: Part) -> _Erasure:
        where, keys = part.where, None
        primary = claims.owned.table.primary_key.columns.values()
        if not part.indexed and len(primary) == 1:
            keys, where = select(primary[0]).where(where), primary[0].in_(KEYS) & where
        return _Erasure(claims, part, keys, list(self._walk(claims, where, ())))

    def _walk(self, claims: Claims, where: Condition, path: tuple[str, ...]) -> Iterator[_Step]:
        table = claims.owned.table
        path = (*path, table.name)
        for reference in claims.database.schema.children.get(table.name, ()):
            if reference.table.name not in path:
                yield from self._walk(self._claims[reference.table.name], _refers(reference, where), path)
        owned, parent = claims.owned, path[-2] if len(path) > 1 else ""
        is_asked = parent and Role.TENANT in owned.keys
        question = select(owned.column(Role.TENANT)).distinct().where(where) if is_asked else None
        # A key would be read from an index, and not the row; what stands last seldom has one.
        glance = select(func.count(list(table.columns)[-1])).where(where)
        yield _Step(table, self._act.statement(table, where), glance, question, parent)

    def _refuse_others(self, step: _Step, others: Set[str]) -> None:
        for tenant in others & self._tenants:
            raise InfrastructureError(
                f"A row of {step.table.name} of tenant {tenant} refers to a row of {step.parent} that was "
                "to go, so this owner was left whole; remove that reference, then purge again."
            )


def _refers(reference: ForeignKeyConstraint, where: Condition) -> Condition:
    referring = [element.parent for element in reference.elements]
    referred = select(*(element.column for element in reference.elements)).where(where)
    return tuple_(*referring).in_(referred) if len(referring) > 1 else referring[0].in_(referred)
