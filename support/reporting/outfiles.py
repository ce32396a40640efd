"""Keeps secrets out of what Behave's other formatters and its JUnit reporter write, be it a file or the console."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from behave.formatter.base import StreamOpener

from support.masking import mask, mask_file, masked_stream
from support.reporting.refusals import CannotBeginError


def mask_opened(config: Any) -> None:
    """Mask the streams that formatters and reporters were given before the console was masked."""
    for each in (*config.outputs, *config.reporters):
        if stream := getattr(each, "stream", None):
            each.stream = masked_stream(stream)
    # Of a console that is closed they were given none.
    for each in config.reporters:
        if getattr(each, "stream", sys.stdout) is None:
            each.stream = sys.stdout
    for each in config.outputs:
        if each.stream is None and each.name is None:
            each.stream, each.should_close_stream = sys.stdout, False


def open_masked(original: Callable[..., Any], opener: StreamOpener) -> Any:
    """Open the stream of a formatter, and mask what is written to it. Raises CannotBeginError when that fails."""
    try:
        opener.stream = masked_stream(original(opener))
    except OSError as error:
        raise CannotBeginError(f"{opener.name} cannot be written ({error.strerror}); give another -o.") from error
    return opener.stream


def close_masked(original: Callable[..., Any], opener: StreamOpener) -> bool:
    """Close a formatter's file, and mask it whole: a secret may have been written in pieces.

    Raises InfrastructureError when it cannot be rewritten; then it stays as it is.
    """
    closed = bool(original(opener))
    path = Path(opener.name or "")
    if closed and path.is_file():  # neither a pipe nor a device
        mask_file(path)
    return closed


def write_masked(original: Callable[..., Any], tree: Any, *args: Any, **kwargs: Any) -> Any:
    """Write a JUnit report whose texts are masked before XML escapes them."""
    for element in tree.iter():
        element.text = element.text and mask(element.text)
        element.attrib.update({name: mask(value) for name, value in element.attrib.items()})
    return original(tree, *args, **kwargs)
