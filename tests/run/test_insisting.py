"""A signal ends what it broke off, whatever that says to it."""

from contextlib import ExitStack

import pytest

from support.interrupts import interrupts_insisted_on


def break_off() -> None:
    """Be interrupted, and fail to undo what was done."""
    with ExitStack() as stack:
        stack.callback(int, "no number")
        raise KeyboardInterrupt


def test_an_interrupt_is_raised_again_where_what_it_broke_off_fails() -> None:
    with pytest.raises(KeyboardInterrupt) as interrupt, interrupts_insisted_on():
        break_off()
    assert isinstance(interrupt.value.__cause__, ValueError)


def test_what_fails_while_an_interrupt_is_dealt_with_is_an_error_of_its_own() -> None:
    with pytest.raises(ValueError, match="no number"):  # noqa: PT012  # the handling is what is tested
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            with interrupts_insisted_on():
                int("no number")
