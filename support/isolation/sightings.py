"""Tokens that were seen somewhere: each is some tenant's, and so is the place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# How markers and canaries begin.
PREFIXES = ("canary-", "mk-")
_TOKEN = re.compile(r"\b(?:canary|mk)-[0-9a-f]{16}\b", re.ASCII)


@dataclass(frozen=True)
class Sighting:
    """A token at a place. The holder is the tenant whose place it is, None when it is nobody's."""

    token: str
    holder: str | None
    place: str


def tokens_in(text: str) -> list[str]:
    """Return the tokens that stand in a text, in their order."""
    return _TOKEN.findall(text)


def in_texts(texts: Iterable[tuple[str | None, str]], place: str) -> list[Sighting]:
    """Return the tokens in texts, each given with the tenant that received or holds it."""
    return [Sighting(token, holder, place) for holder, text in texts for token in set(tokens_in(text))]
