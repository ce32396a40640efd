"""Opens databases such that code which was broken off keeps nobody else waiting."""

import sqlite3
import weakref
from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url


def new_engine(url: str | URL, **options: Any) -> Engine:
    """Return an engine for this database, made with SQLAlchemy's options."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        options["connect_args"] = {"factory": _ClosingItsCursors, **options.get("connect_args", {})}
    return create_engine(url, **options)


class _ClosingItsCursors(sqlite3.Connection):
    """Closed, it lets go of its file.

    SQLite keeps the lock of a closed connection until the last of its questions is dropped, and one that Ctrl-C broke
    off is dropped with the traceback that leads to it. See https://www.sqlite.org/c3ref/close.html.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors = weakref.WeakSet[sqlite3.Cursor]()

    def cursor(self, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        cursor: sqlite3.Cursor = super().cursor(*args)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        super().close()
