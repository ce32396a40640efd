"""Reading the prompts of a real MaiMBot, which are one text that holds persona, history and the message to answer."""

import re

Turn = tuple[str, str]

_MESSAGE = re.compile(r"现在.{1,80}?说的[：:](.*?)。引起了你的注意", re.DOTALL)
_IDENTITY = re.compile(r"^你的名字是([^，\n]*)，你(.+?);?$", re.MULTILINE)
_SAID = re.compile(r"^(?:刚刚|\d{2}:\d{2}:\d{2}), [^:\n]*: (.*)$", re.MULTILINE)
_LISTED = re.compile(r"^\[(m\d+)\]\d{2}:\d{2}:\d{2}, [^:\n]*: (.*)$", re.MULTILINE)
# What stands in a planner's prompt before this has been dealt with.
_SEEN = "以上消息是你已经看过"
# With this, every answer of this model begins.
OWN_WORDS = "【"


def unfold(prompt: str) -> list[Turn] | None:
    """Return the turns that such a text stands for, the message to answer last; None for another prompt."""
    messages = _MESSAGE.findall(prompt)
    if not messages:
        return None
    identity = [("system", f"{persona}\n你的名字是{name}") for name, persona in _IDENTITY.findall(prompt)[-1:]]
    history = [("assistant" if text.startswith(OWN_WORDS) else "user", text) for text in _SAID.findall(prompt)]
    return [*identity, *history, ("user", messages[-1])]


def listed_messages(prompt: str) -> list[tuple[str, str]]:
    """Return id and text of the messages that a planner's prompt lists as not seen yet, the oldest first."""
    return _LISTED.findall(prompt.rpartition(_SEEN)[2])
