"""The matrix as a picture: a line for each channel, a column for each intruder, a sign for each owner."""

import io
import re
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from support.isolation.matrix import Cell
from support.masking import mask

_SIGNS = {
    "held": ("✓", "green"),
    "broken": ("✗", "bold red"),
    "failed": ("!", "bold red"),
    "inconclusive": ("?", "bold yellow"),
    "not applicable": ("–", "dim"),
}
# For terminals that lack ours.
_PLAIN_SIGNS = str.maketrans("✓✗–·", "+x-.")
# The title and the sentences below the table are to stay on their lines.
_NARROWEST = 80
_FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def print_grid(cells: Sequence[Cell]) -> None:
    """Print it on the terminal, also while Behave captures what steps print."""
    console = Console(file=sys.__stdout__, width=_width(cells), highlight=False, emoji=False)
    with console.capture() as captured:
        _print(console, cells)
    print(_showable(captured.get(), console.encoding), end="", file=sys.__stdout__)


def svg(cells: Sequence[Cell]) -> str:
    """Return it as an SVG that loads nothing from elsewhere."""
    console = Console(file=io.StringIO(), record=True, width=_width(cells), highlight=False, emoji=False)
    _print(console, cells)
    return _FONTS.sub("", console.export_svg(title="Isolation"))


def _showable(text: str, encoding: str) -> str:
    """Return the text as a terminal of this encoding can show it."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN_SIGNS).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _print(console: Console, cells: Sequence[Cell]) -> None:
    console.print(_table(cells))
    for cell in cells:
        if cell.verdict not in ("held", "not applicable"):
            console.print(mask(str(cell)), style=_SIGNS[cell.verdict][1], markup=False)
    absent = {cell.channel: cell.reason for cell in cells if cell.verdict == "not applicable"}
    for reason in dict.fromkeys(absent.values()):
        channels = ", ".join(channel for channel, why in absent.items() if why == reason)
        console.print(f"not applicable: {channels} ({reason.rstrip('.')})", style="dim", markup=False)


def _width(cells: Sequence[Cell]) -> int:
    return Console(width=1000).measure(_table(cells)).maximum


def _table(cells: Sequence[Cell]) -> Table:
    tenants = list(dict.fromkeys(name for cell in cells for name in (cell.intruder, cell.owner)))
    signs = {(cell.channel, cell.intruder, cell.owner): Text(*_SIGNS[cell.verdict]) for cell in cells}
    count = {verdict: sum(cell.verdict == verdict for cell in cells) for verdict in _SIGNS}
    told = {
        verdict: number for verdict, number in count.items() if number or verdict not in ("failed", "not applicable")
    }
    summary = ", ".join(f"{number} {verdict}" for verdict, number in told.items())
    table = Table(title=f"Who reached what is another's: {summary}", min_width=_NARROWEST)
    table.caption = f"The signs of a column are for {', '.join(tenants)}, from left to right."
    table.add_column("channel")
    for intruder in tenants:
        table.add_column(f"{intruder} at", justify="center")
    for channel in dict.fromkeys(cell.channel for cell in cells):
        table.add_row(channel, *(_line(signs, channel, intruder, tenants) for intruder in tenants))
    return table


def _line(signs: Mapping[tuple[str, str, str], Text], channel: str, intruder: str, owners: Sequence[str]) -> Text:
    return Text(" ").join(signs.get((channel, intruder, owner), Text("·", "dim")) for owner in owners)
