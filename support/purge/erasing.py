"""Erases rows of one database together with the rows that refer to them, children first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence, Set

from sqlalchemy import Connection, ForeignKeyConstraint, Table, delete, func, select, tuple_

from support.errors import InfrastructureError
from support.purge.claims import Claims, Condition
from support.purge.discovery import Role

# Takes the rows of a table that meet the condition and returns how many they were.
Act = Callable[[Table, Condition], int]


class Deletion:
    """Deletes the rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, table: Table, where: Condition) -> int:
        """Delete the rows that meet the condition; return how many."""
        return self._connection.execute(delete(table).where(where)).rowcount


class Count:
    """Counts the rows, each only once however many conditions it meets, as if they had been deleted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)

    def __call__(self, table: Table, where: Condition) -> int:
        """Return how many rows meet the condition that met none before."""
        key = table.primary_key.columns.values()
        if not key:
            return self._connection.scalar(select(func.count()).select_from(table).where(where)) or 0
        seen = self._seen[table.name]
        before = len(seen)
        seen.update(tuple(row) for row in self._connection.execute(select(*key).where(where)))
        return len(seen) - before


class Eraser:
    """Walks from rows of the `mine` tenants to the rows that refer to them, which no other of the `tenants` may own."""

    def __init__(
        self, connection: Connection, claims: Sequence[Claims], tenants: Set[str], mine: Set[str], act: Act
    ) -> None:
        self._connection = connection
        self._claims = {each.owned.table.name: each for each in claims}
        self._tenants = tenants
        self._mine = mine
        self._act = act
        self._counts: Counter[str] = Counter()

    def run(self, targets: Iterable[tuple[Claims, Condition]]) -> Counter[str]:
        """Take all targets; return rows by table. Raises InfrastructureError when another tenant's row refers here."""
        for claims, where in targets:
            self._take(claims, where, ())
        return +self._counts

    def _take(self, claims: Claims, where: Condition, path: tuple[str, ...]) -> None:
        table = claims.owned.table
        path = (*path, table.name)
        for reference in claims.database.schema.children.get(table.name, ()):
            if reference.table.name not in path:
                child, refers = self._claims[reference.table.name], _refers(reference, where)
                self._refuse_others(child, refers, table)
                self._take(child, refers, path)
        self._counts[table.name] += self._act(table, where)

    def _refuse_others(self, child: Claims, refers: Condition, parent: Table) -> None:
        if Role.TENANT not in child.owned.keys:
            return
        tenants = self._connection.scalars(select(child.owned.column(Role.TENANT)).distinct().where(refers))
        for tenant in tenants:
            if tenant in self._tenants and tenant not in self._mine:
                raise InfrastructureError(
                    f"A row of {child.owned.table.name} of tenant {tenant} refers to a row of {parent.name} that was "
                    "to go, so this owner was left whole; remove that reference, then purge again."
                )


def _refers(reference: ForeignKeyConstraint, where: Condition) -> Condition:
    referring = [element.parent for element in reference.elements]
    referred = select(*(element.column for element in reference.elements)).where(where)
    return tuple_(*referring).in_(referred) if len(referring) > 1 else referring[0].in_(referred)
