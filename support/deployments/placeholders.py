"""Placeholders such as {port} in a profile's text: checked when it is read, filled when it is used."""

import difflib
import string
from collections.abc import Sequence


def check_placeholders(text: str, allowed: Sequence[str]) -> str:
    """Return the text; raise ValueError naming a placeholder that is not allowed, and the nearest that is."""
    for _, name, format_spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if name not in allowed or format_spec or conversion:
            choices = ", ".join(f"{{{each}}}" for each in allowed)
            nearest = difflib.get_close_matches(name, allowed, n=1, cutoff=0.0)[0]
            raise ValueError(f"{{{name}}} is no placeholder here; did you mean {{{nearest}}}? Allowed are {choices}")
    return text
