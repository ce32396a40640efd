"""Placeholders such as {port} in a profile's text: checked when it is read, filled when it is used."""

import string
from collections.abc import Sequence

from support.errors import nearest


def check_placeholders(text: str, allowed: Sequence[str]) -> str:
    """Return the text; raise ValueError naming a placeholder that is not allowed, and the nearest that is."""
    for _, name, format_spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if name not in allowed or format_spec or conversion:
            choices = ", ".join(f"{{{each}}}" for each in allowed)
            meant = nearest(name, allowed)
            raise ValueError(f"{{{name}}} is no placeholder here; did you mean {{{meant}}}? Allowed are {choices}")
    return text
