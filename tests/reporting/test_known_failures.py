"""Known failures: red only where something else fails, or where one of them passes."""

from pathlib import Path

import pytest

from support.errors import UsageError
from support.reporting import read_known_failures
from tests.reporting.conftest import Outcome, RunBehave

FEATURE = """
Feature: Known

  @X-001
  Scenario: known to fail
    Given it {first}

  @X-002
  Scenario Outline: rows
    Given it {second}

    Examples:
      | what  | way    |
      | one   | passes |
      | other | {way}  |
"""
KNOWN = """
[X-001]
reason = "It never worked."
link = "https://example.org/1"

[X-002]
rows = ["other"]
reason = "The other one never worked."
link = "https://example.org/2"
"""


def run(behave: RunBehave, tmp_path: Path, first: str = "fails", way: str = "fails") -> Outcome:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    return behave(known=FEATURE.format(first=first, second="<way>", way=way))


def test_a_run_in_which_only_known_failures_fail_is_green_and_says_so(behave: RunBehave, tmp_path: Path) -> None:
    outcome = run(behave, tmp_path)
    assert (outcome.exit_code, outcome.results["success"], outcome.results["errors"]) == (0, True, [])
    assert outcome.results["verdicts"] == {"pass": 1, "fail": 0, "known": 2, "inconclusive": 0, "not run": 0}
    assert "1 pass, 2 known" in outcome.output
    scenario = outcome.scenarios["known to fail"]
    assert (scenario["status"], scenario["verdict"], scenario["blame"]) == ("failed", "known", None)
    assert scenario["error"].splitlines() == [
        "Known failure: It never worked. (https://example.org/1)",
        "3 replies were expected, 2 came",
    ]


def test_allure_shows_a_known_failure_as_failed_and_known(behave: RunBehave, tmp_path: Path) -> None:
    result = run(behave, tmp_path).allure_of("known to fail")
    assert (result["status"], result["statusDetails"]["known"]) == ("failed", True)
    assert "It never worked. (https://example.org/1)" in result["statusDetails"]["message"]


@pytest.mark.parametrize(("first", "way"), [("passes", "fails"), ("fails", "passes")])
def test_a_known_failure_that_passes_is_red(behave: RunBehave, tmp_path: Path, first: str, way: str) -> None:
    outcome = run(behave, tmp_path, first, way)
    assert outcome.exit_code == 1
    assert not outcome.results["success"]
    (error,) = outcome.results["errors"]
    one = "It passes, and is listed as a known failure: It never worked. (https://example.org/1) Take X-001"
    other = (
        "It passes, and is listed as a known failure: The other one never worked. (https://example.org/2) Take X-002"
    )
    assert error.partition(": ")[2] == f"{one if first == 'passes' else other} from the list."
    assert [each["verdict"] for each in outcome.results["scenarios"]].count("fail") == 1


def test_a_known_failure_that_fails_sometimes_may_pass(behave: RunBehave, tmp_path: Path) -> None:
    sometimes = KNOWN.replace("[X-001]", "[X-001]\nsometimes = true")
    (tmp_path / "known.toml").write_text(sometimes, encoding="utf-8")
    outcome = behave(known=FEATURE.format(first="passes", second="<way>", way="fails"))
    assert outcome.exit_code == 0
    known = outcome.scenarios["known to fail"]
    assert (known["status"], known["verdict"]) == ("passed", "known")
    assert known["error"] == "Known failure, which passed this time: It never worked. (https://example.org/1)"
    allure = outcome.allure_of("known to fail")
    assert (allure["status"], allure["statusDetails"]["known"]) == ("passed", True)
    assert allure["statusDetails"]["message"] == known["error"]


@pytest.mark.parametrize(("first", "verdict"), [("errs", "fail"), ("is inconclusive", "inconclusive")])
def test_what_is_not_the_deployment_s_fault_is_no_known_failure(
    behave: RunBehave, tmp_path: Path, first: str, verdict: str
) -> None:
    outcome = run(behave, tmp_path, first)
    assert outcome.exit_code == 1
    assert outcome.scenarios["known to fail"]["verdict"] == verdict


@pytest.mark.parametrize(("row", "exit_code"), [("other | fails", 0), ("other | passes", 1), ("oth", 1)])
def test_a_row_is_named_by_as_many_cells_as_it_takes(
    behave: RunBehave, tmp_path: Path, row: str, exit_code: int
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN.replace('["other"]', f'["{row}"]'), encoding="utf-8")
    assert behave(known=FEATURE.format(first="fails", second="<way>", way="fails")).exit_code == exit_code


