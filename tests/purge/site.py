"""A deployment's database as the tests need it: the embedded tables, awkward ones beside them, tenants with rows."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, MetaData, func, insert, inspect, select, text

from embedded.database import open_database
from embedded.tables import Table

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
    agents: int = 2
    tenant_id: str = ""
    user_id: str = ""
    agent_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tenant_id = self.tenant_id or f"tenant_{hexadecimal(self.username)}"
        self.user_id = self.user_id or f"user_{hexadecimal(self.username)}"
        self.agent_ids = [f"agent_{hexadecimal((self.username, number))}" for number in range(self.agents)]


class Site:
    """A database that tests fill and look into."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = open_database(url)
        with self.engine.begin() as connection:
            for statement in EXTRA_TABLES.strip().split(";\n"):
                connection.execute(text(statement))
        self._metadata = MetaData()
        self._metadata.reflect(self.engine)

    def add(self, table: str, **values: Any) -> int:
        """Insert a row; columns that must have a value and got none get one that says nothing."""
        target = self._metadata.tables[table]
        with self.engine.begin() as connection:
            number = connection.scalar(select(func.count()).select_from(target)) or 0
            if "id" in target.c:
                number = (connection.scalar(select(func.max(target.c.id))) or 0) + 1
                values.setdefault("id", number)
            for column in target.columns:
                if not column.nullable and column.name not in values:
                    values[column.name] = _filler(column.type.python_type, f"{table}-{column.name}-{number}")
            connection.execute(insert(target).values(values))
        return int(number)

    def populate(self, name: str, agents: int = 2, messages: int = 2, **ids: str) -> Inhabitant:
        """Add a tenant with a row in every table."""
        one = Inhabitant(name, agents, **ids)
        owned = {"tenant_id": one.tenant_id}
        account = {**owned, "user_id": one.user_id}
        self.add("tenant_users", **account, username=name, username_key=name)
        self.add("user_sessions", **account)
        self.add("agent_templates", created_by=one.user_id)
        self.add("order", **owned, group="everyone")
        self.add("notes", **owned, note="text")
        self.add("devices", user_id=one.user_id, label="phone")
        self.add("memory_chest", tenant_id="default", memory_scope=f"scope:{one.tenant_id}:private")
        self.add("scopes", scope=f"{one.tenant_id}/{one.user_id}")
        for agent in one.agent_ids:
            self._populate_agent(one, agent, messages)
        return one

    def _populate_agent(self, one: Inhabitant, agent: str, messages: int) -> None:
        owned = {"tenant_id": one.tenant_id, "agent_id": agent}
        # What MaiMBot's first generation attributes to nobody.
        astray = {"tenant_id": "default", "agent_id": agent}
        talk = {"platform": "test", "user_id": "10001", "group_id": "42"}
        chat_user = {"platform": "test", "user_id": "10001"}
        stream, person = stream_of(agent), hexadecimal((agent, "person"), 32)
        self.add("agents", **owned)
        self.add("chat_streams", **owned, **talk, stream_id=stream, chat_stream_id=stream)
        self.add("person_info", **owned, **chat_user, person_id=person)
        self.add("group_info", **owned, group_id="42", platform="test")
        self.add("llm_usage", **astray, **chat_user)
        self.add("action_records", **owned, chat_stream_id=stream, chat_info_stream_id=stream)
        self.add("emoji", agent_id=agent, path="a.png")
        self.add("agent_configs", agent_id=agent, key="mood", value="calm")
        self.add("expressions", chat_id=stream, situation="greeting")
        self.add("person_facts", person_id=person, fact="likes tea")
        for _ in range(messages):
            message = self.add("messages", **owned, **chat_user, chat_stream_id=stream, chat_info_stream_id=stream)
            attachment = self.add("attachments", message=message)
            self.add("thumbnails", attachment=attachment)

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

    def names(self) -> set[str]:
        """The tables."""
        return set(inspect(self.engine).get_table_names())


def stream_of(agent: str) -> str:
    return hexadecimal((agent, "stream"), 32)


def _filler(kind: type, value: str) -> Any:
    return NOW if kind is datetime else value if kind is str else kind()


__all__ = ["Inhabitant", "Site", "Table", "hexadecimal", "stream_of"]
