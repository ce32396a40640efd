"""What may stand in a field of a request, by the words that the features call it."""

import random
import re
import string
from collections.abc import Callable, Mapping
from typing import Any

from support.errors import UsageError

FIELDS: Mapping[str, str] = {
    "user name": "username",
    "password": "password",
    "email address": "email",
    "phone number": "phone",
    "tenant name": "tenant_name",
    "tenant type": "tenant_type",
}
# What a tenant has and cannot choose.
PROPERTIES: Mapping[str, str] = {
    "tenant id": "tenant_id",
    "user id": "user_id",
    "user name": "username",
    "tenant type": "tenant_type",
    "status": "status",
}
PASSWORD = "a long enough password"  # noqa: S105 - of every tenant that the story gives no other
# The value of a field that is not sent at all.
ABSENT = object()

_OF_LENGTH = re.compile(r"(\d+) (characters|Chinese characters|spaces)")
_ANYHOW = random.SystemRandom()
_CHINESE = range(0x4E00, 0x9FA6)
_ANY: Mapping[str, Any] = {
    "nothing": ABSENT,
    "null": None,
    "an empty text": "",
    "a number": 12345678,
    "yes": True,
    "a list": ["one", "two"],
    "an object": {"a": "b"},
}
# {fresh} is a text that nobody has used before.
_OF_FIELD: Mapping[str, Mapping[str, str]] = {
    "username": {
        "Chinese": "张三{fresh}",
        "Arabic": "محمد{fresh}",
        "accents": "Zoë{fresh}",
        "an emoji": "{fresh}😀",
        "punctuation": "{fresh}.-_'@",
        "two words": "{fresh} two",
        "a space in front": " {fresh}",
        "a space behind": "{fresh} ",
        "a wide space in front": "\u3000{fresh}",
        "a tab": "{fresh}\tx",
        "a line break": "{fresh}\nx",
        "a null character": "{fresh}\0x",
        "an escape sequence": "{fresh}\x1b[2J",
        "a zero-width space": "{fresh}\u200bx",
        "a sign that turns the writing round": "{fresh}\u202ex",
    },
    "password": {
        "Chinese": "密码{fresh}",
        "spaces around it": "  {fresh}  ",
    },
    "email": {
        "an ordinary one": "{fresh}@example.com",
        "a tag": "{fresh}+maimbot@example.com",
        "a sub-domain": "{fresh}@mail.example.co.uk",
        "no @": "{fresh}.example.com",
        "two @": "{fresh}@mail@example.com",
        "no user": "@example.com",
        "no domain": "{fresh}@",
        "this machine": "{fresh}@localhost",
        "a domain reserved for tests": "{fresh}@mail.test",
        "a space": "{fresh} x@example.com",
        "a line break with another header": "{fresh}@example.com\nBcc: mallory@example.com",
        "two addresses": "{fresh}@example.com, mallory@example.com",
    },
    "phone": {"an ordinary one": "+86 10 8888 6666", "a null character": "+86\0"},
    "tenant_name": {
        "Chinese": "环球贸易有限公司",
        "punctuation": "Acme & Sons (Beijing), Ltd. \"'",
        "markup": "<script>alert(1)</script>",
        "a null character": "Acme\0",
    },
    "tenant_type": {
        "personal": "personal",
        "enterprise": "enterprise",
        "an unknown one": "gold",
        "capitals": "PERSONAL",
    },
}
# What stands in place of a request's body.
BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "no JSON": b"username=ada&password=a long enough password",
    "JSON that breaks off": b'{"username": "ada", "password": "a long en',
    "null": b"null",
    "a text": b'"ada"',
    "a number": b"42",
    "a list": b'["ada", "a long enough password"]',
    "bytes that are no text": b'{"username": "\xff\xfe\xfd", "password": "\xff\xfe\xfd", "refresh_token": "\xff\xfe"}',
    "half a character": b'{"username": "ada\\ud800", "password": "ada\\ud800", "refresh_token": "\\ud800"}',
    "null characters": b'{"username": "ada\\u0000", "password": "ada\\u0000x", "refresh_token": "\\u0000"}',
    "a hundred thousand brackets": b"[" * 100_000,
}
# Other spellings of one user name.
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "in capitals": str.upper,
    "with a wide letter": lambda name: chr(ord(name[0]) + 0xFEE0) + name[1:],
}


def value_of(field: str, words: str, fresh: str) -> Any:
    """Return what the words mean in this field (a name of the wire); raise UsageError for unknown words."""
    if match := _OF_LENGTH.fullmatch(words):
        return _of_length(int(match[1]), match[2], fresh)
    known = {**_ANY, **_OF_FIELD[field]}
    if words not in known:
        raise UsageError(f"{words!r} means nothing for the field {field}; known are {', '.join(known)}.")
    value = known[words]
    return value.replace("{fresh}", fresh) if isinstance(value, str) else value


def _of_length(length: int, kind: str, fresh: str) -> str:
    if kind == "spaces":
        return " " * length
    if kind == "Chinese characters":
        return "".join(map(chr, _ANYHOW.choices(_CHINESE, k=length)))
    if length >= len(fresh):
        return fresh.ljust(length, "x")
    return "".join(_ANYHOW.choices(string.ascii_letters, k=length))
