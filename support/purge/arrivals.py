"""Tells in which scenario a row has appeared whose owner nobody knows."""

from collections.abc import Container, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Table, bindparam, func, select

from support.purge.database import open_engine, patiently
from support.purge.discovery import OwnedTable
from support.purge.owners import Database
from support.purge.residue import Owner, owner_columns, prefixes

Key = ColumnElement[Any]
_PATIENCE = 30.0
_MOST_ROWS = 20_000  # remembered: in a shared database others add rows all the time


class Arrivals:
    """Which rows have appeared in which scenario, in the tables whose keys are growing numbers."""

    def __init__(self, database_urls: Sequence[str]) -> None:
        """Note how far the keys have grown. Raises UsageError when a database does not open."""
        self._prefixes = prefixes(database_urls)
        self._last: dict[str, int] = {}
        self._statements: dict[Table, tuple[Executable, Executable]] = {}
        self._scenarios: dict[tuple[str, Owner, str], str] = {}
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
            database = Database.of(engine)
            for owned in database.schema.tables:
                key = _number(owned)
                if key is not None:
                    self._look_into(database, owned, key, prefix + owned.table.name, scenario, known)
        finally:
            engine.dispose()

    def _look_into(
        self, database: Database, owned: OwnedTable, key: Key, name: str, scenario: str, known: Container[str]
    ) -> None:
        if owned.table not in self._statements:
            above_last = select(key, *owner_columns(owned)).where(key > bindparam("last"))
            self._statements[owned.table] = above_last, select(func.max(key))
        new, newest = self._statements[owned.table]
        for number, *owner in database.stream(new, {"last": self._last.get(name, 0)}) if scenario else ():
            if len(self._scenarios) < _MOST_ROWS and not any(each in known for each in owner):
                self._scenarios[name, tuple(owner), str(number)] = scenario
        # Smaller than before where rows were removed: the next ones get their keys again.
        ((number,),) = database.stream(newest)
        self._last[name] = number or 0


def _number(owned: OwnedTable) -> Key | None:
    primary = owned.table.primary_key.columns.values()
    return primary[0] if len(primary) == 1 and isinstance(primary[0].type, Integer) else None
