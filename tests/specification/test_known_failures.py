"""The lists of known failures speak of scenarios and findings that exist."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from behave.parser import parse_file

from support.deployments.profiles import FOLDER
from support.reporting import read_known_failures
from support.specification import ID, ROOT

LISTS = sorted(FOLDER.glob("*.known-failures.toml"))


def rows_by_id() -> dict[str, list[str]]:
    """Return the rows of every outline, and an empty list for a scenario that is none."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in (ROOT / "features").glob("*.feature"):
        for scenario in parse_file(str(path)).walk_scenarios():
            (identifier,) = [tag for tag in scenario.tags if ID.fullmatch(tag)]
            row = getattr(scenario, "_row", None)
            found[identifier] += [" | ".join(row.cells)] if row else []
    return found


ROWS = rows_by_id()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_known_failure_is_of_a_scenario_and_of_rows_that_exist(path: Path) -> None:
    for identifier, known in read_known_failures(path).scenarios.items():
        assert identifier in ROWS
        for row in known.rows:
            assert any(f"{each} | ".startswith(f"{row} | ") for each in ROWS[identifier]), f"{identifier}: {row}"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_link_into_the_documents_leads_to_a_place(path: Path) -> None:
    content = read_known_failures(path)
    links = {known.link for known in [*content.scenarios.values(), content.residue] if known}
    for link in links:
        file, _, anchor = link.partition("#")
        assert re.search(f'<a id="{anchor}"></a>', (ROOT / file).read_text(encoding="utf-8")), link
