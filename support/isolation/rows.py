"""Looks for tokens in every text of every table, and tells whose rows they stand in."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Executable, Select, or_, select, union_all
from sqlalchemy import bindparam as parameter
from sqlalchemy.pool import NullPool
from sqlalchemy.types import JSON, NullType, String

from support.engines import new_engine
from support.isolation.sightings import PREFIXES, Sighting, in_texts
from support.purge.discovery import OwnedTable, Role, discover

# The ids that belong to one tenant; with them rows say whose they are that do not name their tenant.
_BELONGING = (Role.AGENT, Role.STREAM, Role.PERSON, Role.ACCOUNT)


class Rows:
    """The rows of some databases, which may change; their tables are looked up once."""

    def __init__(self, database_urls: Sequence[str]) -> None:
        # No pool: no connection stays open that somebody else has to wait for.
        self._databases = [_Database(new_engine(url, poolclass=NullPool)) for url in database_urls]

    def sightings(self) -> list[Sighting]:
        """Return the tokens with the tenants in whose rows they stand; None for a row that is nobody's."""
        return [sighting for database in self._databases for sighting in database.sightings()]

    def hold(self, tenant_id: str, token: str) -> bool:
        """Whether the token stands in a row that names this tenant."""
        return any(database.holds(tenant_id, token) for database in self._databases)


class _Database:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables = [table for table in discover(engine).tables if _texts(table)]
        self._of_tenants = [table for table in self._tables if Role.TENANT in table.keys]

    def sightings(self) -> Iterator[Sighting]:
        patterns = [f"%{prefix}%" for prefix in PREFIXES]
        with self._engine.connect() as connection:
            homes = self._read_homes(connection)
            for table in self._tables:
                owners = [column for key in table.levels for column in key.columns]
                for row in connection.execute(_rows_with(table, patterns, [*owners, *_texts(table)])):
                    ids, texts = row[: len(owners)], row[len(owners) :]
                    holder = ids[0] if Role.TENANT in table.keys else None
                    # The first of the ids that tells: the agent's, the chat stream's, ...
                    holder = holder or next((homes[each] for each in ids if each in homes), None)
                    yield from in_texts([(holder, str(text)) for text in texts], f"table {table.table.name}")

    def holds(self, tenant_id: str, token: str) -> bool:
        if not self._of_tenants:
            return False
        with self._engine.connect() as connection:
            rows = connection.execute(self._rows_of_tenant, {"tenant_id": tenant_id, "pattern": f"%{token}%"})
            return rows.first() is not None

    @cached_property
    def _rows_of_tenant(self) -> Executable:
        """One question to all tables: many ask it, and each time to make it would cost more than to answer it."""
        tenant_id: ColumnElement[str] = parameter("tenant_id")
        patterns: list[ColumnElement[str]] = [parameter("pattern")]
        tenants = [(table, table.column(Role.TENANT)) for table in self._of_tenants]
        return union_all(*(_rows_with(table, patterns, [own]).where(own == tenant_id) for table, own in tenants))

    def _read_homes(self, connection: Connection) -> Mapping[str, str]:
        """Return the tenant of each id that belongs to one."""
        registers = [
            (table.column(role), table.column(Role.TENANT))
            for table in self._of_tenants
            for role in _BELONGING
            if table.registers(role)
        ]
        return {own: tenant for each in registers for own, tenant in connection.execute(select(*each))}


def _texts(table: OwnedTable) -> list[ColumnElement[Any]]:
    return [column for column in table.table.columns if isinstance(column.type, String | JSON | NullType)]


def _rows_with(table: OwnedTable, patterns: Sequence[Any], columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Select from the rows in one of whose texts one of the patterns is found."""
    found = [text.cast(String).like(pattern) for text in _texts(table) for pattern in patterns]
    return select(*columns).select_from(table.table).where(or_(*found))
