"""Opens the deployment's database for a backend: SQLite in WAL mode, or any other URL that SQLAlchemy knows."""

from typing import Any

from sqlalchemy import Engine, create_engine, event

from embedded.tables import Table


def open_database(url: str) -> Engine:
    """Return an engine whose tables exist. Raises sqlalchemy.exc.SQLAlchemyError when it cannot be opened."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    Table.metadata.create_all(engine)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
