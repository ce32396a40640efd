"""Finds, by reflection, which columns of a database say whose a row is. No backend's models are imported."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    case,
    cast,
    event,
    func,
    literal_column,
    or_,
    type_coerce,
    types,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import sort_tables_and_constraints

from support.purge.database import blocks_writers
from support.reflection import once_for_equal_tables


class Role(Enum):
    """What a column's values name. In this order they decide whose a row is: the first that names somebody."""

    TENANT = "tenant"
    AGENT = "agent"
    STREAM = "chat stream"
    PERSON = "person"
    CREATOR = "creator"
    ACCOUNT = "user account"
    USERNAME = "user name"


_ROLES = {
    "tenant_id": Role.TENANT,
    "agent_id": Role.AGENT,
    "stream_id": Role.STREAM,
    "chat_stream_id": Role.STREAM,
    "chat_id": Role.STREAM,
    "chat_info_stream_id": Role.STREAM,
    "person_id": Role.PERSON,
    "created_by": Role.CREATOR,
    "owner_id": Role.CREATOR,
    "user_id": Role.ACCOUNT,
    "username": Role.USERNAME,
}
# What the database itself does to a reference when what it refers to goes; then the row need not go too.
_EMPTYING = {"SET NULL", "SET DEFAULT"}
# Tables that call such an id just "id".
_OWN_IDS = {"tenants": Role.TENANT, "agents": Role.AGENT, "users": Role.ACCOUNT}
# Where one of these stands, user_id is a chat user's id on a platform: any text, and the same at many tenants.
_CHAT_ROLES = {Role.TENANT, Role.AGENT, Role.STREAM, Role.PERSON}

# What SQLite calls the number of a row, unless a column is called so.
_ROW_NUMBERS = {"_rowid_", "oid", "rowid"}
# One number for all tables of PostgreSQL: it grows with each transaction that writes. What is seen is not above it.
LATEST_TRANSACTION = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)"
# Which transaction wrote a row, or changed it last. Its number is stored without the upper half; those of the last one
# tell it, for no row that a run has made is older than four thousand million transactions.
WRITING_TRANSACTION: ColumnElement[int] = literal_column(
    f"({LATEST_TRANSACTION} - (({LATEST_TRANSACTION} - xmin::text::bigint) & 4294967295))", Integer
)

# Where PostgreSQL keeps a row: its partition, and the place in that.
_PLACE: tuple[ColumnElement[Any], ...] = (literal_column("tableoid"), literal_column("ctid"))

# By kind of database the tables whose rows stand in another table. Who writes where a virtual table of SQLite keeps its
# own things, such as an index of full texts, breaks it (https://www.sqlite.org/vtab.html#xshadowname); an index of the
# texts of another table follows that by triggers. A partition of PostgreSQL is part of a table.
_OTHERS = {
    "sqlite": r"""SELECT name FROM pragma_table_list WHERE type = 'shadow' UNION SELECT name FROM sqlite_master
        WHERE sql LIKE 'CREATE VIRTUAL TABLE%' AND sql REGEXP '[(,]\s*content\s*='""",
    "postgresql": "SELECT relname FROM pg_class WHERE relispartition AND relnamespace = current_schema()::regnamespace",
}

