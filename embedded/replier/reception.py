"""Receiving: who is admitted, which frames are followed, and what is stored before an answer begins."""

import asyncio
import logging
import time
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket

from embedded.replier import rows
from embedded.replier.admission import Admission, Credential
from embedded.replier.answering import Answering, Exchange
from embedded.replier.batches import WorkError
from embedded.replier.deduplication import Deduplication
from embedded.replier.delivery import Connection, Connections
from embedded.replier.envelope import (
    LONGEST_IDENTIFIER,
    Frame,
    FrameError,
    UserMessage,
    acknowledgement,
    read_frame,
    read_message,
)
from embedded.replier.streams import Streams
from embedded.replier.texts import is_storable
from embedded.replier.writer import Writer

log = logging.getLogger(__name__)

LARGEST_FRAME = 2**20
FRESH_SECONDS = 300
SECONDS_BETWEEN_CHECKS = 1.0


class Reception:
    """Serves connections."""

    def __init__(
        self, admission: Admission, connections: Connections, streams: Streams, writer: Writer, answering: Answering
    ) -> None:
        self._admission = admission
        self._connections = connections
        self._streams = streams
        self._writer = writer
        self._answering = answering
        self._seen = Deduplication()

    async def serve(self, websocket: WebSocket) -> None:
        """Admit or refuse a client, before its upgrade is accepted, and serve it until it leaves."""
        platform = _identification(websocket, "platform", "x-platform")
        credential = Credential.parse(_identification(websocket, "api_key", "x-apikey"))
        try:
            agent = await self._admission.admit(credential) if credential and _is_platform(platform) else None
        except WorkError as error:
            log.error("A client cannot be admitted, for the database does not answer: %s", error)
            await websocket.send_denial_response(Response("The database does not answer.", status_code=503))
            return
        if credential is None or agent is None:
            log.info("A client is refused: its credential or its platform is not valid.")
            await websocket.close()
            return
        await websocket.accept()
        await self._converse(Connection(websocket, credential, agent, platform))

    async def end_invalid(self, stopping: asyncio.Event) -> None:
        """Close connections whose right has ended, about a second after it has, until the replier stops."""
        stop = asyncio.ensure_future(stopping.wait())
        while not (await asyncio.wait({stop}, timeout=SECONDS_BETWEEN_CHECKS))[0]:
            try:
                await asyncio.gather(*map(self._check, self._connections.all()))
            except WorkError as error:
                log.error("Open connections cannot be checked, for the database does not answer: %s", error)

    async def _check(self, connection: Connection) -> None:
        if await self._admission.admit(connection.credential) is None:
            connection.revoke()

    async def _converse(self, connection: Connection) -> None:
        self._connections.add(connection)
        sender = asyncio.create_task(connection.send_queued())
        try:
            await self._receive(connection)
        except asyncio.CancelledError:
            # Either we cut off a client that does not read, or the process is stopping.
            if not connection.ended:
                raise
        finally:
            sender.cancel()
            self._connections.remove(connection)
            if not self._connections.is_present(connection.identity):
                self._streams.forget(connection.identity)

    async def _receive(self, connection: Connection) -> None:
        while (received := await connection.websocket.receive())["type"] != "websocket.disconnect":
            if connection.ended:
                continue
            await connection.under_way.acquire()
            try:
                is_under_way = await self._take(connection, received)
            except WorkError as error:
                log.error("A message to %s cannot be stored: %s", connection.identity, error)
                connection.end(1011, "The database does not answer.")
                is_under_way = False
            if not is_under_way:
                connection.under_way.release()

    async def _take(self, connection: Connection, received: Any) -> bool:
        """Acknowledge a frame, store its message and begin to answer it; return whether that has begun."""
        try:
            frame = read_frame(_read_text(connection, received))
            if frame.type == "sys_ack":
                return False
            connection.send(acknowledgement(frame.msg_id, connection.id))
            return await self._begin(connection, frame.msg_id, _read_own_message(connection, frame))
        except FrameError as reason:
            log.info("A frame of %s to %s is dropped: %s.", connection.id, connection.identity, reason)
            return False

    async def _begin(self, connection: Connection, msg_id: str, message: UserMessage) -> bool:
        identity = connection.identity
        stream = await self._streams.open(rows.stream_id(identity, message), identity)
        if self._seen.is_repeated(identity, msg_id):
            self._streams.release(stream)
            raise FrameError("its msg_id has come before")
        exchange = Exchange(
            connection=connection,
            message=message,
            wants_reply=bool(message.text.strip()) and abs(time.time() - message.time) <= FRESH_SECONDS,
            stored=self._writer.submit(connection.credential, rows.of_message(identity, stream.id, message)),
        )
        self._streams.enqueue(stream, partial(self._answering.answer, stream, exchange))
        return True


def _identification(websocket: WebSocket, query: str, header: str) -> str:
    """Return what the client says of itself; the query goes before the header."""
    return websocket.query_params.get(query) or websocket.headers.get(header, "")


def _is_platform(platform: str) -> bool:
    return 0 < len(platform) <= LONGEST_IDENTIFIER and is_storable(platform)


def _read_text(connection: Connection, received: Any) -> str:
    text = received.get("text")
    if not isinstance(text, str):
        raise FrameError("it is binary")
    if len(text) > LARGEST_FRAME or len(text.encode()) > LARGEST_FRAME:
        connection.end(1009, f"A frame may have {LARGEST_FRAME} bytes.")
        raise FrameError("it is too large")
    return text


def _read_own_message(connection: Connection, frame: Frame) -> UserMessage:
    if frame.type != "sys_std":
        raise FrameError("its type is unknown")
    message = read_message(frame.payload)
    if message.api_key != connection.credential.text or message.platform != connection.platform:
        raise FrameError("its message_dim is not the connection's")
    if message.user.user_id == connection.credential.agent_id:
        raise FrameError("the agent itself is its sender")
    return message
