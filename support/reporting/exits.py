"""An exit in the midst of a run would end it, and green where its status is 0: it is an error instead."""

import os
import sys
from collections.abc import Callable
from typing import Any

from support.errors import SuiteError

_PROCESS = os.getpid()
# Ends the process at once, also when `os._exit` is refused.
end_process = os._exit


class UnexpectedExit(SuiteError):
    """A step, hook or clean-up called sys.exit or the like, which would end the run, and green with status 0."""


def refuse_exit(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function; raises UnexpectedExit where it would exit."""
    try:
        return function(*args, **kwargs)
    except SystemExit as error:
        raise UnexpectedExit(
            f"sys.exit({error.code!r}) was called, which would end the run; raise an error instead."
        ) from error


def refuse_sudden_end(original: Callable[..., Any], what: Any, *others: Any) -> Any:
    """Raise UnexpectedExit in the place of `os._exit` or `os.execv`, but in a forked process call it."""
    if os.getpid() != _PROCESS:
        original(what, *others)  # what was forked may end so
    raise UnexpectedExit(
        f"os.{original.__name__}({what!r}) was called, which would end the run; raise an error instead."
    )


def end_red() -> None:
    """End a process in which Behave has not come to the steps: no frame of ours is below an exit of environment.py."""
    print(
        "environment.py was not loaded to its end, and nothing ran; let it raise an error where it calls sys.exit.",
        file=sys.stderr,
        flush=True,
    )
    sys.stdout.flush()
    end_process(1)
