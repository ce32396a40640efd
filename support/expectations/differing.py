"""How what is stored differs from what was said."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from support.chat.marker import markers_in
from support.masking import mask
from support.rows import StoredMessage

_MOST = 3
_MOST_CHARACTERS = 200


def differences(said: Counter[StoredMessage], stored: Counter[StoredMessage]) -> str:
    """Return in what the rows of the table messages differ from what was said, and nothing when they do not."""
    sentences = list(_each(said, stored))
    if not sentences:
        return ""
    more = f"; and {len(sentences) - _MOST} more" if len(sentences) > _MOST else ""
    return (
        f"What is stored is not what was said, in {len(sentences)} of {said.total()} messages: "
        f"{'; '.join(sentences[:_MOST])}{more}. Expected each frame in one row, to the letter, under its agent."
    )


def _each(said: Counter[StoredMessage], stored: Counter[StoredMessage]) -> Iterator[str]:
    surplus = list((stored - said).elements())
    for message in (said - stored).elements():
        row = _nearest(message, surplus)
        if row is None:
            yield f"no row says {_shown(message)}, as the frame does"
            continue
        surplus.remove(row)
        if row.text == message.text:
            yield f"the row that says {_shown(row)} is {_whose(row)}, and it was said {_whose(message)}"
        else:
            yield f"the row says {_shown(row)}, the frame says {_shown(message)}"
    for row in dict.fromkeys(surplus):
        if row in said:
            yield f"{stored[row]} rows say {_shown(row)}, and {said[row]} frames"
        else:
            yield f"the row {_shown(row)} was never said"


def _nearest(message: StoredMessage, rows: list[StoredMessage]) -> StoredMessage | None:
    """Return the row that is the message's though not as it was said: by its marker or, without one, by its text.

    A message and its reply carry the same marker.
    """
    markers = markers_in(message.text)
    akin = [row for row in rows if markers & markers_in(row.text) or row.text == message.text]
    return max(akin, key=lambda row: SequenceMatcher(None, message.text, row.text).ratio(), default=None)


def _whose(message: StoredMessage) -> str:
    return f"under agent {message.agent_id} of tenant {message.tenant_id}"


def _shown(message: StoredMessage) -> str:
    return repr(mask(message.text)[:_MOST_CHARACTERS])
