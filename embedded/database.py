"""Opens the deployment's database for a backend: SQLite in WAL mode, or any other URL that SQLAlchemy knows."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event

from embedded.tables import Table

_SECONDS_TO_SWITCH, _PAUSE = 10.0, 0.01
# Taken before the tables are made: backends that start at once must not make them twice.
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(95)"}


def open_database(url: str) -> Engine:
    """Return an engine whose tables exist. Raises sqlalchemy.exc.SQLAlchemyError when it cannot be opened."""
    # Parameters are keys and password hashes: no error may show them.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    with engine.begin() as connection:
        if engine.dialect.name in _LOCKS:
            connection.exec_driver_sql(_LOCKS[engine.dialect.name])
        Table.metadata.create_all(connection)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=10000")
    _switch_to_log(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _switch_to_log(cursor: Any) -> None:
    """Let the database have a write-ahead log. SQLite lets one backend do that, and no other wait."""
    deadline = time.monotonic() + _SECONDS_TO_SWITCH
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)
