"""The second oracle: what the deployment's databases hold."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    MetaData,
    String,
    Table,
    bindparam,
    or_,
    select,
)
from sqlalchemy.pool import NullPool

from support.engines import new_engine
from support.errors import InfrastructureError
from support.reflection import once_for_equal_tables

Row = dict[str, Any]

# What dialect saas calls the columns that v1 calls so.
_OTHER_NAMES = {"chat_stream_id": ("stream_id", "chat_id"), "platform": ("chat_info_platform",)}
_PATTERN = bindparam("pattern", type_=String)


@dataclass(frozen=True)
class StoredMessage:
    """A row of the table messages."""

    tenant_id: str
    agent_id: str
    text: str


def rows_of(database_urls: Sequence[str], table: str, tenant_ids: Collection[str]) -> list[Row]:
    """Return the rows of the table that are under these tenants, as they were written one after the other.

    Columns have their names of dialect v1, as far as there are such; a row that names no agent is that of its stream.
    Raises InfrastructureError when no database has such a table with a column tenant_id.
    """
    found: list[Row] = []
    known = False
    for url in database_urls:
        with open_database(url) as (connection, tables):
            stored = tables.get(table)
            if stored is not None and "tenant_id" in stored.columns:
                known = True
                query = select(stored).where(stored.columns.tenant_id.in_(tenant_ids)).order_by(*stored.primary_key)
                found += [dict(row) for row in connection.execute(query).mappings()]
    if not known:
        raise InfrastructureError(
            f"No database of the deployment has a table {table} with a column tenant_id, so nothing can be said of its "
            "rows; expected one of them to have it: give its URL as -D database_url=."
        )
    for row in found:
        row |= {name: row[column] for name in _OTHER_NAMES if (column := column_called(name, row))}
    if any("agent_id" not in row and "chat_stream_id" in row for row in found):
        streams = rows_of(database_urls, "chat_streams", tenant_ids)
        agents = {stream["chat_stream_id"]: stream["agent_id"] for stream in streams}
        return [{"agent_id": agents.get(row["chat_stream_id"], ""), **row} for row in found]
    return found


def column_called(name: str, columns: Collection[str]) -> str | None:
    """Return which of these columns is the one that v1 calls so; None when there is none."""
    return next((each for each in (name, *_OTHER_NAMES.get(name, ())) if each in columns), None)


def stored_messages(database_urls: Sequence[str], tenant_ids: Collection[str]) -> Counter[StoredMessage]:
    """Return the stored messages of these tenants, and how often each is stored."""
    return Counter(
        StoredMessage(row["tenant_id"], row["agent_id"], row["processed_plain_text"])
        for row in rows_of(database_urls, "messages", tenant_ids)
    )


def tables_with(database_urls: Sequence[str], *texts: str) -> Counter[str]:
    """Count for each of these texts the rows of each table, whoever's they are, in which it stands in some column."""
    counts: Counter[str] = Counter()
    for table, _, rows in _holding(database_urls, texts):
        counts[table] += len(rows)
    return +counts


def tables_naming(database_urls: Sequence[str], *names: str) -> Counter[str]:
    """Count likewise the rows in which one of these names stands as a whole word: it may be part of another name."""
    counts: Counter[str] = Counter()
    for table, name, rows in _holding(database_urls, names):
        word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
        counts[table] += sum(any(word.search(text or "") for text in row) for row in rows)
    return +counts


def _holding(database_urls: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[str, str, Sequence[Any]]]:
    """Yield for each table and text the rows, their texts only, in which it stands in some column."""
    for url in database_urls:
        with open_database(url) as (connection, tables):
            for table in filter(_texts, tables.values()):
                for text in texts:
                    pattern = re.sub(r"([\\%_])", r"\\\1", text)
                    rows = connection.execute(_holding_pattern(table), {_PATTERN.key: f"%{pattern}%"})
                    yield table.name, text, rows.all()


def _texts(table: Table) -> list[ColumnElement[str]]:
    return [column.cast(String) for column in table.columns if isinstance(column.type, String | JSON)]


@lru_cache
def _holding_pattern(table: Table) -> Executable:
    """Select the texts of the rows with the pattern in one of them. To make it takes longer than to run it."""
    columns = _texts(table)
    return select(*columns).where(or_(*(column.like(_PATTERN, escape="\\") for column in columns)))


@contextmanager
def open_database(url: str) -> Iterator[tuple[Connection, Mapping[str, Table]]]:
    """Open a database, with its tables by name."""
    with _engine(url).connect() as connection:
        yield connection, _tables(connection)


@once_for_equal_tables
def _tables(connection: Connection) -> Mapping[str, Table]:
    """Look at the tables with eyes of our own: what the purge overlooks must be seen here."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in reversed(metadata.sorted_tables)}


@cache
def _engine(url: str) -> Engine:
    """Return an engine that stays, for it knows the compiled statements, and whose connections do not."""
    return new_engine(url, poolclass=NullPool)
