"""Many who do one thing at the same moment."""

import subprocess
import sys

from support.accounts.crowd import at_the_same_moment

# So many threads that they are still being started when the signal comes.
INTERRUPTED = """
import signal
from support.accounts.crowd import at_the_same_moment

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.002)
at_the_same_moment(1000, lambda: None)
"""


def test_everybody_acts_once() -> None:
    acts = iter(range(10))
    assert sorted(at_the_same_moment(10, lambda: next(acts))) == list(range(10))


def test_an_interrupt_while_they_gather_ends_all_of_them() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False)
    assert "KeyboardInterrupt" in done.stderr
