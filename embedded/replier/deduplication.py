"""A frame that a client sends again is followed once."""

import time
from collections import OrderedDict

from embedded.replier.admission import Identity

KEEP_SECONDS = 3600
LARGEST = 200_000


class Deduplication:
    """Remembers the newest message ids of the last hour; tenants and agents may use the same ids."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[Identity, str], float] = OrderedDict()

    def is_repeated(self, identity: Identity, msg_id: str) -> bool:
        """Whether this id came before; from now on it did."""
        now = time.monotonic()
        self._forget(now - KEEP_SECONDS)
        key = (identity, msg_id)
        if key in self._seen:
            return True
        self._seen[key] = now
        return False

    def _forget(self, before: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] >= before and len(self._seen) < LARGEST:
                return
            del self._seen[oldest]
