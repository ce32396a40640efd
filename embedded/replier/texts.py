"""Texts that every database can hold."""

import re

# NUL, which PostgreSQL refuses, and lone surrogates, which no UTF-8 can hold.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether every database can hold the text as it is."""
    return not _UNSTORABLE.search(text)


def storable(text: str) -> str:
    """Return the text with a replacement character for each character that a database may refuse."""
    return _UNSTORABLE.sub("\ufffd", text)
