"""A deployment's database as the tests need it: the embedded tables, awkward ones beside them, tenants with rows."""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, delete, func, insert, inspect, select, text

from embedded.database import open_database

# What other deployments have: rows without a tenant, composite and missing keys, a keyword for a name, references,
# an id inside a text, a column that ignores case where the database knows such columns.
EXTRA_TABLES = """
CREATE TABLE emoji (id INTEGER PRIMARY KEY, agent_id TEXT, path TEXT);
CREATE TABLE agent_configs (agent_id TEXT, key TEXT, value TEXT, PRIMARY KEY (agent_id, key));
CREATE TABLE expressions (chat_id TEXT, situation TEXT);
CREATE TABLE "order" (id INTEGER PRIMARY KEY, tenant_id TEXT, "group" TEXT);
CREATE TABLE notes (tenant_id TEXT, note TEXT);
CREATE TABLE person_facts (id INTEGER PRIMARY KEY, person_id TEXT, fact TEXT);
CREATE TABLE devices (id INTEGER PRIMARY KEY, user_id TEXT, label TEXT);
CREATE TABLE memory_chest (id INTEGER PRIMARY KEY, tenant_id TEXT, memory_scope TEXT);
CREATE TABLE scopes (scope TEXT);
CREATE TABLE attachments (id INTEGER PRIMARY KEY, message INTEGER REFERENCES messages (id), tenant_id TEXT);
CREATE TABLE thumbnails (id INTEGER PRIMARY KEY, attachment INTEGER REFERENCES attachments (id));
"""
NOW = datetime(2026, 1, 1)


def hexadecimal(seed: object, length: int = 16) -> str:
    return hashlib.sha256(repr(seed).encode()).hexdigest()[:length]


@dataclass
class Inhabitant:
    """A tenant with agents; the same chat user and group talk to all of them."""

    username: str
    tenant_id: str
    user_id: str
    agent_ids: list[str]


class Site:
    """A database that tests fill and look into."""

    _metadata: MetaData

    def __init__(self, url: str, pattern: "Site | None" = None) -> None:
        """Make the tables, unless the database is a copy of another site's."""
        self.url = url
        self.engine: Engine = open_database(url)
        self._numbers = itertools.count(1)
        if pattern:
            self._metadata = pattern._metadata
        else:
            self.execute(*EXTRA_TABLES.strip().split(";\n"))

    def execute(self, *statements: str) -> None:
        """Run statements and see the schema that they leave."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        self._metadata = MetaData()
        self._metadata.reflect(self.engine)

    def add(self, table: str, **values: Any) -> int:
        """Insert a row; columns that must have a value and got none get one that says nothing."""
        with self.engine.begin() as connection:
            return self._add(connection, table, **values)

    def add_all(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Insert many rows in one transaction."""
        with self.engine.begin() as connection:
            for row in rows:
                self._add(connection, table, **row)

    def _add(self, connection: Connection, table: str, **values: Any) -> int:
        target, number = self._metadata.tables[table], next(self._numbers)
        if "id" in target.c:
            values["id"] = number
        for column in target.columns:
            if not column.nullable and column.name not in values:
                values[column.name] = _filler(column.type.python_type, f"{table}-{column.name}-{number}")
        connection.execute(insert(target).values(values))
        return number

    def populate(
        self, name: str, agents: int = 1, messages: int = 2, tenant_id: str = "", user_id: str = ""
    ) -> Inhabitant:
        """Add a tenant with a row in every table."""
        one = Inhabitant(
            name,
            tenant_id or f"tenant_{hexadecimal(name)}",
            user_id or f"user_{hexadecimal(name)}",
            [f"agent_{hexadecimal((name, number))}" for number in range(agents)],
        )
        with self.engine.begin() as connection:
            add = partial(self._add, connection)
            _populate_tenant(add, one)
            for agent in one.agent_ids:
                _populate_agent(add, one, agent, messages)
        return one

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        with self.engine.connect() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in self._metadata.tables.items()
            }

    def content(self) -> dict[str, list[str]]:
        """Every row of every table, for comparison."""
        with self.engine.connect() as connection:
            return {
                name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                for name, table in self._metadata.tables.items()
            }

    def holds(self, table: str, **values: Any) -> bool:
        """Whether the table has a row with these values."""
        target = self._metadata.tables[table]
        conditions = (target.c[name] == value for name, value in values.items())
        with self.engine.connect() as connection:
            return connection.execute(select(target).where(*conditions)).first() is not None

    def remove(self, table: str, **values: Any) -> None:
        """Delete the rows with these values."""
        target = self._metadata.tables[table]
        with self.engine.begin() as connection:
            connection.execute(delete(target).where(*(target.c[name] == value for name, value in values.items())))

    def names(self) -> set[str]:
        """The tables."""
        return set(inspect(self.engine).get_table_names())


def _populate_tenant(add: Callable[..., int], one: Inhabitant) -> None:
    owned = {"tenant_id": one.tenant_id}
    account = {**owned, "user_id": one.user_id}
    add("tenant_users", **account, username=one.username, username_key=one.username)
    add("user_sessions", **account)
    add("agent_templates", created_by=one.user_id)
    add("order", **owned, group="everyone")
    add("notes", **owned, note="text")
    add("devices", user_id=one.user_id, label="phone")
    add("memory_chest", tenant_id="default", memory_scope=f"scope:{one.tenant_id}:private")
    add("scopes", scope=f"{one.tenant_id}/{one.user_id}")


def _populate_agent(add: Callable[..., int], one: Inhabitant, agent: str, messages: int) -> None:
    owned = {"tenant_id": one.tenant_id, "agent_id": agent}
    chat_user = {"platform": "test", "user_id": "10001"}
    stream, person = stream_of(agent), person_of(agent)
    streams = {"chat_stream_id": stream, "chat_info_stream_id": stream}
    add("agents", **owned)
    add("chat_streams", **owned, **chat_user, group_id="42", stream_id=stream, chat_stream_id=stream)
    add("person_info", **owned, **chat_user, person_id=person)
    add("group_info", **owned, group_id="42", platform="test")
    # MaiMBot's first generation attributes usage to nobody.
    add("llm_usage", tenant_id="default", agent_id=agent, **chat_user)
    add("action_records", **owned, **streams)
    add("emoji", agent_id=agent, path="a.png")
    add("agent_configs", agent_id=agent, key="mood", value="calm")
    add("expressions", chat_id=stream, situation="greeting")
    add("person_facts", person_id=person, fact="likes tea")
    for _ in range(messages):
        message = add("messages", **owned, **chat_user, **streams)
        add("thumbnails", attachment=add("attachments", message=message))


def stream_of(agent: str) -> str:
    return hexadecimal((agent, "stream"), 32)


def person_of(agent: str) -> str:
    return hexadecimal((agent, "person"), 32)


def _filler(kind: type, value: str) -> Any:
    return NOW if kind is datetime else value if kind is str else kind()
