"""The grid shows every cell, and its picture is safe to open."""

import re
import sys
from html import unescape
from pathlib import Path

import pytest

from support.isolation import Cell, print_grid, svg

CELLS = [
    Cell("Acme", "Globex", "reading an agent", "held"),
    Cell("Globex", "Acme", "reading an agent", "broken"),
    Cell("Acme", "Globex", "listing the agents", "inconclusive", "Globex does not succeed at its own either"),
    Cell("Globex", "Acme", "listing the agents", "held"),
]


GRID = """
        Who reached what is another's: 2 held, 1 broken, 1 inconclusive
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┓
┃ channel                              ┃     Acme at      ┃     Globex at      ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━┩
│ reading an agent                     │       · ✓        │        ✗ ·         │
│ listing the agents                   │       · ?        │        ✓ ·         │
└──────────────────────────────────────┴──────────────────┴────────────────────┘
        The signs of a column are for Acme, Globex, from left to right.
Globex -> Acme by reading an agent: broken
Acme -> Globex by listing the agents: inconclusive (Globex does not succeed at
its own either)
"""


def test_the_grid_has_a_line_for_each_channel_and_a_column_for_each_intruder(
    capfd: pytest.CaptureFixture[str],
) -> None:
    print_grid(CELLS)

    shown = capfd.readouterr().out
    assert [line.rstrip() for line in shown.splitlines()] == GRID.strip("\n").splitlines()


def test_a_terminal_that_lacks_its_signs_gets_plain_ones(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/fd/1").open("w", encoding="gbk") as terminal:
        monkeypatch.setattr(sys, "__stdout__", terminal)
        print_grid([*CELLS, Cell("Acme", "你 \N{SNOWMAN}", "reading", "broken")])

    shown = capfdbinary.readouterr().out.decode("gbk")
    assert "|    . ? .     |      + . .      |" in shown
    assert r"Acme -> 你 \u2603 by reading: broken" in shown


def test_what_is_not_applicable_has_a_sign_and_is_explained_once(capfd: pytest.CaptureFixture[str]) -> None:
    absent = [
        Cell(*pair, channel, "not applicable", reason)
        for channel, reason in (("reading", "Nobody is known."), ("writing", "Nobody is known."), ("paying", "Free."))
        for pair in (("Acme", "Globex"), ("Globex", "Acme"))
    ]
    print_grid([*CELLS, *absent])

    shown = " ".join(capfd.readouterr().out.split())
    assert "2 held, 1 broken, 1 inconclusive, 6 not applicable" in shown
    assert "│ writing │ · – │ – · │" in shown
    assert shown.endswith("not applicable: reading, writing (Nobody is known) not applicable: paying (Free)")


def test_what_the_deployment_failed_of_has_a_sign_and_is_counted(capfd: pytest.CaptureFixture[str]) -> None:
    print_grid([*CELLS, Cell("Acme", "Globex", "paying", "failed", "GET / answered 500")])

    shown = " ".join(capfd.readouterr().out.split())
    assert "2 held, 1 broken, 1 failed, 1 inconclusive" in shown
    assert "│ paying │ · ! │" in shown
    assert "Acme -> Globex by paying: failed (GET / answered 500)" in shown


def test_a_name_or_a_reason_is_shown_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    print_grid([Cell("Acme", "Globex", "reading", "inconclusive", "the [bold]answer[/] was :smile: 7")])

    assert "Acme -> Globex by reading: inconclusive (the [bold]answer[/] was :smile: 7)" in capfd.readouterr().out


def test_the_verdicts_are_told_apart_by_colour() -> None:
    picture = svg(CELLS)

    # The fill that the style of each text names; numbers and names in a sentence have no colours of their own.
    fills = dict(re.findall(r"\.([\w-]+-r\d+) \{ fill: (#\w+)", picture))
    texts = {
        unescape(text).strip(): fills[style]
        for style, text in re.findall(r'<text class="([^"]+)"[^>]*>([^<]*)<', picture)
        if style in fills
    }
    green, red, yellow = "#98a84b", "#cc555a", "#d0b344"
    assert (texts["✓"], texts["✗"], texts["?"]) == (green, red, yellow)
    assert texts["Globex\xa0->\xa0Acme\xa0by\xa0reading\xa0an\xa0agent:\xa0broken"] == red
    assert texts["its\xa0own\xa0either)"] == yellow
    assert texts["·"] not in (green, red, yellow)
    assert ">Isolation</text>" in picture


def test_the_picture_is_static_and_loads_nothing() -> None:
    picture = svg(CELLS)

    assert picture.startswith("<svg")
    assert "reading&#160;an&#160;agent" in picture
    assert "<script" not in picture
    assert not re.findall(r"(?:src|href)\s*[=:]|url\((?!#)", picture)


def test_the_picture_shows_no_secret() -> None:
    key = "mb_" + "k" * 43

    assert key not in svg([Cell("Acme", "Globex", "reading an agent", "inconclusive", f"refused with {key}")])


def test_on_a_terminal_nothing_in_a_sentence_has_a_colour_of_its_own(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")

    print_grid([Cell("Acme", "Globex", "reading", "inconclusive", "'7' of 8")])

    last = capfd.readouterr().out.splitlines()[-1]
    assert last == "\x1b[1;33mAcme -> Globex by reading: inconclusive ('7' of 8)\x1b[0m"


MANY = [
    Cell(intruder, owner, "reading", "held", "")
    for intruder in (f"Tenant number {number}" for number in range(9))
    for owner in ("Acme", "Globex")
]


def test_a_grid_that_is_wider_than_the_terminal_is_whole(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    print_grid(MANY)

    heads = re.split("[┃│]", next(line for line in capfd.readouterr().out.splitlines() if "channel" in line))[2:-1]
    names = [*(f"Tenant number {number}" for number in range(9)), "Acme", "Globex"]
    assert sorted(head.strip() for head in heads) == sorted(f"{name} at" for name in names)
    picture = unescape(svg(MANY)).replace("\xa0", " ")
    assert all(f"{name} at" in picture for name in names)


def test_the_picture_shows_a_reason_as_it_is() -> None:
    picture = svg([Cell("Acme", "Globex", "reading", "inconclusive", ":smile:")])

    assert ":smile:" in picture