def test_a_failure_of_another_scenario_is_red(behave: RunBehave, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    feature = FEATURE.format(first="fails", second="<way>", way="fails")
    outcome = behave(known=feature.replace("| passes |", "| fails  |"))
    assert outcome.exit_code == 1
    assert outcome.results["verdicts"]["known"] == 2
    assert outcome.results["verdicts"]["fail"] == 1


def test_without_the_list_everything_that_fails_is_red(behave: RunBehave) -> None:
    outcome = behave(known=FEATURE.format(first="fails", second="<way>", way="fails"))
    assert outcome.exit_code == 1
    assert outcome.results["verdicts"]["fail"] == 2


def test_a_broken_hook_of_the_run_is_red_beside_known_failures(behave: RunBehave, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    outcome = behave("-D", "after_all", known=FEATURE.format(first="fails", second="<way>", way="fails"))
    assert outcome.exit_code == 1


@pytest.mark.parametrize(
    ("tag", "before", "after", "told"),
    [
        ("", "Given its clean-up is broken", "", "The clean-up int raised ValueError: "),
        ("", "Given its clean-up exits", "", "The clean-up exit raised UnexpectedExit: "),
        ("", "Given a thread of it raises", "", "The thread reader raised ValueError: "),
        ("", "Givn it passes\n", "", "The line 'Givn it passes' is taken for a description"),
        ("", "", "And nobody defined this", "No step definition matches: And nobody defined this"),
        ("@after_scenario", "", "", "HOOK-ERROR in after_scenario: ValueError: "),
        ("@after_tag", "", "", "HOOK-ERROR in after_tag(tag=after_tag): ValueError: "),
        ("@after_step", "", "", "after_step raised ValueError: "),
    ],
)
def test_what_goes_wrong_besides_a_known_failure_is_red(
    behave: RunBehave, tmp_path: Path, tag: str, before: str, after: str, told: str
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    outcome = behave(known=f"Feature: F\n @X-001 {tag}\n Scenario: s\n  {before}\n  Given it fails\n  {after}\n")
    scenario = outcome.scenarios["s"]
    assert (outcome.exit_code, scenario["verdict"]) == (1, "fail")
    assert told in scenario["error"]


@pytest.mark.parametrize(("way", "exit_code", "last"), [("passes", 0, "pass"), ("fails", 1, "not run")])
def test_stop_goes_on_behind_a_known_failure(
    behave: RunBehave, tmp_path: Path, way: str, exit_code: int, last: str
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    first = FEATURE.format(first="fails", second="<way>", way="fails")
    second = f"Feature: F\n Scenario: s\n  Given it {way}\n Scenario: last\n  Given it passes"
    outcome = behave("--stop", known=first, other=second)
    assert (outcome.exit_code, outcome.results["verdicts"]["known"]) == (exit_code, 2)
    assert outcome.scenarios["last"]["verdict"] == last


def test_frames_left_over_by_a_known_failure_tell_nothing(behave: RunBehave, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    outcome = behave(known="Feature: F\n @X-001 @accused_afterwards\n Scenario: s\n  Given it fails")
    assert (outcome.exit_code, outcome.scenarios["s"]["verdict"]) == (0, "known")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[X-001]\nreason = "It never worked."', "X-001.link: Field required"),
        ('[X-001]\nreason = ""\nlink = "a"', "X-001.reason: String should have at least 1 character"),
        ('[X-001]\nreason = "a"\nlink = "a"\nsince = "b"', "X-001.since: Extra inputs are not permitted"),
        ('[residue]\nreason = "a"\nlink = "a"', "residue.tables: Field required"),
        ('[x1]\nreason = "a"\nlink = "a"', "x1: String should match pattern"),
    ],
)
def test_a_mistake_in_the_list_is_named(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "v1.known-failures.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        read_known_failures(path)
    assert str(refusal.value).startswith(f"{path}: {expected}")
    assert str(refusal.value).endswith(
        "; allowed are tables such as [REG-001] with reason, link, perhaps rows or sometimes, "
        "and [residue] with reason, link and tables."
    )


def test_rows_are_known_to_be_left_only_in_the_tables_that_are_named(tmp_path: Path) -> None:
    path = tmp_path / "v1.known-failures.toml"
    path.write_text('[residue]\ntables = ["usage"]\nreason = "a"\nlink = "b"', encoding="utf-8")
    known = read_known_failures(path)
    assert known.leaves_in("usage")
    assert not known.leaves_in("agents")
    assert not read_known_failures(tmp_path / "none.toml").leaves_in("usage")


@pytest.mark.parametrize(
    ("step", "exit_code", "verdict"),
    [
        ("it fails, and a backend has died", 1, "fail"),
        ("it fails because a backend has died", 1, "fail"),
        ("it fails, and a backend hangs", 0, "known"),
    ],
)
def test_a_backend_that_dies_is_no_known_failure(
    behave: RunBehave, tmp_path: Path, step: str, exit_code: int, verdict: str
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    outcome = behave(known=f"Feature: F\n @X-001\n Scenario: s\n  Given {step}")
    scenario = outcome.scenarios["s"]
    assert (outcome.exit_code, scenario["verdict"]) == (exit_code, verdict)
    assert scenario["error"].count("replier ") == 1


@pytest.mark.parametrize(("sub_step", "exit_code"), [("fails", 0), ("errs", 1), ("is not defined", 1)])
def test_steps_of_a_step_that_are_wrong_themselves_are_no_known_failure(
    behave: RunBehave, tmp_path: Path, sub_step: str, exit_code: int
) -> None:
    (tmp_path / "known.toml").write_text(KNOWN, encoding="utf-8")
    text = f'Given it runs the steps\n   """\n   Given it {sub_step}\n   """\n'
    outcome = behave(known=f"Feature: F\n @X-001\n Scenario: s\n  {text}")
    assert outcome.exit_code == exit_code
    assert outcome.scenarios["s"]["blame"] == ("suite" if exit_code else None)
