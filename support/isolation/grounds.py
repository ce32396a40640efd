"""Where attempts are made, and what an attempt is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from support.chat import Reader
from support.configurator import Agent, ConfiguratorClient, Tenant
from support.isolation.rows import Rows


@dataclass(frozen=True)
class Grounds:
    """A deployment as the attempts see it."""

    configurator: ConfiguratorClient
    reader: Reader
    replier_url: str
    # Spells what a tenant presents to talk to an agent.
    credential: Callable[[Tenant, Agent], str]
    # Seconds that a reply may take.
    reply_timeout: float
    databases: Callable[[], Sequence[str]]
    # Returns the recorded prompts that hold a text; raises Inconclusive where nobody records them.
    prompts: Callable[[str], list[str]]

    @cached_property
    def rows(self) -> Rows:
        """The rows of the databases, whose tables are looked up once."""
        return Rows(self.databases())


Outcome = Literal["reached", "refused", "neither"]


def outcome(reached: bool) -> Outcome:
    """Return the outcome of an attempt that either reached the other's or did not."""
    return "reached" if reached else "refused"


@dataclass(frozen=True)
class Attempt:
    """What a tenant does to get at what is another's, and the channels on which it shows whether it did.

    `make` takes the tenant that acts and the one that owns, which may be the same, and returns the outcome by channel.
    It raises AssertionError or Inconclusive when the attempt could not be made.
    """

    channels: tuple[str, ...]
    make: Callable[[Grounds, Tenant, Tenant], Mapping[str, Outcome]]
    # Whether it changes, or measures, what the other attempts use: then nothing else is under way meanwhile.
    alone: bool = False
    # A capability that dialects may lack; without it there is no such channel.
    needs: str = ""


def at_channel(
    channel: str, make: Callable[[Grounds, Tenant, Tenant], Outcome], *, alone: bool = False, needs: str = ""
) -> Attempt:
    """Return an attempt that shows one channel."""
    return Attempt((channel,), lambda grounds, actor, owner: {channel: make(grounds, actor, owner)}, alone, needs)
