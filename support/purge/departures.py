"""Tells in which scenario a row was removed that had been there before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Integer, Table, func, select, tuple_

from support.purge.database import chunks, patiently
from support.purge.discovery import discover
from support.purge.residue import PATIENCE, REMEMBERED_KEYS, Key, open_engines, spell

# Of larger tables nothing is told: to look for each of their rows would take longer than a scenario.
MOST_ROWS = 1000
# Rows that have numbers are counted, and looked for only when there are fewer than before.
MOST_NUMBERED_ROWS = REMEMBERED_KEYS


@dataclass
class _Watched:
    """A table, and which of its first rows are there."""

    engine: Engine
    name: str
    keys: set[Key]
    removed_in: dict[str, str] = field(default_factory=dict)  # the scenario, by the key as residue spells it


class Departures:
    """Which of the first rows were removed in each scenario; `close` closes the connections."""

    def __init__(self, database_urls: Sequence[str]) -> None:
        """Note which rows are there. Raises UsageError when a database does not open."""
        self._engines = open_engines(database_urls)
        self._watched = {
            prefix + watched.name: watched
            for prefix, engine in self._engines.items()
            for watched in patiently(partial(_watch, engine), PATIENCE)
        }

    def note(self, scenario: str) -> None:
        """Note that what was removed since the last time was removed in this scenario.

        Raises InfrastructureError when a database cannot be read.
        """
        for watched in self._watched.values():
            present = patiently(partial(_present, watched), PATIENCE)
            watched.removed_in |= {spell(key): scenario for key in watched.keys - present}
            watched.keys = present

    def scenario_of(self, table: str, key: str) -> str | None:
        """Return the scenario that removed the row of this key from this table; None when that was not seen."""
        watched = self._watched.get(table)
        return watched.removed_in.get(key) or None if watched else None

    def close(self) -> None:
        """Close the connections."""
        for engine in self._engines.values():
            engine.dispose()


def _watch(engine: Engine) -> list[_Watched]:
    found = {name: _keys(engine, table) for name, table in _tables(engine).items()}
    return [_Watched(engine, name, keys) for name, keys in found.items() if keys]


def _tables(engine: Engine) -> dict[str, Table]:
    """Return the tables by name, but for those without a primary key."""
    return {each.table.key: each.table for each in discover(engine).tables if each.table.primary_key}


def _keys(engine: Engine, table: Table) -> set[Key]:
    """Return the keys of the rows; none if there are too many to look for."""
    primary = list(table.primary_key)
    is_numbered = len(primary) == 1 and isinstance(primary[0].type, Integer)
    most = MOST_NUMBERED_ROWS if is_numbered else MOST_ROWS
    # SQLite allows of several rows without a key there, which cannot be looked for.
    have_keys = (column.is_not(None) for column in primary)
    with engine.connect() as connection:
        keys = {tuple(row) for row in connection.execute(select(*primary).where(*have_keys).limit(most + 1))}
    return keys if len(keys) <= most else set()


def _present(watched: _Watched) -> set[Key]:
    """Return which of the rows are still there."""
    table = _tables(watched.engine).get(watched.name)
    if table is None:
        return set()
    primary: list[Any] = list(table.primary_key)
    with watched.engine.connect() as connection:
        if len(watched.keys) > MOST_ROWS:
            return _present_numbers(connection, primary[0], watched.keys)
        return {
            tuple(row)
            for some in chunks(watched.keys)
            for row in connection.execute(select(*primary).where(tuple_(*primary).in_(some)))
        }


def _present_numbers(connection: Connection, column: ColumnElement[int], keys: set[Key]) -> set[Key]:
    """Return which of the numbers are still there; what has come since then has higher ones."""
    # So it is SQLite's to choose an index, which it counts four times as fast as the rows in the order of their keys.
    is_old = column + 0 <= max(keys)[0]
    if connection.scalar(select(func.count()).where(is_old)) == len(keys):
        return keys
    return keys & {tuple(row) for row in connection.execute(select(column).where(is_old))}
