"""Ctrl-C, SIGTERM, a closed terminal: the first one ends the run, which then purges and stops, uninterrupted."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Remembers the signal that ended the run. Behave itself runs no hook after SIGTERM."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._held = False
        self._postponed = False

    def install(self) -> None:
        """Turn these signals into KeyboardInterrupt from now on."""
        for number in _NUMBERS:
            # nohup has asked for a run that outlives its terminal.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def postpone(self) -> None:
        """Keep a signal until `resume`: what it would end could not be told yet."""
        self._postponed = True

    def resume(self) -> None:
        """Raise KeyboardInterrupt for a signal that has come meanwhile, and for any from now on."""
        was_postponed, self._postponed = self._postponed, False
        if was_postponed and self._received is not None:
            raise KeyboardInterrupt

    def hold(self) -> None:
        """Only remember signals from now on: what is being undone must be undone to its end."""
        self._held = True

    def ignore(self) -> None:
        """Let no signal end the process any more: as it ends, Python would forget that signals are held."""
        for number in _NUMBERS:
            signal.signal(number, signal.SIG_IGN)

    @property
    def exit_code(self) -> int | None:
        """128 and the signal's number, as a shell says it; None when no signal came."""
        return None if self._received is None else 128 + self._received

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._held or self._received is not None:
            print("Already ending: purging and stopping what this run started.", file=sys.stderr)
            self._received = self._received or number
            return
        self._received = number
        if not self._postponed:
            raise KeyboardInterrupt


# What ends a run of Behave. Its packages take a second to load, and signals come meanwhile, too.
OF_THE_RUN = Interrupts()


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Hold signals that end the run back, so that no process is launched without being noted down."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is interrupted by signals
        return
    received: list[int] = []
    handlers = [signal.signal(each, lambda number, _frame: received.append(number)) for each in _NUMBERS]
    try:
        yield
    finally:
        for each, handler in zip(_NUMBERS, handlers, strict=True):
            signal.signal(each, handler)
        for number in received:
            signal.raise_signal(number)


@contextmanager
def interrupts_insisted_on() -> Iterator[None]:
    """Raise KeyboardInterrupt again where what it broke off failed in its turn, so that this failure took its place.

    Drivers of databases do: they undo what they were at, and cannot. See the chaining of exceptions,
    https://docs.python.org/3/library/exceptions.html#exception-context.
    """
    handled_already = sys.exc_info()[1]
    try:
        yield
    except Exception as error:
        behind = error.__context__
        while behind not in (None, handled_already):
            if isinstance(behind, KeyboardInterrupt):
                raise KeyboardInterrupt from error
            behind = behind.__context__
        raise
