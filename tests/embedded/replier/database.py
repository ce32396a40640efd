"""The database of a replier, and tenants in it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, delete, insert, select, update

from embedded.tables import Agent, Table, TenantUser


@dataclass(frozen=True)
class Owner:
    """An agent and the tenant that owns it."""

    tenant_id: str
    agent_id: str
    api_key: str
    name: str
    persona: str

    @property
    def credential(self) -> str:
        return f"{self.api_key}:{self.agent_id}"


class Database:
    """What the configurator would have written, and what the replier has."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)

    def add_agent(
        self, name: str = "小明", persona: str = "你是一个友好的助手，喜欢帮助别人。", status: str = "active"
    ) -> Owner:
        unique = uuid.uuid4().hex[:16]
        owner = Owner(f"tenant_{unique}", f"agent_{unique}", f"mb_{uuid.uuid4().hex}{unique[:11]}", name, persona)
        account = {
            "tenant_id": owner.tenant_id,
            "user_id": f"user_{unique}",
            "username": f"testuser_{unique}",
            "username_key": f"testuser_{unique}",
            "password_hash": "none",
            "api_key": owner.api_key,
            "tenant_name": unique,
            "status": status,
        }
        agent = {"tenant_id": owner.tenant_id, "agent_id": owner.agent_id, "name": name, "persona": persona}
        with self.engine.begin() as connection:
            connection.execute(insert(TenantUser).values(account))
            connection.execute(insert(Agent).values(agent))
        return owner

    def change_tenant(self, owner: Owner, **values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(TenantUser).where(TenantUser.tenant_id == owner.tenant_id).values(values))

    def change_agent(self, owner: Owner, **values: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(Agent).where(Agent.agent_id == owner.agent_id).values(values))

    def remove_agent(self, owner: Owner) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(Agent).where(Agent.agent_id == owner.agent_id))

    def remove_tenant(self, owner: Owner) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(TenantUser).where(TenantUser.tenant_id == owner.tenant_id))

    @contextmanager
    def hold(self, owner: Owner) -> Iterator[None]:
        """Keep everyone else from writing for this owner's agent."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(Agent).where(Agent.agent_id == owner.agent_id).with_for_update())
            yield
            connection.rollback()

    def rows(self, table: type[Table], owner: Owner) -> list[dict[str, Any]]:
        """Return the tenant's rows in the order in which they were written."""
        owned = table.__table__.c.tenant_id == owner.tenant_id
        with self.engine.connect() as connection:
            found = connection.execute(select(table.__table__).where(owned).order_by(table.id))
            return [dict(row) for row in found.mappings()]
