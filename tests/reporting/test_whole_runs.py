"""What goes wrong with a run as a whole makes it red; what is excluded leaves no trace."""

from pathlib import Path

import pytest

from tests.reporting.conftest import RunBehave

# The first scenario is left out of every run below; Behave takes scenarios of one name for equal.
GREEN = """
Feature: Green

  Scenario: chosen
    Given it fails
    And it errs

  @chosen
  Scenario: chosen
    Given it passes

  @chosen @skip
  Scenario: skipped
    Given it passes
"""
NEVER_BEGUN = "The run ended before this scenario."


def test_a_green_run_is_green_everywhere(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", green=GREEN)
    assert (outcome.exit_code, outcome.results["success"], outcome.results["errors"]) == (0, True, [])


def test_excluded_scenarios_are_no_part_of_the_run(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", green=GREEN)
    assert list(outcome.scenarios) == ["chosen", "skipped"]
    assert [result["name"] for result in outcome.allure] == ["chosen", "skipped"]
    assert [step["name"] for step in outcome.allure_of("chosen")["steps"]] == ["Given it passes"]


def test_a_feature_named_by_its_line_runs_that_scenario_only(behave: RunBehave) -> None:
    outcome = behave("features/green.feature:9", green=GREEN)
    assert [result["name"] for result in outcome.allure] == ["chosen"]


@pytest.mark.parametrize("arguments", [("--tags=@nowhere",), ("--name=nowhere",)])
def test_a_run_without_any_scenario_is_red(behave: RunBehave, arguments: tuple[str]) -> None:
    outcome = behave(*arguments, green=GREEN)
    assert outcome.exit_code == 1
    assert outcome.results["errors"] == outcome.global_errors
    assert "No scenario ran: 0 were selected; correct the tags or names." in outcome.results["errors"]


def test_a_run_that_only_skips_is_red_and_says_why(behave: RunBehave) -> None:
    outcome = behave("--tags=@skip", green=GREEN)
    assert outcome.exit_code == 1
    assert outcome.results["errors"] == ["No scenario ran: 1 were selected: This deployment has no groups."]


@pytest.mark.parametrize("hook", ["after_all", "testrun_cleanup"])
def test_what_a_hook_of_the_run_raises_is_told(behave: RunBehave, hook: str) -> None:
    outcome = behave("--tags=@chosen", "-D", hook, green=GREEN)
    assert outcome.exit_code == 1
    assert not outcome.results["success"]
    assert any(f"{hook} is broken" in error for error in outcome.results["errors"])
    assert sorted(outcome.results["errors"]) == sorted(outcome.global_errors)


def test_a_refused_start_is_told_in_its_own_words_with_exit_code_2(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "refused", green=GREEN)
    assert outcome.exit_code == 2
    assert "HOOK-ERROR" not in outcome.output
    assert "ABORTED" not in outcome.output
    assert outcome.results["errors"] == outcome.global_errors == ["Port 8000 is taken by pid 1; stop it."]
    assert [result["status"] for result in outcome.allure] == ["skipped", "skipped"]


def test_a_start_that_breaks_in_an_unforeseen_way_is_refused_in_one_sentence_too(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "before_all", "-D", "after_all", green=GREEN)
    assert outcome.exit_code == 2
    assert "HOOK-ERROR" not in outcome.output
    assert "ABORTED" not in outcome.output
    assert "Traceback" not in outcome.output
    (error,) = outcome.results["errors"]
    assert error.startswith("The run could not begin: ValueError: before_all is broken; ")
    assert outcome.global_errors == [error]
    assert "Traceback" in behave("--verbose", "-D", "before_all").output


def test_scenarios_of_a_run_that_could_not_begin_are_not_run(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "before_all", green=GREEN)
    assert outcome.results["verdicts"] == {"pass": 0, "fail": 0, "known": 0, "inconclusive": 0, "not run": 2}
    assert [result["status"] for result in outcome.allure] == ["skipped", "skipped"]


def test_a_report_that_cannot_be_finished_makes_the_run_red(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "at_end", green=GREEN)
    assert outcome.exit_code == 1
    assert outcome.global_errors == ["The report could not be finished: ValueError: at_end is broken"]


@pytest.mark.parametrize("where", ["it is interrupted", "its clean-up is interrupted"])
def test_an_interrupted_run_is_red_and_reported(behave: RunBehave, where: str) -> None:
    interrupted = f"Feature: Interrupted\n Scenario: first\n  Given {where}\n Scenario: second\n  Given it passes"
    outcome = behave(interrupted=interrupted)
    assert outcome.exit_code == 1
    assert [scenario["verdict"] for scenario in outcome.results["scenarios"]] == ["fail", "not run"]
    assert [result["status"] for result in outcome.allure] == ["broken", "skipped"]
    assert "The run was stopped before its end." in outcome.results["errors"]


def test_after_stop_the_rest_is_not_run(behave: RunBehave) -> None:
    outcome = behave(
        "--stop", two="Feature: Two\n Scenario: first\n  Given it fails\n Scenario: second\n  Given it passes"
    )
    assert outcome.exit_code == 1
    assert outcome.scenarios["second"]["verdict"] == "not run"
    assert outcome.allure_of("second")["statusDetails"]["message"] == NEVER_BEGUN


def test_an_outline_without_examples_is_red(behave: RunBehave) -> None:
    outcome = behave(outline="Feature: F\n Scenario: s\n  Given it passes\n Scenario Outline: empty\n  Given it <way>")
    assert outcome.exit_code == 1
    assert "features/outline.feature:4: The outline has no examples" in outcome.results["errors"][0]


@pytest.mark.parametrize(
    ("feature", "line", "place", "meant"),
    [
        (
            "Feature: F\n Scenaro: lost\n  Given it fails\n Scenario: s\n  Given it passes",
            "Scenaro: lost",
            1,
            "Scenario",
        ),
        ("Feature: F\n Backgroud:\n  Given it fails\n Scenario: s\n  Given it passes", "Backgroud:", 1, "Background"),
        (
            "Feature: F\n Rule: R\n  scenario outline: lost\n  Given it fails\n  Scenario: s\n   Given it passes",
            "scenario outline: lost",
            2,
            "Scenario Outline",
        ),
    ],
)
def test_what_follows_a_misspelt_keyword_is_missed(
    behave: RunBehave, feature: str, line: str, place: int, meant: str
) -> None:
    outcome = behave(lost=feature)
    assert outcome.exit_code == 1
    expected = f"features/lost.feature:{place}: The line {line!r} is taken for a description; write {meant}:."
    assert outcome.results["errors"] == [expected]


def test_a_description_may_hold_a_colon(behave: RunBehave) -> None:
    outcome = behave(told="Feature: F\n An example of it: none.\n Rules are these:\n Scenario: s\n  Given it passes")
    assert (outcome.exit_code, outcome.results["errors"]) == (0, [])


def test_step_definitions_cannot_end_the_run_green(behave: RunBehave, tmp_path: Path) -> None:
    steps = tmp_path / "features" / "steps"
    steps.mkdir(parents=True)
    (steps / "leave.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    outcome = behave(green=GREEN)
    assert outcome.exit_code == 1
    assert "sys.exit(0) was called, which would end the run; raise an error instead." in outcome.output
    assert "sys.exit(0) was called" in outcome.results["errors"][0]


def test_features_that_cannot_be_found_or_read_are_reported(behave: RunBehave) -> None:
    outcome = behave("features/nowhere.feature", green=GREEN)
    assert (outcome.exit_code, outcome.results["success"]) == (1, False)
    assert outcome.results["errors"] == ["The run could not begin: FileNotFoundError: features/nowhere.feature."]
    outcome = behave(broken="Feature: F\n Scenario: s\n  Given it passes\n  no step")
    assert outcome.exit_code == 1
    (error,) = outcome.results["errors"]
    assert error.startswith("The run could not begin: ParserError: ")
    assert '"no step"' in error


def test_a_clean_up_added_twice_runs_once(behave: RunBehave) -> None:
    outcome = behave(twice="Feature: Twice\n Scenario: twice\n  Given it counts its clean-ups")
    assert (outcome.exit_code, outcome.output.count("cleaned up")) == (0, 1)


def test_a_clean_up_gets_its_arguments(behave: RunBehave) -> None:
    outcome = behave(told="Feature: Told\n Scenario: told\n  Given its clean-up is told what to clean, and how")
    assert outcome.exit_code == 0
    assert "the scene is cleaned thoroughly" in outcome.output


def test_results_of_an_earlier_run_are_cleared_and_nothing_else(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", green=GREEN)
    (outcome.folder / "allure-results" / "notes.json").write_text("{}", encoding="utf-8")
    outcome = behave("--tags=@chosen", green=GREEN)
    assert len(outcome.allure) == 2
    assert outcome.files("notes.json")


def test_a_dry_run_writes_nothing(behave: RunBehave) -> None:
    outcome = behave("--dry-run", green=GREEN)
    assert outcome.exit_code == 0
    assert behave("--dry-run", "features/nowhere.feature").exit_code == 1
    assert sorted(path.name for path in outcome.folder.iterdir()) == ["features"]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("falsify=status", "features/green.feature:9: Allure says failed, Behave says pass."),
        ("falsify=delete", "features/green.feature:9: Allure has no result, Behave says pass."),
        ("falsify=invent", "features/nowhere.feature:1: Allure has a result, Behave did not run it."),
        ("falsify=twice", "Allure hides 1 results as retries"),
        ("forget", "Behave counts 1 scenarios, results.json 0."),
    ],
)
def test_reports_that_disagree_make_the_run_red(behave: RunBehave, how: str, sentence: str) -> None:
    outcome = behave("features/green.feature:9", "-D", how, green=GREEN)
    assert outcome.exit_code == 1
    assert sentence in outcome.output
    assert any(sentence in error for error in outcome.global_errors)


@pytest.mark.parametrize("way", ["fails", "is inconclusive"])
def test_a_run_that_ends_green_although_a_scenario_is_red_is_red(behave: RunBehave, way: str) -> None:
    outcome = behave("-D", "falsify=green", red=f"Feature: Red\n Scenario: red\n  Given it {way}")
    assert outcome.exit_code == 1
    assert outcome.global_errors == ["Behave ends the run green although a scenario is red."]


@pytest.mark.parametrize(
    ("hook", "first", "second"),
    [
        ("before_feature", "A hook was interrupted.", "A hook was interrupted."),
        ("before_tag", "A hook was interrupted.", "A hook was interrupted."),
        ("before_scenario", "Behave's status is hook_error; a hook was interrupted.", NEVER_BEGUN),
        ("before_step", "A hook of this step was interrupted.", NEVER_BEGUN),
        ("after_step", "A hook of this step was interrupted.", NEVER_BEGUN),
        ("after_scenario", "Behave's status is hook_error; a hook was interrupted.", NEVER_BEGUN),
        ("after_feature", None, None),
    ],
)
def test_a_hook_that_is_interrupted_ends_the_run_red(
    behave: RunBehave, hook: str, first: str | None, second: str | None
) -> None:
    of_feature, of_scenario = ("", f"@interrupt_{hook}")[:: 1 if hook.endswith(("scenario", "step")) else -1]
    two = "Scenario: first\n  Given it passes\n Scenario: second\n  Given it passes"
    outcome = behave(interrupted=f"{of_feature}\nFeature: Interrupted\n {of_scenario}\n {two}")
    assert outcome.exit_code == 1
    assert [scenario["error"] for scenario in outcome.results["scenarios"]] == [first, second]
    assert [result.get("statusDetails", {}).get("message") for result in outcome.allure] == [first, second]
    assert outcome.results["errors"][0] == "The run was stopped before its end."


def test_a_dry_run_in_which_a_step_is_undefined_is_red(behave: RunBehave) -> None:
    assert behave("--dry-run", green=GREEN.replace("it passes", "nobody defined this")).exit_code == 1
