"""Answering one message: ask the model, store the reply, deliver it."""

import logging
from asyncio import Future
from dataclasses import dataclass

from embedded.replier import rows
from embedded.replier.admission import CurrentAgent
from embedded.replier.delivery import Connection, Connections
from embedded.replier.envelope import UserMessage, new_reply_id, reply_frame
from embedded.replier.model_client import MODEL, Completion, ModelClient, ModelError
from embedded.replier.prompt import build_prompt
from embedded.replier.streams import Stream
from embedded.replier.writer import Writer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """A message on its way to its reply; `stored` is done when it is in the database."""

    connection: Connection
    agent: CurrentAgent
    message: UserMessage
    wants_reply: bool
    stored: Future[CurrentAgent | None]


class Answering:
    """Answers messages, in private chats and in groups alike: every one, so that a conversation is predictable."""

    def __init__(self, model: ModelClient, writer: Writer, connections: Connections) -> None:
        self._model = model
        self._writer = writer
        self._connections = connections

    async def answer(self, stream: Stream, exchange: Exchange) -> None:
        """Answer one message of the stream, unless it wants no reply or its sender lost the right to one."""
        try:
            if not await exchange.stored:
                log.warning("A message to %s was not stored and gets no reply.", exchange.connection.identity)
                return
            history = tuple(stream.history)
            stream.remember("user", exchange.message.text)
            if exchange.wants_reply and not exchange.connection.ended:
                await self._reply(stream, exchange, build_prompt(exchange.agent, history, exchange.message.text))
        finally:
            exchange.connection.under_way.release()

    async def _reply(self, stream: Stream, exchange: Exchange, prompt: list[dict[str, str]]) -> None:
        agent, message = exchange.agent, exchange.message
        try:
            completion = await self._model.complete(prompt)
        except ModelError as error:
            log.warning("The model gave no answer for %s: %s.", exchange.connection.identity, error)
            failure = Completion("", MODEL, 0, 0, error.seconds)
            await self._writer.submit(rows.of_failure(agent, stream.id, message, failure))
            return
        reply_id = new_reply_id()
        current = await self._writer.submit(rows.of_reply(agent, stream.id, message, reply_id, completion))
        if current is None:
            log.warning("A reply of %s was not stored and is not delivered.", exchange.connection.identity)
            return
        stream.remember("assistant", completion.text)
        frame = reply_frame(reply_id, agent, message, completion.text)
        self._connections.deliver(current, message.platform, frame)
