"""Tells in which scenario a row has appeared whose owner nobody knows."""

from collections.abc import Container, Sequence
from functools import cache, partial

from sqlalchemy import Executable, Integer, bindparam, false, func, literal, null, select, union_all

from support.purge.database import open_engine, patiently
from support.purge.discovery import Schema, discover
from support.purge.residue import Owner, owner_columns, prefixes

Row = tuple[str, Owner, str]  # its table, whose it is, its key
_PATIENCE = 30.0
_MOST_ROWS = 20_000  # remembered: in a shared database others add rows all the time


class Arrivals:
    """Which rows have appeared in which scenario, in the tables whose keys are growing numbers."""

    def __init__(self, database_urls: Sequence[str]) -> None:
        """Note how far the keys have grown. Raises UsageError when a database does not open."""
        self._prefixes = prefixes(database_urls)
        self._last: dict[str, int] = {}
        self._scenarios: dict[Row, str] = {}
        self.note("", ())

    def note(self, scenario: str, known: Container[str]) -> None:
        """Note the rows that have appeared since the last time, in this scenario, except those of known owners.

        Raises InfrastructureError when a database cannot be read.
        """
        for url, prefix in self._prefixes.items():
            patiently(partial(self._look, url, prefix, scenario, known), _PATIENCE)

    def scenario_of(self, table: str, owner: Owner, key: str) -> str | None:
        """Return the scenario in which this row has appeared; None when that was not seen."""
        return self._scenarios.get((table, owner, key))

    def _look(self, url: str, prefix: str, scenario: str, known: Container[str]) -> None:
        engine = open_engine(url)
        try:
            highest, above = _questions(discover(engine))
            with engine.connect() as connection:
                for table, number in connection.execute(highest).all():
                    name, last = prefix + table, self._last.get(prefix + table, 0)
                    # Where rows were removed it is smaller than before, and the next ones get their keys again.
                    self._last[name] = number or 0
                    if scenario and self._last[name] > last:
                        for key, *owner in connection.execute(above[table], {"last": last}):
                            self._remember((name, tuple(owner), str(key)), scenario, known)
        finally:
            engine.dispose()

    def _remember(self, row: Row, scenario: str, known: Container[str]) -> None:
        if len(self._scenarios) < _MOST_ROWS and not any(name in known for name in row[1]):
            self._scenarios[row] = scenario


@cache
def _questions(schema: Schema) -> tuple[Executable, dict[str, Executable]]:
    """Return the question for the highest key of each table; and, for each, that for the rows above the key `last`."""
    numbers = {
        owned.table.name: (owned, primary[0])
        for owned in schema.tables
        for primary in [owned.table.primary_key.columns.values()]
        if len(primary) == 1 and isinstance(primary[0].type, Integer)
    }
    highest = union_all(
        select(literal("").label("name"), null()).where(false()),
        *(select(literal(name), func.max(key)) for name, (_, key) in numbers.items()),
    )
    return highest, {
        name: select(key, *owner_columns(owned)).where(key > bindparam("last"))
        for name, (owned, key) in numbers.items()
    }
