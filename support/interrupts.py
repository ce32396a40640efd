"""Ctrl-C, SIGTERM, a closed terminal: the first one ends the run, which then purges and stops, uninterrupted."""

import signal
import sys
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Remembers the signal that ended the run. Behave itself runs no hook after SIGTERM."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._held = False

    def install(self) -> None:
        """Turn these signals into KeyboardInterrupt from now on."""
        for number in _NUMBERS:
            # nohup has asked for a run that outlives its terminal.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def hold(self) -> None:
        """Only remember signals from now on: what is being undone must be undone to its end."""
        self._held = True

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
        raise KeyboardInterrupt
