"""The grid shows every cell, and its picture is safe to open."""

import re

import pytest

from support.isolation import Cell, print_grid, svg

CELLS = [
    Cell("Acme", "Globex", "reading an agent", "held"),
    Cell("Globex", "Acme", "reading an agent", "broken"),
    Cell("Acme", "Globex", "listing the agents", "inconclusive", "Globex does not succeed at its own either"),
    Cell("Globex", "Acme", "listing the agents", "held"),
]


def test_the_grid_has_a_line_for_each_channel_and_a_column_for_each_intruder(
    capfd: pytest.CaptureFixture[str],
) -> None:
    print_grid(CELLS)

    shown = capfd.readouterr().out
    assert "2 held, 1 broken, 1 inconclusive" in shown
    assert re.search(r"reading an agent +│ +· ✓ +│ +✗ · ", shown)
    assert re.search(r"listing the agents +│ +· \? +│ +✓ · ", shown)
    assert "Globex -> Acme by reading an agent: broken" in shown
    assert "inconclusive (Globex does not succeed at its own either)" in " ".join(shown.split())


def test_the_picture_is_static_and_loads_nothing() -> None:
    picture = svg(CELLS)

    assert picture.startswith("<svg")
    assert "reading&#160;an&#160;agent" in picture
    assert "<script" not in picture
    assert not re.findall(r"(?:src|href)\s*[=:]|url\((?!#)", picture)


def test_the_picture_shows_no_secret() -> None:
    key = "mb_" + "k" * 43

    assert key not in svg([Cell("Acme", "Globex", "reading an agent", "inconclusive", f"refused with {key}")])
