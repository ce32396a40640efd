"""Storing: everything that is waiting goes into one transaction, and who waits learns when it is durable."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Engine, Executable, insert
from sqlalchemy.exc import OperationalError

from embedded.replier.admission import Credential, CurrentAgent, find_agents
from embedded.replier.batches import Batches, WorkError
from embedded.replier.rows import Row, Rows
from embedded.tables import ActionRecord, ChatStream, GroupInfo, LlmUsage, Message, PersonInfo, Table

log = logging.getLogger(__name__)

# Each attempt already waits for a locked database as long as its connection allows.
ATTEMPTS = 3
PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class _Write:
    credential: Credential
    rows: Rows


class Writer:
    """Writes in the order in which they came, many to a transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._statements = _statements(engine.dialect.name)
        self._batches = Batches[_Write, CurrentAgent | None]("writer", self._store)

    def submit(self, credential: Credential, rows: Rows) -> asyncio.Future[CurrentAgent | None]:
        """Store the rows, together, if the credential is valid in the same transaction.

        The future gives the agent as it was at the commit; None when the credential was not valid, so that nothing
        was stored; or WorkError when the database failed.
        """
        return self._batches.submit(_Write(credential, rows))

    async def close(self, seconds: float) -> None:
        """Store what is waiting."""
        if not await self._batches.close(seconds):
            log.error("The database did not take the last messages within %.1f s; they are lost.", seconds)

    def _store(self, writes: Sequence[_Write]) -> list[CurrentAgent | Exception | None]:
        try:
            return [*self._store_patiently(writes)]
        except OperationalError as error:
            return [WorkError(f"the database is not usable: {error.orig}")] * len(writes)
        except Exception as error:
            if len(writes) > 1:
                # One write that the database refuses must not take the others with it.
                return [self._store([write])[0] for write in writes]
            return [WorkError(f"the database refuses it: {type(error).__name__}")]

    def _store_patiently(self, writes: Sequence[_Write]) -> list[CurrentAgent | None]:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._transact(writes)
            except OperationalError as error:
                log.warning("Storing %d writes failed and is tried again: %s", len(writes), error.orig)
                time.sleep(PAUSE_SECONDS)
        return self._transact(writes)

    def _transact(self, writes: Sequence[_Write]) -> list[CurrentAgent | None]:
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                # Python's driver would begin with the first INSERT only, after the agents were read.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            agents = find_agents(connection, [write.credential for write in writes], hold=True)
            self._insert(connection, [write for write, agent in zip(writes, agents, strict=True) if agent])
        return agents

    def _insert(self, connection: Connection, writes: Sequence[_Write]) -> None:
        rows: dict[type[Table], list[Row]] = {table: [] for table in self._statements}
        for write in writes:
            for table, row in write.rows:
                rows[table].append(row)
        for table, statement in self._statements.items():
            if rows[table]:
                connection.execute(statement, rows[table])


def _statements(dialect: str) -> Mapping[type[Table], Executable]:
    # SQLite and PostgreSQL spell it alike; their insert() share no base that types it. Only the one that is used is
    # loaded: that of PostgreSQL takes 40 ms of a start.
    upsert: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert
    stream, person, group = upsert(ChatStream), upsert(PersonInfo), upsert(GroupInfo)
    return {
        Message: insert(Message),
        ChatStream: stream.on_conflict_do_update(
            index_elements=["chat_stream_id"],
            set_={
                name: stream.excluded[name] for name in ("last_active_time", "group_name", "user_id", "user_nickname")
            },
        ),
        PersonInfo: person.on_conflict_do_update(
            index_elements=["person_id"],
            set_={
                "know_times": PersonInfo.know_times + 1,
                "last_know": person.excluded.last_know,
                "nickname": person.excluded.nickname,
            },
        ),
        GroupInfo: group.on_conflict_do_update(
            index_elements=["tenant_id", "agent_id", "platform", "group_id"],
            set_={"last_active": group.excluded.last_active, "group_name": group.excluded.group_name},
        ),
        LlmUsage: insert(LlmUsage),
        ActionRecord: insert(ActionRecord),
    }
