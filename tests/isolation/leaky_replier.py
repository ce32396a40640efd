"""A small replier that keeps its tenants apart, but for the channels by which it is told to leak."""

import itertools
import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.configurator import Agent, Tenant
from support.isolation.sightings import tokens_in
from tests.chat.server import server

Message = dict[str, Any]


def credential(tenant: Tenant, agent: Agent) -> str:
    return f"{tenant.api_key}:{agent.agent_id}"


class LeakyReplier:
    """Its prompts are in memory, its rows in SQLite; `leaks` are names of channels.

    Where a field of a frame may choose whose agent answers, `chosen_for` says for what it does.
    """

    def __init__(
        self,
        tenants: Sequence[Tenant],
        database: Path,
        leaks: Collection[str],
        *,
        is_strict: bool = False,
        chosen_for: Collection[str] = ("prompts", "rows", "replies"),
    ) -> None:
        self.prompts: list[str] = []
        self._tenants = tenants
        self._leaks = leaks
        self._chosen_for = chosen_for
        # Whether it ends a connection on which a message names somebody else.
        self._is_strict = is_strict
        self._open: list[tuple[ServerConnection, Tenant]] = []
        self._histories: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._database = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._database.execute("CREATE TABLE messages (tenant_id TEXT, text TEXT)")
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[str]:
        with closing(self._database), server(self._converse) as url:
            yield url

    @property
    def _by_credential(self) -> dict[str, Tenant]:
        return {credential(tenant, tenant.agents[0]): tenant for tenant in self._tenants}

    def _converse(self, connection: ServerConnection) -> None:
        tenant = self._admit(_header(connection, "x-apikey"))
        if tenant is None:
            return
        with self._lock:
            self._open.append((connection, tenant))
        with suppress(ConnectionClosed):
            for raw in connection:
                with self._lock:
                    self._answer(connection, tenant, json.loads(raw))
        with self._lock:
            self._open.remove((connection, tenant))

    def _admit(self, shown: str) -> Tenant | None:
        key, _, agent_id = shown.partition(":")
        for tenant in self._tenants:
            if tenant.api_key == key and "talking to an agent with the own key" in self._leaks:
                return tenant
            if tenant.agents[0].agent_id == agent_id and "talking to the own agent with the other's key" in self._leaks:
                return tenant
        return self._by_credential.get(shown)

    def _answer(self, connection: ServerConnection, tenant: Tenant, frame: Message) -> None:
        info, dim = frame["payload"]["message_info"], frame["payload"]["message_dim"]
        if self._is_strict and dim["api_key"] != _header(connection, "x-apikey"):
            connection.close(1008, "The message names somebody else.")
            return
        text, sender = frame["payload"]["message_segment"]["data"], info["sender_info"]
        group = sender.get("group_info")
        where = "in a group" if group else "in private"
        place = f"{info['platform']} {group or sender['user_info']['user_id']}"
        ack = {"type": "sys_ack", "msg_id": "ack", "meta": {"acked_msg_id": frame["msg_id"]}, "payload": {}}
        connection.send(json.dumps(ack))

        named = self._named(tenant, frame)
        asked, storing, replying = (
            named if purpose in self._chosen_for else tenant for purpose in ("prompts", "rows", "replies")
        )
        own, everybodys = self._histories[asked.tenant_id, place], self._histories["", place]
        is_shared = f"recalling what was told {where}" in self._leaks
        self._ask(
            asked,
            everybodys if f"being prompted with what was told {where}" in self._leaks or is_shared else own,
            text,
        )
        self._store(storing, text, where)
        for history in (own, everybodys):
            history.append(text)
        told = [token for said in (everybodys if is_shared else own) for token in tokens_in(said)]
        payload = {
            "message_info": {**info, "message_id": f"reply_{next(self._numbers)}"},
            "message_segment": {"type": "text", "data": " ".join([*filter(_is_canary, told), *tokens_in(text)])},
            "message_dim": dim,
        }
        reply = json.dumps(
            {"type": "sys_std", "msg_id": "reply", "meta": {"sender_user": "server"}, "payload": payload}
        )
        for receiver in self._receivers(connection, replying, frame, where):
            # It may have left meanwhile.
            with suppress(ConnectionClosed):
                receiver.send(reply)

    def _named(self, tenant: Tenant, frame: Message) -> Tenant:
        """Return whose agent answers: another one where a field may choose it."""
        info = frame["payload"]["message_info"]
        chosen = {
            "the message's dimensions": frame["payload"]["message_dim"]["api_key"],
            "the sender of the frame": frame["meta"]["sender_user"],
            "the sender of the message": info["sender_info"]["user_info"]["user_id"],
            "the receiver of the message": (info.get("receiver_info") or {}).get("user_info", {}).get("user_id"),
        }
        for what, value in chosen.items():
            if f"naming the other as {what}" in self._leaks:
                for each in self._tenants:
                    agent = each.agents[0]
                    if value in (credential(each, agent), each.user_id, agent.agent_id):
                        return each
        return tenant

    def _ask(self, tenant: Tenant, history: Sequence[str], text: str) -> None:
        self.prompts.append("\n".join([tenant.agents[0].persona, *history, text]))

    def _store(self, tenant: Tenant, text: str, where: str) -> None:
        tenants = self._tenants if f"storing what was told {where}" in self._leaks else [tenant]
        rows = [(each.tenant_id, text) for each in tenants]
        self._database.executemany("INSERT INTO messages VALUES (?, ?)", rows)

    def _receivers(
        self, connection: ServerConnection, tenant: Tenant, frame: Message, where: str
    ) -> list[ServerConnection]:
        platform, target = frame["payload"]["message_info"]["platform"], frame["meta"].get("target_user")
        on_platform = [each for each in self._open if _header(each[0], "x-platform") == platform]
        if f"receiving the replies {where}" in self._leaks:
            return [each for each, _ in on_platform]
        if "naming the other as its platform" in self._leaks and platform != _header(connection, "x-platform"):
            return [each for each, _ in on_platform]
        if "naming the other as the target of the frame" in self._leaks and target:
            return [each for each, owner in on_platform if owner is self._by_credential[target]]
        receivers = [each for each, owner in on_platform if owner is tenant]
        if "sharing the id of a connection" in self._leaks:
            ids = {_header(each, "x-uuid") for each in receivers}
            return [each for each, _ in self._open if _header(each, "x-uuid") in ids]
        if "taking the id of a connection" in self._leaks:
            newest = {_header(each, "x-uuid"): each for each, _ in self._open}
            return [newest[_header(each, "x-uuid")] for each in receivers]
        return receivers


def _header(connection: ServerConnection, name: str) -> str:
    return str(connection.request.headers[name]) if connection.request else ""


def _is_canary(token: str) -> bool:
    return token.startswith("canary-")
