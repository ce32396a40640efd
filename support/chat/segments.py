"""What a message may be made of, by the words that features call it."""

from collections.abc import Callable, Mapping

from maim_message.message import Seg

# A picture of one pixel.
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


def text(content: str) -> Seg:
    """Return a text."""
    return Seg("text", content)


def several(*parts: Seg) -> Seg:
    """Return a list of segments."""
    return Seg("seglist", list(parts))


# Each lays two texts into one message.
LAYOUTS: Mapping[str, Callable[[str, str], Seg]] = {
    "a list of two texts": lambda one, two: several(text(one), text(two)),
    "lists within lists": lambda one, two: several(several(text(one)), several(several(text(two)))),
    "two texts around a picture": lambda one, two: several(text(one), Seg("image", _PICTURE), text(two)),
    "two texts around an emoji": lambda one, two: several(text(one), Seg("emoji", _PICTURE), text(two)),
    "two texts around a face": lambda one, two: several(text(one), Seg("face", "14"), text(two)),
    "two texts around a voice": lambda one, two: several(text(one), Seg("voice", "UklGRg=="), text(two)),
    "a text that mentions somebody": lambda one, two: several(text(one), Seg("at", "user-somebody"), text(two)),
    "texts around a segment of an unknown type": lambda one, two: several(text(one), Seg("novel", "?"), text(two)),
}

# Each says nothing.
EMPTINESS: Mapping[str, Seg] = {
    "an empty text": text(""),
    "a text of blanks": text(" \t\n　"),
    "an empty list": several(),
    "a list of empty texts": several(text(""), several(text(" "))),
}

# Each addresses the agent of this name in a group; whether the platform marks the message as one to the agent.
ADDRESSES: Mapping[str, tuple[Callable[[str, str], Seg], bool]] = {
    "by its name": (lambda name, said: text(f"{name}，{said}"), False),
    "by a mention": (lambda name, said: several(Seg("mention_bot", name), text(said)), False),
    "by the platform's mark": (lambda _, said: text(said), True),
}
