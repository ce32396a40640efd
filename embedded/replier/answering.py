"""Answering one message: ask the model, store the reply, deliver it."""

import logging
from asyncio import Future
from dataclasses import dataclass

from embedded.replier import rows
from embedded.replier.admission import CurrentAgent
from embedded.replier.batches import WorkError
from embedded.replier.delivery import Connection, Connections
from embedded.replier.envelope import UserMessage, new_reply_id, reply_frame
from embedded.replier.model_client import MODEL, Completion, ModelClient, ModelError, Prompt
from embedded.replier.prompt import build_prompt
from embedded.replier.streams import Stream
from embedded.replier.writer import Writer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """A message on its way to its reply; `stored` is what Writer.submit() returned for it."""

    connection: Connection
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
        """Answer one message of the stream, unless it wants no reply or its sender has no right to one any more."""
        connection, message = exchange.connection, exchange.message
        try:
            agent = await exchange.stored
            if agent is None:
                connection.revoke()
                return
            prompt = build_prompt(agent, stream.history, message.text)
            stream.remember("user", message.text)
            if exchange.wants_reply and not connection.ended:
                await self._reply(agent, stream, exchange, prompt)
        except WorkError as error:
            log.error("A message to %s or its reply is not stored: %s", connection.identity, error)
            connection.end(1011, "The message or its reply could not be stored.")
        finally:
            connection.under_way.release()

    async def _reply(self, agent: CurrentAgent, stream: Stream, exchange: Exchange, prompt: Prompt) -> None:
        connection, message = exchange.connection, exchange.message
        try:
            completion = await self._model.complete(prompt)
        except ModelError as error:
            log.warning("The model gave no answer for %s: %s.", connection.identity, error)
            failure = Completion("", MODEL, 0, 0, error.seconds)
            await self._writer.submit(
                connection.credential, rows.of_failure(connection.identity, stream.id, message, failure)
            )
            return
        reply_id = new_reply_id()
        current = await self._writer.submit(
            connection.credential, rows.of_reply(agent, stream.id, message, reply_id, completion)
        )
        if current is None:
            connection.revoke()
            return
        stream.remember("assistant", completion.text)
        frame = reply_frame(reply_id, agent, message, completion.text)
        self._connections.deliver(current, message.platform, frame)
