"""Many conversations at once."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from support.chat.connection import REPLY_TIMEOUT_SECONDS
from support.chat.conversation import Conversation
from support.chat.plan import Plan
from support.chat.reader import Reader
from support.errors import InfrastructureError
from support.transport import Refused

_HANDSHAKES_AT_ONCE = 32
_WRITERS_AT_ONCE = 32
_CHECK_SECONDS = 0.1


def hold_conversations(
    replier_url: str,
    plans: Sequence[Plan],
    reader: Reader,
    *,
    reply_timeout: float = REPLY_TIMEOUT_SECONDS,
    watch: Callable[[Sequence[Conversation]], None] = lambda _: None,
) -> list[Conversation]:
    """Open a connection for each plan at once, hold all conversations, close the connections.

    Returns a conversation for each plan; one that could not be held says why in `failure`. Every reply is awaited for
    `reply_timeout` seconds. `watch` is called about ten times a second and may raise to end everything, for example
    when a backend has died.
    """
    swarm = _Swarm(replier_url, plans, reader, reply_timeout)
    try:
        swarm.connect()
        swarm.begin()
        swarm.await_end(watch)
    finally:
        swarm.close()
    return swarm.conversations


class _Swarm:
    def __init__(self, replier_url: str, plans: Sequence[Plan], reader: Reader, reply_timeout: float) -> None:
        self._one_ended = threading.Event()
        self._writers = ThreadPoolExecutor(max_workers=_WRITERS_AT_ONCE)
        self.conversations = [
            Conversation(plan, on_end=self._one_ended.set, background=self._writers.submit) for plan in plans
        ]
        self._replier_url = replier_url
        self._reader = reader
        self._reply_timeout = reply_timeout

    def connect(self) -> None:
        with ThreadPoolExecutor(max_workers=_HANDSHAKES_AT_ONCE) as pool:
            list(pool.map(self._connect, self.conversations))

    def begin(self) -> None:
        for conversation in self.conversations:
            if conversation.connection:
                conversation.begin(conversation.connection)

    def await_end(self, watch: Callable[[Sequence[Conversation]], None]) -> None:
        looked_at = time.perf_counter()
        while not all(conversation.ended for conversation in self.conversations):
            self._one_ended.wait(_CHECK_SECONDS)
            self._one_ended.clear()
            # Each end wakes this thread; looking at all of them that often would cost more than it tells.
            if time.perf_counter() - looked_at >= _CHECK_SECONDS:
                looked_at = time.perf_counter()
                self._look(watch)

    def close(self) -> None:
        self._writers.shutdown(wait=False, cancel_futures=True)
        for conversation in self.conversations:
            if conversation.connection:
                self._reader.close(conversation.connection)

    def _connect(self, conversation: Conversation) -> None:
        plan = conversation.plan
        try:
            conversation.connection = self._reader.open(
                self._replier_url, plan.credential, plan.speaker.platform, title=plan.title
            )
        except (Refused, InfrastructureError) as error:
            conversation.fail(str(error))

    def _look(self, watch: Callable[[Sequence[Conversation]], None]) -> None:
        for conversation in self.conversations:
            conversation.check(self._reply_timeout)
        watch(self.conversations)
