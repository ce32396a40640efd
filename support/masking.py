"""Keeps passwords, tokens and keys out of everything that a run writes."""

import json
import os
import re
import shutil
import sys
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast
from urllib.parse import quote, quote_plus

from support.errors import InfrastructureError

MASK = "***"
_SHORTEST = 6
_PART = 2**20

_KEYS = (
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*",  # a JWT
    r"mmc_[\w+/=-]{16,}",  # an API key of dialect saas
    r"mb_[\w-]{20,}",  # an API key of dialect v1
)
_KNOWN_BY_SHAPE = re.compile(rf"(?:{'|'.join(_KEYS)})(?::agent_\w+)?")
# The end of a name that says what it holds: access_token, LLM_API_KEY, x-apikey. Not in any case: Python finds words
# that begin with few different letters six times as fast.
_NAME = (
    r"(?:password|Password|PASSWORD|token|Token|TOKEN|authorization|Authorization|AUTHORIZATION"
    r"|api[_-]?[kK]ey|Api[_-]?Key|API[_-]?(?:Key|KEY))"
)
_BEFORE_VALUE = "|".join(
    (
        # In JSON, in JSON within JSON, in a dict as Python shows it.
        r"(?P<deep>\\*)[\"']\s*:\s*(?P=deep)(?P<quote>[\"'])",
        # In a query or a form, of a variable.
        "=",
        # In a header.
        r"(?<=ization|api-key|Api-Key|API-Key|-apikey|-ApiKey):\s*(?:(?:[bB]earer|[bB]asic)\s+)?(?!<|[bB]earer\s)",
    )
)
# What is quoted may break off with its line, even behind a backslash: it never fails, so that nothing is tried twice.
# Or with a quotation of it, behind which the message goes on.
_QUOTED = (
    r"(?:[^\\\n]|(?P=deep)\\(?:(?P=deep)[\"'\\]|.)|\\.?)*?(?=(?P=deep)(?P=quote)|'[;,.)](?!.*(?P=deep)(?P=quote))|$)"
)
# A backslash before a quotation mark belongs to that: without it JSON would be none.
_BARE = r"(?:[^&\s\"'\\]|\\+(?!\\*[\"']))+"
# Each by itself: Python finds the letters that one begins with several times as fast as those of several. Places come
# first, for a key that touches one would take its name.
_PATTERNS = [
    (re.compile(pattern, re.MULTILINE), masked)
    for pattern, masked in (
        (rf"({_NAME}(?:{_BEFORE_VALUE}))(?(quote){_QUOTED}|{_BARE})", rf"\1{MASK}"),
        (r"(://)[^/@\s:]*:[^/@\s]+(?=@)", rf"\1{MASK}"),  # the user and password of a URL
        *((key, MASK) for key in (*_KEYS, r"sk-(?<![\w-]sk-)[\w-]{16,}")),  # the last of a language model
    )
]
_lock = threading.Lock()
_secrets: set[str] = set()  # in all their spellings
_longest_first: list[str] = []


def remember_secret(value: str) -> str:
    """Mask this value from now on, wherever it stands; returns it unchanged.

    A value shorter than any password that a deployment accepts is not kept: it would eat ordinary words. One that is
    known by its shape (a token, a key, a key and an agent's id) need not be: the fewer are kept, the faster is mask.
    """
    if len(value) >= _SHORTEST and not _KNOWN_BY_SHAPE.fullmatch(value):
        with _lock:
            _secrets.update(_spellings(value))
            _longest_first[:] = sorted(_secrets, key=len, reverse=True)
    return value


def _spellings(value: str) -> Iterator[str]:
    """Yield the value as it is, and as it stands in JSON, in JSON within JSON, in Python, in a URL and in base64."""
    yield value
    for ensure_ascii in (True, False):
        in_json = json.dumps(value, ensure_ascii=ensure_ascii)[1:-1]
        yield in_json
        yield json.dumps(in_json)[1:-1]
    yield repr(value)[1:-1]
    content = value.encode("utf-8", "surrogatepass")
    yield from (quote(content, safe=""), quote(content), quote_plus(content))
    yield from (encode(content).decode().rstrip("=") for encode in (b64encode, urlsafe_b64encode))


def mask(text: str) -> str:
    """Return the text without any secret that is remembered or looks like one."""
    for secret in _longest_first:
        text = text.replace(secret, MASK)
    for pattern, masked in _PATTERNS:
        text = pattern.sub(masked, text)
    return text


def mask_bytes(content: bytes) -> bytes:
    """Return the bytes of a text without any secret; those that are no UTF-8 stay as they are."""
    return mask(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def mask_file(path: Path) -> None:
    """Rewrite the file without any secret, if it holds one: whole, or not at all.

    Raises InfrastructureError when it cannot be rewritten; then it stays as it is.
    """
    try:
        _rewrite(path)
    except OSError as error:
        raise InfrastructureError(
            f"{path} cannot be rewritten without the secrets in it ({error.strerror}); make room there, or remove it."
        ) from error


def _rewrite(path: Path) -> None:
    if all(mask_bytes(part) == part for part in _parts(path)):
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            shutil.copymode(path, draft)
            file.writelines(map(mask_bytes, _parts(path)))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _parts(path: Path) -> Iterator[bytes]:
    """Yield the file's lines, as many at once as a megabyte has: masking them one by one takes far longer."""
    with path.open("rb") as file:
        while lines := file.readlines(_PART):
            yield b"".join(lines)


class _Masked:
    """A stream that masks what is written to it, and escapes what it cannot show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(mask(text).encode(encoding, errors="backslashreplace").decode(encoding))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def masked_stream(stream: TextIO) -> TextIO:
    """Return a stream that masks what is written to it and hands it on, once only."""
    return stream if isinstance(stream, _Masked) else cast(TextIO, _Masked(stream))


def mask_console() -> None:
    """Mask what this process prints from now on, whoever prints it."""
    # Where a shell has closed one (2>&-), Python has None, and Behave needs a stream.
    sys.stdout, sys.stderr = (masked_stream(each or _nowhere()) for each in (sys.stdout, sys.stderr))


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
