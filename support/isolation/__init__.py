"""What must not pass between tenants: canaries, and the matrix of pairs and channels."""

from support.isolation.canaries import Leak, Sighting, find_leaks, unseen_canaries
from support.isolation.matrix import CHANNELS, Cell, Grounds, try_channels

__all__ = ["CHANNELS", "Cell", "Grounds", "Leak", "Sighting", "find_leaks", "try_channels", "unseen_canaries"]