_GENERATED = re.compile(r"[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_generated(value: str) -> bool:
    """Whether the value holds a random part, so that it cannot stand for anything else by chance."""
    return _GENERATED.search(value) is not None


@dataclass(frozen=True)
class Key:
    """The columns of a table that play one role."""

    role: Role
    columns: tuple[ColumnElement[str], ...]
    unique: bool  # one of them alone identifies a row: the table is the register of these ids
    indexed: bool  # each of them can be searched without reading the whole table

    def names(self, ids: Collection[str] | BindParameter[Any]) -> ColumnElement[bool]:
        """Return the condition that the key names one of the ids."""
        return or_(*(column.in_(ids) for column in self.columns))


@dataclass(frozen=True)
class OwnedTable:
    """A table and what its columns say about the owners of its rows."""

    table: Table
    keys: dict[Role, Key]
    texts: tuple[ColumnElement[str], ...]
    serial: ColumnElement[int] | None  # grows from row to row; None where the database has no such number
    identity: tuple[ColumnElement[Any], ...]  # tells the rows apart; empty where nothing does
    tenant_name: ColumnElement[str] | None = None  # by which each tenant can be told apart

    @property
    def is_account(self) -> bool:
        """Whether its rows are user accounts: a name together with a password."""
        return Role.USERNAME in self.keys

    def registers(self, role: Role) -> bool:
        """Whether one who has a row here in that role exists."""
        if role not in self.keys:
            return False
        if role in (Role.TENANT, Role.ACCOUNT):
            return self.is_account or _OWN_IDS.get(self.table.name) is role
        return self.keys[role].unique and (role is not Role.AGENT or "name" in self.table.c)

    def column(self, role: Role) -> ColumnElement[str]:
        """Return the table's first column of that role."""
        return self.keys[role].columns[0]

    @property
    def unowned(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that no account is said to own what is registered here."""
        key = self.keys.get(Role.CREATOR)
        return tuple(column.is_(None) for column in key.columns) if key else ()

    @property
    def levels(self) -> list[Key]:
        """The keys that decide whose a row is, the most telling first."""
        deciding = set(self.keys)
        if deciding & _CHAT_ROLES:
            deciding.discard(Role.ACCOUNT)
        if deciding & {Role.TENANT, Role.ACCOUNT}:
            deciding.discard(Role.USERNAME)
        return [self.keys[role] for role in Role if role in deciding]


@dataclass(frozen=True, eq=False)
class Schema:
    """The tables of one database, children before their parents, and who refers to whom."""

    tables: tuple[OwnedTable, ...]
    children: dict[str, tuple[ForeignKeyConstraint, ...]]


def discover(engine: Engine) -> Schema:
    """Read the schema of the database."""
    with engine.connect() as connection:
        if blocks_writers(engine):
            # Each question on its own: others cannot write before it ends.
            connection.execution_options(isolation_level="AUTOCOMMIT")
        return _reflect(connection)


@once_for_equal_tables
def _reflect(connection: Connection) -> Schema:
    metadata = MetaData()
    if connection.dialect.name == "sqlite":
        event.listen(metadata, "column_reflect", _read_as_stored)
    others = set(connection.exec_driver_sql(_OTHERS[connection.dialect.name]).scalars())
    metadata.reflect(connection, only=lambda name, _: name not in others)
    actions = _actions(connection)
    children: defaultdict[str, list[ForeignKeyConstraint]] = defaultdict(list)
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            if (constraint.ondelete or actions.get((table.name, constraint.column_keys[0]), "")) not in _EMPTYING:
                children[constraint.referred_table.key].append(constraint)
    tables = tuple(_examine(table, connection.dialect.name) for table in reversed(_parents_first(metadata)))
    return Schema(tables, {name: tuple(constraints) for name, constraints in children.items()})


class _NoText(types.NullType):
    """The type of a column of SQLite that is declared as something else than text."""


def _read_as_stored(_inspector: object, _table: Table, column: dict[str, Any]) -> None:
    """Let the values of SQLite be read and compared as they are stored.

    A column may hold anything there: SQLAlchemy would fail with what is not as the column is declared, or change it.
    """
    if isinstance(column["type"], types.Numeric | types.JSON) and not isinstance(column["type"], types.Float):
        column["type"] = types.NullType()  # "STRING" and "UUID" are taken for numbers
    elif not isinstance(column["type"], types.String | types.Integer | types.NullType):
        column["type"] = _NoText()


def _parents_first(metadata: MetaData) -> list[Table]:
    """Return the tables such that each comes before those that refer to it, as far as they do not in a circle."""
    ordered = sort_tables_and_constraints(metadata.tables.values())  # type: ignore[no-untyped-call]
    return [table for table, _ in ordered if table is not None]


def _actions(connection: Connection) -> dict[tuple[str, str], str]:
    """Return by table and column what SQLAlchemy does not see: the action of a reference declared with its column."""
    if connection.dialect.name != "sqlite":
        return {}
    query = """SELECT tables.name, keys."from", keys.on_delete FROM sqlite_master tables,
        pragma_foreign_key_list(tables.name) keys WHERE tables.type = 'table'"""
    return {(table, column): action for table, column, action in connection.exec_driver_sql(query)}


def _examine(table: Table, dialect: str) -> OwnedTable:
    found: defaultdict[Role, list[Column[Any]]] = defaultdict(list)
    holding = [column for column in table.columns if _holds_ids(column, dialect)]
    # Where an id of the row itself stands beside, it is not what others call it by.
    holding.sort(key=lambda column: column.name.lower() == "id")
    for column in holding:
        if (role := _role(table, column)) and not isinstance(column.type, types.JSON | types.ARRAY):
            found[role].append(column)
    if not any("password" in column.name.lower() for column in table.columns):
        found.pop(Role.USERNAME, None)
    keys = {
        role: Key(
            role,
            tuple(exact(column, dialect) for column in columns),
            any((column.name,) in _unique(table) for column in columns),
            all(column.name in _leading(table) and _is_text(column, dialect) for column in columns),
        )
        for role, columns in found.items()
    }
    # Chat users choose their own ids; one that looks like ours says nothing.
    texts = [_as_text(column, dialect) for column in holding if not column.name.lower().endswith("user_id")]
    is_named = _OWN_IDS.get(table.name) is Role.TENANT and ("tenant_name",) in _unique(table)
    tenant_name = exact(table.c.tenant_name, dialect) if is_named else None
    serial = _serial(table, dialect)
    return OwnedTable(table, keys, tuple(texts), serial, _identity(table, serial, dialect), tenant_name)


def _serial(table: Table, dialect: str) -> ColumnElement[int] | None:
    """Return the number that the database itself gives to each row when it is written."""
    if dialect == "postgresql":
        return WRITING_TRANSACTION
    if dialect == "sqlite" and table.dialect_options["sqlite"]["with_rowid"]:
        free = _ROW_NUMBERS - {column.name.lower() for column in table.columns}
        return literal_column(min(free), Integer) if free else None
    return None


def _identity(table: Table, serial: ColumnElement[int] | None, dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Return what tells the rows apart. In SQLite these are its numbers of rows: a primary key may be empty there."""
    if dialect == "sqlite" and serial is not None:
        return (serial,)
    return tuple(table.primary_key) or (_PLACE if dialect == "postgresql" else ())


def _role(table: Table, column: Column[Any]) -> Role | None:
    name = column.name.lower()
    return _OWN_IDS.get(table.name.lower()) if name == "id" else _ROLES.get(name)


def _is_text(column: Column[Any], dialect: str) -> bool:
    """Whether the column is compared with texts as it is."""
    # In SQLite any column may hold a text. CHAR of PostgreSQL fills up with blanks.
    texts = (types.String, types.NullType) if dialect == "sqlite" else (types.String,)
    others = (_NoText, types.Enum) if dialect == "sqlite" else (types.CHAR, types.Enum)
    return isinstance(column.type, texts) and not isinstance(column.type, others)


def _holds_ids(column: Column[Any], dialect: str) -> bool:
    others = (types.CHAR, types.JSON, types.Uuid, types.ARRAY, postgresql.DOMAIN)
    return _is_text(column, dialect) or isinstance(column.type, others)


def _as_text(column: Column[Any], dialect: str) -> ColumnElement[str]:
    text = column if isinstance(column.type, types.String) else cast(column, types.String)
    # Bytes may be no text.
    return case((func.typeof(column) != "blob", text)) if dialect == "sqlite" else text


def exact(column: Column[Any], dialect: str) -> ColumnElement[str]:
    """Return the column such that it is compared with texts, and to the letter."""
    text = type_coerce(column, types.String) if _is_text(column, dialect) else cast(column, types.String)
    # A column of SQLite may be declared to ignore case.
    return text.collate("BINARY") if dialect == "sqlite" else text


def _unique(table: Table) -> set[tuple[str, ...]]:
    constraints = (each for each in table.constraints if isinstance(each, UniqueConstraint))
    return {
        tuple(column.name for column in columns)
        for columns in (
            table.primary_key.columns,
            *(each.columns for each in constraints),
            *(index.columns for index in table.indexes if index.unique),
        )
    }


def _leading(table: Table) -> set[str]:
    """Names of the columns that an index begins with."""
    indexes: Iterator[tuple[str, ...]] = (tuple(column.name for column in index.columns) for index in table.indexes)
    return {columns[0] for columns in (*indexes, *_unique(table)) if columns}
