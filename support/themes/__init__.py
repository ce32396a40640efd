"""What a user talks about with an agent: topics by the template that the agent was made from."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from support.errors import UsageError
from support.toml import read_toml

TOPICS_FILE = Path(__file__).with_name("topics.toml")
DEFAULT_THEME = "default"
# Writes what a user says next in place of the file's topics, given the agent's persona, the theme, and what was said
# and answered so far. It may take long; it raises InfrastructureError when there is no message.
Writer = Callable[[str, Sequence[str], Sequence[tuple[str, str]]], str]


def topics_for(template_id: str | None, count: int, offset: int = 0) -> list[str]:
    """Return count topics of the template's theme from number offset on, starting over after the last one.

    An agent without a template, or with one that has no theme, gets the default theme.
    Raises UsageError when the data file is malformed.
    """
    themes = _shipped_themes()
    topics = themes.get(template_id or DEFAULT_THEME, themes[DEFAULT_THEME])
    start = offset % len(topics)
    return list(islice(cycle(topics), start, start + count))


def load_themes(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the topics of each theme in the file; raises UsageError naming the key that cannot be used."""
    content = read_toml(path)
    if DEFAULT_THEME not in content:
        raise UsageError(f"{path} has no key {DEFAULT_THEME!r}; add a list of topics of that name.")
    return {theme: _checked_topics(path, theme, topics) for theme, topics in content.items()}


@cache
def _shipped_themes() -> Mapping[str, tuple[str, ...]]:
    return load_themes(TOPICS_FILE)


def _checked_topics(path: Path, theme: str, topics: object) -> tuple[str, ...]:
    if not isinstance(topics, list) or not topics:
        raise _malformed(path, theme, "must be a list of at least one topic")
    for topic in topics:
        if not isinstance(topic, str) or not topic.strip():
            raise _malformed(path, theme, f"holds {topic!r}, but a topic must be text that is not blank")
        if topics.count(topic) > 1:
            raise _malformed(path, theme, f"holds {topic!r} more than once; keep one of them")
    return tuple(topics)


def _malformed(path: Path, theme: str, reason: str) -> UsageError:
    return UsageError(f"{path} is malformed: {theme!r} {reason}.")
