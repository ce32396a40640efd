"""Chat streams: one history each, their messages handled one after the other."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import Engine, select

from embedded.replier.admission import Identity
from embedded.replier.batches import Batches
from embedded.replier.prompt import HISTORY_LENGTH, Turn
from embedded.tables import Message

log = logging.getLogger(__name__)

MOST_STREAMS_KEPT = 5000
# Of a long message the history holds the beginning only.
LONGEST_TURN = 2000


class Stream:
    """A chat stream in memory."""

    def __init__(self, stream_id: str, identity: Identity) -> None:
        self.id = stream_id
        self.identity = identity
        self.history: deque[Turn] = deque(maxlen=HISTORY_LENGTH)
        self.loading: asyncio.Task[None] | None = None
        self.waiting: deque[Callable[[], Awaitable[None]]] = deque()
        self.worker: asyncio.Task[None] | None = None
        # Messages between open() and release(); a stream with any is not forgotten.
        self.in_use = 0

    def remember(self, role: str, text: str) -> None:
        """Append a turn to the history."""
        self.history.append((role, text[:LONGEST_TURN]))


class Streams:
    """The streams in use and the newest idle ones of whoever `is_present`."""

    def __init__(self, engine: Engine, is_present: Callable[[Identity], bool]) -> None:
        self._engine = engine
        self._is_present = is_present
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._histories = Batches[str, list[Turn]]("histories", self._read_histories)

    async def open(self, stream_id: str, identity: Identity) -> Stream:
        """Return the stream with its history, to be released later.

        Raises WorkError when the history cannot be read.
        """
        stream = self._streams.get(stream_id)
        if stream is None:
            stream = self._streams[stream_id] = Stream(stream_id, identity)
            stream.loading = asyncio.create_task(self._load(stream))
        stream.in_use += 1
        self._streams.move_to_end(stream_id)
        try:
            if stream.loading:
                # Others may wait for the same history, so nobody's end may cancel it.
                await asyncio.shield(stream.loading)
        except BaseException:
            self.release(stream)
            raise
        return stream

    def enqueue(self, stream: Stream, handle: Callable[[], Awaitable[None]]) -> None:
        """Handle a message after those that came before it, and release the stream then."""
        stream.waiting.append(handle)
        if stream.worker is None:
            stream.worker = asyncio.create_task(self._work(stream))

    def release(self, stream: Stream) -> None:
        """End one use of the stream."""
        stream.in_use -= 1
        if stream.loading or not self._is_present(stream.identity):
            self._forget_if_idle(stream)
        while len(self._streams) > MOST_STREAMS_KEPT and self._forget_if_idle(next(iter(self._streams.values()))):
            pass

    def forget(self, identity: Identity) -> None:
        """Forget the idle streams of this identity: who comes back finds the history in the database."""
        for stream in [stream for stream in self._streams.values() if stream.identity == identity]:
            self._forget_if_idle(stream)

    async def close(self) -> None:
        """Stop handling. What is waiting is stored already; it stays without a reply."""
        workers = [stream.worker for stream in self._streams.values() if stream.worker]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await self._histories.close(1.0)

    def _forget_if_idle(self, stream: Stream) -> bool:
        if stream.in_use:
            return False
        return self._streams.pop(stream.id, None) is not None

    async def _load(self, stream: Stream) -> None:
        stream.history.extend(await self._histories.ask(stream.id))
        stream.loading = None

    def _read_histories(self, stream_ids: Sequence[str]) -> list[list[Turn]]:
        newest = select(Message.user_id, Message.agent_id, Message.processed_plain_text).order_by(Message.id.desc())
        histories = []
        with self._engine.connect() as connection:
            for stream_id in stream_ids:
                query = newest.where(Message.chat_stream_id == stream_id).limit(HISTORY_LENGTH)
                rows = connection.execute(query).all()
                histories.append([_turn(*row) for row in reversed(rows)])
        return histories

    async def _work(self, stream: Stream) -> None:
        while stream.waiting:
            handle = stream.waiting.popleft()
            try:
                await handle()
            except Exception:
                log.exception("A message of stream %s could not be handled.", stream.id)
            finally:
                self.release(stream)
        stream.worker = None


def _turn(user_id: str, agent_id: str, text: str) -> Turn:
    return "assistant" if user_id == agent_id else "user", text[:LONGEST_TURN]
