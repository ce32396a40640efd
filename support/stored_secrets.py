"""Looks for secrets in the deployment's databases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    false,
    literal,
    or_,
    select,
)
from sqlalchemy.types import JSON, String

from support.rows import open_database


def tables_holding(database_urls: Sequence[str], texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each of these texts, given by its name, the tables of which some column holds it."""
    found: dict[str, list[str]] = {name: [] for name in texts}
    for connection, table in _tables(database_urls):
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
        for name, text in texts.items():
            holds = or_(false(), *(_text(column).contains(text, autoescape=True) for column in columns))
            if connection.scalar(select(literal(1)).select_from(table).where(holds).limit(1)):
                found[name].append(table.name)
    return found


def stored_passwords(database_urls: Sequence[str], tenant_id: str, user_id: str) -> set[str]:
    """Return what the rows of the tenant or its user hold in columns that are called after passwords."""
    owners = {"tenant_id": tenant_id, "user_id": user_id, "id": user_id}
    return {
        value
        for connection, table in _tables(database_urls)
        for column in table.columns
        if "passw" in column.name.lower()
        for name in owners.keys() & table.columns.keys()
        for value in connection.scalars(select(_text(column)).where(_text(table.columns[name]) == owners[name]))
        if value
    }


def _text(column: Column[Any]) -> ColumnElement[str]:
    return column.cast(String)


def _tables(database_urls: Sequence[str]) -> Iterator[tuple[Connection, Table]]:
    for url in database_urls:
        with open_database(url) as (connection, tables):
            yield from ((connection, table) for table in tables.values())
