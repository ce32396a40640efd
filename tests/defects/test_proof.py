"""What counts as a kill, and what is told of it."""

import json
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from defects.__main__ import choose, sample
from defects.defect import Defect, Edit
from defects.document import document
from defects.matrix import Matrix
from defects.proof import Proof, judge
from defects.telling import line
from defects.trial import Observation
from defects.web_page import web_page
from support.errors import UsageError
from support.reporting.results import ScenarioResult
from support.specification import Promise

PROMISES = [
    Promise(name, "critical", f"The promise {name}", "area.feature", ()) for name in ("ADM-001", "ADM-002", "MEM-001")
]


def defect(number: int = 1, kind: str = "isolation") -> Defect:
    return Defect(
        kind=kind,
        id=f"ISO-{number:02}",
        title=f"Something <{number}> is wrong",
        harm="Somebody suffers.",
        signs=("ADM",),
        reason="not refused",
        edits=(Edit(file="embedded/a.py", find="x", replace="y"),),
    )


def scenario(name: str, verdict: str = "pass", blame: str | None = None, error: str | None = None) -> ScenarioResult:
    fields: dict[str, Any] = {"id": name, "name": name, "feature": "f", "file": "f", "line": 1, "status": "any"}
    return ScenarioResult.model_validate({**fields, "verdict": verdict, "blame": blame, "error": error, "seconds": 0.1})


def proof(*scenarios: ScenarioResult, planted: Defect | None = None, failure: str = "") -> Proof:
    return judge(planted or defect(), Observation(seconds=1.0, scenarios=scenarios, failure=failure))


def test_a_scenario_that_is_red_for_the_reason_kills() -> None:
    seen = proof(scenario("ADM-001", "fail", "deployment", "It was not refused."), scenario("ADM-002"))
    assert (seen.outcome, seen.killers, seen.red) == ("killed", ["ADM-001"], {})


@pytest.mark.parametrize(
    "red",
    [
        scenario("ADM-001", "fail", "deployment", "No reply came within 5 s."),
        scenario("MEM-001", "fail", "deployment", "It was not refused."),
        scenario("ADM-001", "fail", "suite", "KeyError: it was not refused"),
        scenario("ADM-001", "inconclusive", "infrastructure", "The replier died; it was not refused."),
    ],
    ids=["another reason", "a scenario that the defect does not name", "a fault of the suite", "no verdict"],
)
def test_a_scenario_that_is_red_for_another_reason_does_not_kill(red: ScenarioResult) -> None:
    seen = proof(red)
    assert (seen.outcome, seen.killers, list(seen.red)) == ("survived", [], [red.id])
    assert "red for another reason" in line(seen)


def test_one_row_of_an_outline_is_enough() -> None:
    rows = [scenario("ADM-001"), scenario("ADM-001", "fail", "deployment", "not refused"), scenario("ADM-001")]
    assert proof(*rows).killers == ["ADM-001"]


def test_a_trial_that_came_to_no_verdict_proves_nothing() -> None:
    seen = proof(scenario("ADM-001", "fail", "deployment", "not refused"), failure="It did not end in time.")
    assert seen.outcome == "unproven"
    assert "It did not end in time." in line(seen)


@pytest.fixture
def matrix() -> Matrix:
    killed = proof(scenario("ADM-001", "fail", "deployment", "<b>not refused</b>"), scenario("ADM-002"))
    survived = proof(scenario("ADM-001"), scenario("ADM-002"), planted=defect(2))
    return Matrix([defect(1), defect(2), defect(3)], PROMISES, {"ISO-01": killed, "ISO-02": survived})


def test_the_matrix_names_survivors_unproven_defects_and_idle_scenarios(matrix: Matrix) -> None:
    assert [each.id for each in matrix.survivors] == ["ISO-02"]
    assert [each.id for each in matrix.unproven] == ["ISO-03"]
    assert [each.id for each in matrix.idle] == ["ADM-002", "MEM-001"]
    assert not matrix.holds


def test_the_matrix_holds_when_all_defects_die_and_all_scenarios_kill() -> None:
    reds = [scenario(promise.id, "fail", "deployment", "not refused") for promise in PROMISES[:2]]
    assert Matrix([defect()], PROMISES[:2], {"ISO-01": proof(*reds)}).holds


def test_the_matrix_as_json_says_what_each_scenario_kills(matrix: Matrix) -> None:
    content = json.loads(matrix.as_json())
    assert content["survivors"] == ["ISO-02"]
    assert {each["id"]: each["kills"] for each in content["scenarios"]}["ADM-001"] == ["ISO-01"]
    assert content["defects"][0]["scenarios"] == {"ADM-001": "killed", "ADM-002": "green"}


def test_the_document_begins_with_the_survivors(matrix: Matrix) -> None:
    text = document(matrix)
    survivors, idle, table = (text.index(title) for title in ("## Survivors", "## Scenarios that kill", "## Defects"))
    assert survivors < text.index("ISO-02") < idle < text.index("MEM-001") < table < text.index("| ISO-01 |")


def test_the_page_stands_alone_and_shows_every_cell(matrix: Matrix) -> None:
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    page = web_page(matrix)
    Reader().feed(page)
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert "url(" not in page
    assert "http" not in page
    assert tags.count("td") == len(matrix.defects) * len(PROMISES)
    assert "<b>not refused" not in page


def test_defects_are_chosen_by_id_or_class_and_an_unknown_name_is_refused_with_the_nearest() -> None:
    known = [defect(1), defect(2), defect(3, "tokens")]
    assert choose(known, []) == known
    assert choose(known, ["ISO-02", "tokens"]) == known[1:]
    with pytest.raises(UsageError, match=r"token is no defect .* did you mean tokens"):
        choose(known, ["token"])


def test_a_sample_rotates_through_all_defects() -> None:
    known = [defect(number) for number in range(1, 60)]
    days = [sample(known, 10, date(2026, 1, day)) for day in range(1, 7)]
    assert {each.id for day in days for each in day} == {each.id for each in known}
    assert {len(day) for day in days} <= {9, 10}
