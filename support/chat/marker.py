"""Fresh tokens that tell messages (markers) and tenants (canaries) apart in replies, prompts and rows."""

import re
import secrets

_MARKER = re.compile(r"\bmk-[0-9a-f]{16}\b", re.ASCII)


def new_marker() -> str:
    """Return a token for one message; the embedded model endpoint repeats those of the last message."""
    return f"mk-{secrets.token_hex(8)}"


def new_canary() -> str:
    """Return a token for one tenant; it must never appear at another's."""
    return f"canary-{secrets.token_hex(8)}"


def without_markers(text: str) -> str:
    """Return a text without its markers, as people would have written it."""
    return _MARKER.sub("", text).strip()


def markers_in(text: str) -> set[str]:
    """Return the markers that stand in a text."""
    return set(_MARKER.findall(text))
