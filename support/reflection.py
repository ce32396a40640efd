"""Reflection takes a tenth of a second, so it is done once for all databases that describe their tables alike."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SAWarning

T = TypeVar("T")

# Nobody here needs an index on an expression, by which no key is found; SQLAlchemy tells of each, each time.
warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)

# Nor one whose type SQLAlchemy does not know.
warnings.filterwarnings("ignore", "Did not recognize type", SAWarning)

# What a database says of its tables: while that is the same, so is what reflection finds.
_DESCRIPTIONS = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master",),
    "postgresql": (
        """SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position""",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2""",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
    ),
}
_Description = tuple[Any, ...]


def once_for_equal_tables(reflect: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """Let a function that reflects tables remember what it found; each function so decorated remembers its own."""
    known: dict[_Description, T] = {}

    @wraps(reflect)
    def reflect_once(connection: Connection) -> T:
        description = _describe(connection)
        if description in known:
            return known[description]
        found = reflect(connection)
        if description and _describe(connection) == description:  # it does not change right now
            known[description] = found
        return found

    return reflect_once


def _describe(connection: Connection) -> _Description:
    """Return what the database says of its tables; nothing of a dialect that is not known to say it."""
    queries = _DESCRIPTIONS.get(connection.dialect.name, ())
    return tuple(tuple(row) for query in queries for row in connection.exec_driver_sql(query))
