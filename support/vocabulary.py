"""The words that steps know: what may stand for a {placeholder:Type} in a sentence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from behave import register_type
from parse import with_pattern

from support.accounts.forgery import CLAIMS, GUESSES
from support.accounts.specimens import BODIES, FIELDS, SPELLINGS
from support.agents.specimens import FIELDS as AGENT_FIELDS
from support.chat.leaving import LEAVINGS
from support.configurator.operations import OPERATIONS
from support.obstacles import OBSTACLES
from support.removals import NAMINGS
from support.troubles import TROUBLES

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """How an attempt ends for the one who makes it, and the HTTP statuses that say so."""

    name: str
    statuses: frozenset[int]


OUTCOMES: Mapping[str, Outcome] = {
    name: Outcome(name, frozenset(statuses))
    for name, statuses in {
        "accepted": {200, 201},
        "refused as unauthorized": {401},
        "refused as forbidden": {403},
        "refused as unknown": {404},
        "refused as taken": {409},
        "refused as invalid": {400, 422},
        "refused as invalid or as unauthorized": {400, 401, 422},
        "accepted or refused as taken": {200, 201, 409},
        "refused as not offered": {404, 405},
        "refused as forbidden or as not offered": {403, 404, 405},
        "refused as too frequent": {429},
    }.items()
}


# What a tenant changes of itself, by the names of the wire.
PROFILE_DETAILS: Mapping[str, str] = {
    **{name: FIELDS[name] for name in ("tenant name", "email address", "phone number")},
    "settings": "tenant_config",
}


@with_pattern("[A-Z][a-z]+")
def parse_name(text: str) -> str:
    """Read the name of a tenant or a person: one word with a capital letter."""
    return text


@with_pattern("qq|wechat|discord|telegram|test")
def parse_platform(text: str) -> str:
    """Read the name of a platform."""
    return text


@with_pattern("in the headers|in the query")
def parse_in_query(text: str) -> bool:
    """Read where a connection shows its credential; True for the query."""
    return text == "in the query"


@dataclass(frozen=True)
class Place:
    """Where people talk to an agent: on a platform in a group, in private, or in a group of their own."""

    platform: str = "test"
    group: str | None = None
    is_private: bool = False
    # What the id of a group is made of when it looks like that of a person: {platform} and {user_id}.
    look_alike: str | None = None


LOOK_ALIKES = {
    "the id of somebody": "{user_id}",
    'the id of somebody behind "private_"': "private_{user_id}",
    'the id of somebody behind "private:"': "private:{user_id}",
    'the id of somebody behind "user_"': "user_{user_id}",
    'the id of somebody behind "user:"': "user:{user_id}",
    "the id of somebody behind the platform": "{platform}_{user_id}",
}


@with_pattern('"[^"]*"')
def parse_quoted(text: str) -> str:
    """Read whatever stands between quotation marks."""
    return text[1:-1]


@with_pattern('(?: in private| in the group "[^"]+")?(?: on [a-z]+)?')
def parse_place(text: str) -> Place:
    """Read where something is said; nothing stands for a group of the person's own on the platform test."""
    where, _, platform = text.partition(" on ")
    _, _, group = where.partition(" in the group ")
    return Place(platform or "test", group.strip('"') or None, where == " in private")


@with_pattern("without a platform|with an empty platform")
def parse_no_platform(text: str) -> str | None:
    """Read what is shown in place of a platform: nothing at all, or an empty text."""
    return None if text == "without a platform" else ""


def one_of(known: Mapping[str, T]) -> Callable[[str], T]:
    """Return what reads a word of this table, and gives what it stands for."""

    @with_pattern("|".join(map(re.escape, known)))
    def parse_word(text: str) -> T:
        return known[text]

    parse: Callable[[str], T] = parse_word
    return parse


def register_types() -> None:
    """Tell Behave the types; before it loads the steps."""
    register_type(Platform=parse_platform, InQuery=parse_in_query)
    register_type(NoPlatform=parse_no_platform)
    register_type(Quoted=parse_quoted, Place=parse_place)
    register_type(
        Outcome=one_of(OUTCOMES),
        Name=parse_name,
        Operation=one_of(OPERATIONS),
        Detail=one_of(FIELDS),
        Body=one_of(BODIES),
        Spelling=one_of(SPELLINGS),
        Guess=one_of(GUESSES),
        Claims=one_of(CLAIMS),
        Naming=one_of(NAMINGS),
        ProfileDetail=one_of(PROFILE_DETAILS),
        AgentFields=one_of(AGENT_FIELDS),
        Leaving=one_of(LEAVINGS),
        Obstacle=one_of(OBSTACLES),
        Trouble=one_of(TROUBLES),
    )
