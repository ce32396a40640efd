"""Reading the prompts of a real MaiMBot, which are one text that holds persona, history and the message to answer."""

import re
from typing import NamedTuple

Turn = tuple[str, str]

_MESSAGE = re.compile(r"现在.{1,80}?说的[：:](.*?)。引起了你的注意", re.DOTALL)
_IDENTITY = re.compile(r"^你的名字是([^，\n]*)，你(.+?);?$", re.MULTILINE)
_SAID = re.compile(r"^(?:刚刚|\d{2}:\d{2}:\d{2}), [^:\n]*: (.*)$", re.MULTILINE)
_LISTED = re.compile(r"^\[(m\d+)\]\d{2}:\d{2}:\d{2}, [^:\n]*: (.*)$", re.MULTILINE)
# What stands in a planner's prompt before this has been dealt with.
_SEEN = "以上消息是你已经看过"
# With this ends what was too long for such a prompt, perhaps behind the beginning of a marker.
_CUT_OFF = re.compile(r"(?:\bmk-[0-9a-f]*)?\.{6}（[^（）]+）$", re.ASCII)
# With this, every answer of this model begins.
OWN_WORDS = "【"


class Listed(NamedTuple):
    """A message in a planner's prompt; seen are those that an earlier prompt is said to have shown."""

    message_id: str
    text: str
    is_seen: bool

    @property
    def is_own(self) -> bool:
        """Whether this model wrote it."""
        return self.text.startswith(OWN_WORDS)

    @property
    def is_cut_off(self) -> bool:
        """Whether its end, where its marker stood, is missing."""
        return _CUT_OFF.search(self.text) is not None

    @property
    def whole_text(self) -> str:
        """What is left of it, without half a marker."""
        return _CUT_OFF.sub("", self.text)


def unfold(prompt: str) -> list[Turn] | None:
    """Return the turns that such a text stands for, the message to answer last; None for another prompt."""
    messages = _MESSAGE.findall(prompt)
    if not messages:
        return None
    identity = [("system", f"{persona}\n你的名字是{name}") for name, persona in _IDENTITY.findall(prompt)[-1:]]
    history = [("assistant" if text.startswith(OWN_WORDS) else "user", text) for text in _SAID.findall(prompt)]
    return [*identity, *history, ("user", messages[-1])]


def listed_messages(prompt: str) -> list[Listed]:
    """Return the messages that a planner's prompt lists, the oldest first."""
    before, _, after = prompt.rpartition(_SEEN)
    return [
        Listed(message_id, text, is_seen)
        for part, is_seen in ((before, True), (after, False))
        for message_id, text in _LISTED.findall(part)
    ]
