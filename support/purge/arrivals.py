"""Tells in which scenario a row was written, whoever's it is."""

from collections.abc import Sequence
from functools import cache, partial

from sqlalchemy import Engine, Executable, false, func, literal, null, select, text, union_all

from support.purge.database import patiently
from support.purge.discovery import LATEST_TRANSACTION, Schema, discover
from support.purge.residue import PATIENCE, open_engines

_TRANSACTION: Executable = text(
    f"""SELECT relname, {LATEST_TRANSACTION} FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"""  # noqa: S608
)


class Arrivals:
    """How far the serial numbers of rows had grown at the end of each scenario; `close` closes the connections.

    Between two scenarios a connection is kept for each database, without a transaction.
    """

    def __init__(self, database_urls: Sequence[str]) -> None:
        """Note how far they have grown. Raises UsageError when a database does not open."""
        self._engines = open_engines(database_urls)
        # Made anew when the database says that its tables are of another version.
        self._question = cache(lambda engine, _version: _highest(discover(engine)))
        self._marks: list[tuple[str, dict[str, int]]] = []
        self.note("")

    def note(self, scenario: str) -> None:
        """Note that what was written since the last time was written in this scenario.

        Raises InfrastructureError when a database cannot be read.
        """
        marks: dict[str, int] = {}
        for prefix, engine in self._engines.items():
            rows = patiently(partial(self._read, engine), PATIENCE)
            marks |= {prefix + table: number or 0 for table, number in rows}
        self._marks.append((scenario, marks))

    def scenario_of(self, table: str, serial: int | None) -> str | None:
        """Return the scenario that wrote the row of this table with this number; None when that was not seen."""
        # The latest: where the last rows were removed, others get their numbers.
        for (_, before), (scenario, after) in zip(self._marks[-2::-1], self._marks[:0:-1], strict=True):
            if serial is not None and before.get(table, 0) < serial <= after.get(table, 0):
                return scenario or None
        return None

    def close(self) -> None:
        """Close the connections."""
        for engine in self._engines.values():
            engine.dispose()

    def _read(self, engine: Engine) -> list[tuple[str, int | None]]:
        with engine.connect() as connection:
            match engine.dialect.name:
                case "sqlite":
                    version = connection.exec_driver_sql("PRAGMA schema_version").scalar()
                    rows = connection.execute(self._question(engine, version))
                case "postgresql":
                    rows = connection.execute(_TRANSACTION)
                case _:
                    return []
            return [(table, number) for table, number in rows]


def _highest(schema: Schema) -> Executable:
    """Return the question for the highest number of each table that numbers its rows."""
    numbered = [(owned.table, owned.serial) for owned in schema.tables if owned.serial is not None]
    return union_all(
        select(literal("").label("name"), null()).where(false()),
        *(select(literal(table.key), func.max(serial)).select_from(table) for table, serial in numbered),
    )
