"""What must not pass between tenants: canaries, and the matrix of pairs and channels."""

from support.isolation.canaries import Leak, find_leaks, in_prompts, unseen_canaries
from support.isolation.grid import print_grid, svg
from support.isolation.grounds import Attempt, Grounds, Outcome
from support.isolation.matrix import ATTEMPTS, CHANNELS, TO_AN_AGENT, Cell, try_channels
from support.isolation.rows import Rows
from support.isolation.sightings import Sighting, in_texts

__all__ = [
    "ATTEMPTS",
    "CHANNELS",
    "TO_AN_AGENT",
    "Attempt",
    "Cell",
    "Grounds",
    "Leak",
    "Outcome",
    "Rows",
    "Sighting",
    "find_leaks",
    "in_prompts",
    "in_texts",
    "print_grid",
    "svg",
    "try_channels",
    "unseen_canaries",
]
