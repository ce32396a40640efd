"""Blocking work off the event loop, everything that is waiting at once."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_Waiting = tuple[Item, asyncio.Future[Result]]


SECONDS_TO_ANSWER = 10.0


class WorkError(Exception):
    """The work on an item failed or did not end in time."""


class Batches(Generic[Item, Result]):
    """A thread that takes all items which have come in, works on them together and resolves their futures.

    The work returns a result for each item, or the exception that the item failed with.
    A batch costs the database little more than one item does, so the busier it is, the cheaper an item gets.
    """

    def __init__(
        self, name: str, work: Callable[[Sequence[Item]], Sequence[Result | Exception]], largest: int = 1000
    ) -> None:
        self._work = work
        self._largest = largest
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Waiting[Item, Result] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue the item; items are worked on in the order in which they came."""
        future: asyncio.Future[Result] = self._loop.create_future()
        self._waiting.put((item, future))
        return future

    async def ask(self, item: Item) -> Result:
        """Return the result for the item; raise WorkError when the work fails or takes longer than 10 s."""
        try:
            return await asyncio.wait_for(self.submit(item), SECONDS_TO_ANSWER)
        except Exception as error:
            # Not the error's own text: SQLAlchemy's holds the statement and its parameters.
            cause = getattr(error, "orig", None) or type(error).__name__
            raise WorkError(f"{self._thread.name}: {cause}") from error

    async def close(self, seconds: float) -> bool:
        """Finish what is waiting and end the thread; return whether that took no longer than allowed."""
        self._waiting.put(None)
        await self._loop.run_in_executor(None, self._thread.join, seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        closing = False
        while not closing:
            batch: list[_Waiting[Item, Result]] = []
            closing = self._take(batch)
            if batch:
                self._finish(batch)

    def _take(self, batch: list[_Waiting[Item, Result]]) -> bool:
        """Fill the batch, waiting for its first item; return whether the thread is to end."""
        try:
            while len(batch) < self._largest:
                waiting = self._waiting.get(block=not batch)
                if waiting is None:
                    return True
                batch.append(waiting)
        except Empty:
            pass
        return False

    def _finish(self, batch: list[_Waiting[Item, Result]]) -> None:
        try:
            results = self._work([item for item, _ in batch])
        except Exception as error:
            results = [error] * len(batch)
        self._loop.call_soon_threadsafe(_resolve, [future for _, future in batch], results)


def _resolve(futures: Sequence[asyncio.Future[Result]], results: Sequence[Result | Exception]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
