"""The report of several runs that have divided the features among them."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from support.reporting import Cleanup, Parameters, Results, ScenarioResult, UserCreation, WebsocketTests
from support.reporting.merging import gather_allure_results, merge

NOON = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)


def _scenario(file: str, line: int) -> ScenarioResult:
    return ScenarioResult(
        id=None, name="", feature="", file=file, line=line, status="passed", verdict="pass", blame=None, seconds=1
    )


def _share(number: int, *scenarios: ScenarioResult, success: bool = True, errors: tuple[str, ...] = ()) -> Results:
    return Results(
        test_id=f"share-{number}",
        start_time=NOON + timedelta(seconds=number),
        end_time=NOON + timedelta(seconds=10 * number),
        parameters=Parameters(
            user_count=3, agents_per_user=2, cleanup_after=True, messages_per_conversation="5", deployment="embedded"
        ),
        user_creation=UserCreation(success=success, users_created=number, agents_created=2 * number),
        websocket_tests=WebsocketTests(
            total_scenarios=number, successful_connections=number, response_times=[0.1 * number] * number
        ),
        cleanup=Cleanup(users_cleaned=number, tables={"agents": number, f"of_{number}": 1}, residue=[f"row {number}"]),
        success=success,
        errors=list(errors),
        scenarios=list(scenarios),
    )


def test_figures_are_added_and_lists_are_joined() -> None:
    merged = merge("run", [_share(1), _share(2)], [])
    assert merged.test_id == "run"
    assert merged.parameters == _share(1).parameters
    assert merged.user_creation == UserCreation(success=True, users_created=3, agents_created=6)
    talked = merged.websocket_tests
    assert (talked.total_scenarios, talked.successful_connections, talked.successful_conversations) == (3, 3, 0)
    assert talked.response_times == [0.1, 0.2, 0.2]
    assert talked.average_response_time == pytest.approx(0.5 / 3)
    assert merged.cleanup == Cleanup(
        users_cleaned=3, tables={"agents": 3, "of_1": 1, "of_2": 1}, residue=["row 1", "row 2"]
    )


def test_it_lasts_from_the_first_beginning_to_the_last_end() -> None:
    merged = merge("run", [_share(2), _share(1)], [])
    assert merged.start_time == NOON + timedelta(seconds=1)
    assert merged.end_time == NOON + timedelta(seconds=20)
    assert merged.duration_seconds == 19


def test_scenarios_stand_in_the_order_of_files_and_lines() -> None:
    merged = merge("run", [_share(1, _scenario("b", 2), _scenario("a", 10)), _share(2, _scenario("a", 9))], [])
    assert [(each.file, each.line) for each in merged.scenarios] == [("a", 9), ("a", 10), ("b", 2)]
    assert merged.verdicts["pass"] == 3


def test_it_is_green_only_when_all_are_and_nothing_else_went_wrong() -> None:
    assert merge("run", [_share(1), _share(2)], []).success
    assert not merge("run", [_share(1), _share(2)], ["lost"]).success
    red = merge("run", [_share(1), _share(2, success=False, errors=("broken",))], ["lost"])
    assert not red.success
    assert not red.user_creation.success
    assert red.errors == ["lost", "broken"]


def test_a_share_that_never_ended_counts_until_it_began() -> None:
    share = _share(1)
    share.end_time = None
    assert merge("run", [share], []).duration_seconds == 0


def _allure(folder: Path, **statuses: str) -> Path:
    """Write a result for each feature's first scenario, as Allure would."""
    folder.mkdir()
    for name, status in statuses.items():
        result = {"fullName": f"{name}:1", "status": status, "historyId": name}
        (folder / f"{name}-result.json").write_text(json.dumps(result), encoding="utf-8")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return _allure(tmp_path / "allure-results", earlier="passed")


def test_allure_files_of_all_shares_stand_in_place_of_an_earlier_runs(tmp_path: Path, target: Path) -> None:
    folders = [_allure(tmp_path / "1", a="passed"), _allure(tmp_path / "2", b="passed")]
    (folders[1] / "x-attachment.txt").write_text("said", encoding="utf-8")
    merged = merge("run", [_share(1, _scenario("a", 1)), _share(2, _scenario("b", 1))], [])
    assert gather_allure_results(folders, target, merged) == []
    assert sorted(path.name for path in target.iterdir()) == [
        "a-result.json",
        "b-result.json",
        "environment.properties",
        "executor.json",
        "x-attachment.txt",
    ]


def test_allure_must_say_what_the_merged_report_says(tmp_path: Path, target: Path) -> None:
    folder = _allure(tmp_path / "1", a="failed", c="passed", d="passed")
    merged = merge("run", [_share(1, _scenario("a", 1), _scenario("b", 1))], [])
    assert gather_allure_results([folder], target, merged) == [
        "Behave counts 2 scenarios, Allure 3.",
        "a:1: Allure says failed, Behave says pass.",
        "b:1: Allure has no result, Behave says pass.",
        "c:1: Allure has a result, Behave did not run it.",
        "d:1: Allure has a result, Behave did not run it.",
    ]


def test_a_scenario_that_two_shares_have_reported_is_hidden_by_allure(tmp_path: Path, target: Path) -> None:
    folders = [_allure(tmp_path / "1", a="passed"), tmp_path / "2"]
    folders[1].mkdir()
    (folders[1] / "again-result.json").write_bytes((folders[0] / "a-result.json").read_bytes())
    merged = merge("run", [_share(1, _scenario("a", 1)), _share(2, _scenario("a", 1))], [])
    assert gather_allure_results(folders, target, merged) == [
        "Behave counts 1 scenarios, Allure 2.",
        "Allure hides 1 results as retries of others that have the same history id.",
    ]
