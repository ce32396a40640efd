"""What goes wrong with a run as a whole makes it red; what is excluded leaves no trace."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.reporting import read_results
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
ALL_GREEN = "Feature: F\n Scenario: a\n  Given it passes\n Scenario: b\n  Given it passes\n"
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
    error = "No scenario ran: 0 were selected; correct the tags or names."
    assert error in outcome.results["errors"]
    assert " ".join(outcome.output.split()).count(error) == 1


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


@pytest.mark.parametrize(
    "where", ["it is interrupted", "it is interrupted, and what is broken off fails", "its clean-up is interrupted"]
)
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


GOOD = "Feature: F\n Scenario: s\n  Given it passes\n"
OUTLINE = f"{GOOD} Scenario Outline: outline\n  Given it <way>\n"


@pytest.mark.parametrize(
    ("feature", "place", "sentence"),
    [
        ("", "", "The file holds no feature; write one, or delete it."),
        ("# language: zh-CN\n", "", "The file holds no feature; write one, or delete it."),
        ("Feature: F\n", ":1", "The feature has no scenarios; write some, or delete it."),
        (f"{GOOD} Rule: R\n", ":4", "The rule has no scenarios; write some, or delete it."),
        (OUTLINE, ":4", "The outline has no examples; write some, or delete it."),
        (f"{OUTLINE}  Examples:\n", ":6", "The examples have no rows; write some, or delete them."),
        (
            f"{OUTLINE}  Examples: one\n   | way |\n   | passes |\n\n  Examples: two\n   | way |\n",
            ":10",
            "The examples have no rows; write some, or delete them.",
        ),
    ],
)
def test_what_is_empty_is_red(behave: RunBehave, feature: str, place: str, sentence: str) -> None:
    outcome = behave(empty=feature, good=GOOD)
    assert outcome.exit_code == 1
    assert outcome.results["errors"] == outcome.global_errors == [f"features/empty.feature{place}: {sentence}"]


@pytest.mark.parametrize("arguments", [("features/good.feature",), ("features", "--tags=@chosen")])
def test_what_is_empty_and_not_asked_for_is_no_error(behave: RunBehave, arguments: tuple[str, ...]) -> None:
    empty = "@other\nFeature: F\n Rule: R\n  @another\n  Scenario Outline: outline\n   Given it <way>\n   Examples:\n"
    outcome = behave(*arguments, empty=empty, good=GOOD.replace(" Scenario", " @chosen\n Scenario"))
    assert (outcome.exit_code, outcome.results["errors"]) == (0, [])


def test_a_thread_that_raises_outside_of_scenarios_makes_the_run_red(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "thread", green=GREEN)
    assert outcome.exit_code == 1
    (error,) = outcome.results["errors"]
    assert error.startswith("The thread reader raised ValueError: ")


def test_a_thread_that_raises_while_the_report_is_written_makes_the_run_red(behave: RunBehave) -> None:
    outcome = behave("--tags=@chosen", "-D", "thread_at_end", green=GREEN)
    assert outcome.exit_code == 1
    assert [error.partition(",")[0] for error in outcome.global_errors] == [
        "The thread reader raised ValueError: invalid literal for int() with base 10: 'no number'"
    ]


def test_a_thread_that_outlives_the_reports_and_raises_ends_the_run_red(behave: RunBehave) -> None:
    outcome = behave(late="Feature: F\n Scenario: s\n  Given a thread of it outlives the run and raises")
    assert (outcome.exit_code, outcome.results["success"]) == (1, True)
    assert "The thread reader raised ValueError: " in outcome.output


@pytest.mark.parametrize(
    ("part", "line", "meant"),
    [
        ("Feature: F", "Scenaro: lost", "Scenario"),
        ("Feature: F", "Scenario lost", "Scenario"),
        ("Feature: F", "Scenario : lost", "Scenario"),
        ("Feature: F", "SCENARIO: lost", "Scenario"),
        ("Feature: F", "Scenario：lost", "Scenario"),
        ("Feature: F", "Backgroud:", "Background"),
        ("Feature: F", "BACKGROUND:", "Background"),
        ("# language: zh-CN\n功能: F", "场景：lost", "场景"),
        ("# language: zh-CN\n功能: F", "Scenario: lost", "Scenario"),
        ("Feature: F\n Rule: R", "scenario outline: lost", "Scenario Outline"),
    ],
)
def test_what_follows_a_misspelt_keyword_is_missed(behave: RunBehave, part: str, line: str, meant: str) -> None:
    good = "场景: s\n  假如it passes" if "zh-CN" in part else "Scenario: s\n  Given it passes"
    outcome = behave(lost=f"{part}\n {line}\n  Given nobody defined this\n {good}")
    assert outcome.exit_code == 1
    place = f"features/lost.feature:{2 if chr(10) in part else 1}"
    assert outcome.results["errors"] == [f"{place}: The line {line!r} is taken for a description; write {meant}:."]


STEP_LOST = "is taken for a description, though such a step is defined; correct its keyword, or that of its scenario."


def test_the_steps_of_a_scenario_whose_keyword_is_unlike_any_are_missed(behave: RunBehave) -> None:
    lost = "Feature: F\n Test case: lost\n  Given it fails\n Scenario: s\n  Given it passes"
    outcome = behave(lost=lost)
    assert outcome.exit_code == 1
    assert outcome.results["errors"] == [f"features/lost.feature:1: The line 'Given it fails' {STEP_LOST}"]


@pytest.mark.parametrize(
    ("language", "scenario", "line", "good"),
    [
        ("en", "Scenario", "Givn it fails", "Given it passes"),
        ("en", "Scenario", "Given: it fails", "Given it passes"),
        ("en", "Scenario", "*it fails", "Given it passes"),
        ("en", "Background", "Givn it fails", "Given it passes"),
        ("zh-CN", "场景", "假入it fails", "假如it passes"),
        ("fr", "Scénario", "Étant donne que it fails", "Étant donné que it passes"),
    ],
)
@pytest.mark.parametrize("between", ["# a comment", ""])
def test_a_misspelt_step_is_missed_wherever_the_next_one_stands(
    behave: RunBehave, language: str, scenario: str, line: str, good: str, between: str
) -> None:
    feature = {"en": "Feature", "zh-CN": "功能", "fr": "Fonctionnalité"}[language]
    text = f"# language: {language}\n{feature}: F\n {scenario}: s\n  {line}\n  {between}\n  {good}\n"
    outcome = behave(lost=text + ("\n Scenario: after\n  Given it passes" if scenario == "Background" else ""))
    assert outcome.exit_code == 1
    (result,) = outcome.results["scenarios"]
    assert (result["verdict"], result["error"]) == ("fail", f"The line {line!r} {STEP_LOST}")


@pytest.mark.parametrize(("step", "exit_code"), [("Given it passes", 0), ("Givn it fails\n\n  Given it passes", 1)])
@pytest.mark.parametrize("background", ["", "Background:\n   Given it passes"])
def test_the_background_of_a_feature_counts_in_its_rules(
    behave: RunBehave, step: str, exit_code: int, background: str
) -> None:
    rule = f"Rule: R\n  {background}\n  Scenario: s\n   Given it passes"
    outcome = behave(rule=f"Feature: F\n Background:\n  {step}\n\n {rule}")
    assert outcome.exit_code == exit_code
    assert all("'Givn it fails' is taken for a description" in error for error in outcome.results["errors"])


def test_a_comment_does_not_set_a_description_apart_from_the_steps(behave: RunBehave) -> None:
    outcome = behave(lost="Feature: F\n Scenario: s\n  Givn nobody defined this\n  # a comment\n  Given it passes")
    assert outcome.exit_code == 1
    assert "The line 'Givn nobody defined this' in the scenario is no step" in outcome.results["errors"][0]


def test_a_description_may_hold_colons_and_the_words_of_keywords(behave: RunBehave) -> None:
    prose = """
 Given enough time, any example: even this one, and
 scenario by scenario: none is lost.
 An example of it: none. For example: this.
 Then all is well. Rules are these:
"""
    outcome = behave(told=f"Feature: F{prose}\n Scenario: s\n  Whoever reads it: nothing.\n\n  Given it passes")
    assert (outcome.exit_code, outcome.results["errors"]) == (0, [])


HALF = "Feature: 你\n Scenario: half\n  Given it fails on half a character\n Scenario: whole\n  Given it passes"


def test_half_a_surrogate_pair_is_told_escaped_in_every_report(behave: RunBehave) -> None:
    outcome = behave("-f", "pretty", half=HALF)
    message = r"你 was expected, '\ud83d' came"
    assert [scenario["error"] for scenario in outcome.results["scenarios"]] == [message, None]
    assert outcome.allure_of("half")["statusDetails"]["message"] == message
    (reply,) = outcome.allure_of("half")["steps"][0]["attachments"]
    assert (outcome.folder / "allure-results" / reply["source"]).read_text(encoding="utf-8") == r"\ud83d"
    assert message in outcome.output


def test_what_a_terminal_cannot_show_is_escaped(behave: RunBehave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "iso8859-1")
    outcome = behave("-f", "pretty", half=HALF)
    assert r"\u4f60 was expected, '\ud83d' came" in outcome.output
    assert [scenario["verdict"] for scenario in outcome.results["scenarios"]] == ["fail", "pass"]


def test_a_step_cannot_end_the_process_green(behave: RunBehave) -> None:
    forks = " Scenario: forks\n  Given what it has forked exits at once"
    outcome = behave(exits=f"Feature: F\n Scenario: exits\n  Given it exits at once\n{forks}")
    assert (outcome.exit_code, outcome.scenarios["forks"]["verdict"]) == (1, "pass")
    error = "UnexpectedExit: os._exit(0) was called, which would end the run; raise an error instead."
    assert (outcome.scenarios["exits"]["verdict"], outcome.scenarios["exits"]["error"]) == ("fail", error)


def test_a_step_cannot_replace_the_process(behave: RunBehave) -> None:
    outcome = behave(exits="Feature: F\n Scenario: exits\n  Given it becomes another program")
    assert (outcome.exit_code, outcome.scenarios["exits"]["verdict"]) == (1, "fail")
    assert "was called, which would end the run; raise an error instead." in outcome.scenarios["exits"]["error"]


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
    assert outcome.results["errors"] == ["There is no features/nowhere.feature; did you mean features/green.feature?"]
    outcome = behave(broken="Feature: F\n Scenario: s\n  Given it passes\n  no step")
    assert outcome.exit_code == 1
    (error,) = outcome.results["errors"]
    assert error.startswith("The run could not begin: ParserError: ")
    assert '"no step"' in error


NEVER_CLOSED = 'the text that """ opens is never closed; close it with the same.'
NO_END = "the row has no | at its end, and its last letter would be lost; write one."
SECOND_TEXT = "the step has a second text, and the first would be lost; leave one."
SECOND_TABLE = "the step has a second table, and the first would be lost; leave one."
EMPTY_LINE = "a row follows an empty line, and would be one of the table above; delete that line."
ZH = "# language: zh-CN\n功能: F\n场景: s\n假如it passes\n"
DOC = '   """\n   a\n   """\n'
WAYS = "  Examples:\n   | way |\n   # a comment\n   | passes |\n"


@pytest.mark.parametrize(
    ("feature", "line", "what"),
    [
        (f'{GOOD}  """\n  text\n  Then it fails\n', 4, NEVER_CLOSED),
        (f"{GOOD}  \"\"\"\n  text\n  '''\n  Then it fails\n", 4, NEVER_CLOSED),
        (f'{GOOD} """\n text\n \'\'\n\n Scenario: t\n  Given it fails\n', 4, NEVER_CLOSED),
        (f"{GOOD}   '''\n   text\n", 4, NEVER_CLOSED.replace('"', "'")),
        (f'{ZH}"""\n文字\n\n场景: 二\n假如it fails\n', 5, NEVER_CLOSED),
        (f"{GOOD}   | a |\n   | 500\n", 5, NO_END),
        (f"{GOOD}   | a |\n   | 500\\|\n", 5, NO_END),
        (f"{GOOD}   | a\n   | 500 |\n", 4, NO_END),
        (f"{OUTLINE}  Examples:\n   | way |\n   | passes\n", 8, NO_END),
        (f"{GOOD}{DOC}{DOC}", 7, SECOND_TEXT),
        (f"{GOOD}   | a |\n   | 1 |\n\n   | a |\n   | 2 |\n", 7, EMPTY_LINE),
        (f"{OUTLINE}{WAYS}\n   | way |\n", 11, EMPTY_LINE),
        (f"{OUTLINE}{WAYS}\n   # a comment\n   | way |\n", 12, EMPTY_LINE),
        (f"{GOOD}   | a |\n   | 1 |\n{DOC}   | a |\n   | 2 |\n", 9, SECOND_TABLE),
    ],
)
def test_what_would_be_read_otherwise_than_it_is_written_is_red(
    behave: RunBehave, feature: str, line: int, what: str
) -> None:
    outcome = behave(lost=feature)
    assert outcome.exit_code == 1
    sentence = f'Failed to parse "{outcome.folder}/features/lost.feature": line {line}: {what}'
    assert sentence in outcome.results["errors"][0]
    assert sentence in outcome.output
    assert behave("--dry-run").exit_code == 1


def test_a_step_may_have_a_text_and_a_table_with_pipes_and_comments(behave: RunBehave) -> None:
    table = "   | a\\|b | c |\n   # a comment\n   | \\| |  |\n"
    outcome = behave(told=f"{GOOD}{DOC}{table}  And it passes\n{DOC}{table}{OUTLINE.removeprefix(GOOD)}{WAYS}")
    assert (outcome.exit_code, outcome.results["verdicts"]["pass"]) == (0, 2)


@pytest.mark.parametrize(("row", "exit_code"), [("   | 1 |", 0), ("   | 1", 1), ("\n   | 1 |", 1), ("   '''\n   1", 1)])
def test_the_steps_that_a_step_runs_are_read_as_strictly(behave: RunBehave, row: str, exit_code: int) -> None:
    steps = f"  Given it passes\n   | a |\n   | 0 |\n{row}\n"
    outcome = behave(nested=f'Feature: F\n Scenario: s\n  Given it runs the steps\n  """\n{steps}  """\n')
    assert outcome.exit_code == exit_code
    assert ("ParserError" in (outcome.scenarios["s"]["error"] or "")) == bool(exit_code)


def test_an_environment_cannot_end_the_run_green(behave: RunBehave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXIT_WHILE_LOADING", "")
    outcome = behave(green=GREEN)
    assert outcome.exit_code == 1
    assert "environment.py was not loaded to its end, and nothing ran; let it raise an error" in outcome.output


def test_a_clean_up_added_twice_runs_once(behave: RunBehave) -> None:
    outcome = behave(twice="Feature: Twice\n Scenario: twice\n  Given it counts its clean-ups")
    assert (outcome.exit_code, outcome.output.count("cleaned up")) == (0, 1)


def test_a_clean_up_that_would_never_run_is_red(behave: RunBehave) -> None:
    outcome = behave(lost="Feature: F\n Scenario: s\n  Given its clean-up adds another")
    assert (outcome.exit_code, outcome.scenarios["s"]["verdict"]) == (1, "fail")
    assert "added another, which would never be called; call it there instead." in outcome.scenarios["s"]["error"]
    outcome = behave(lost="Feature: F\n Scenario: s\n  Given its clean-up adds another to the feature")
    assert (outcome.exit_code, outcome.output.count("cleaned up")) == (0, 1)


def test_a_broken_clean_up_cannot_be_overlooked(behave: RunBehave) -> None:
    outcome = behave(lost="Feature: F\n Scenario: s\n  Given its broken clean-up is to be overlooked")
    assert (outcome.exit_code, outcome.scenarios["s"]["status"]) == (1, "cleanup_error")


LAZY = "is a generator or async, so nothing of it would run; make it a plain function."


@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_step_that_would_not_run_is_refused(behave: RunBehave, tmp_path: Path, keyword: str) -> None:
    steps = tmp_path / "features" / "steps"
    steps.mkdir(parents=True)
    text = (
        f"from behave import given\n\n@given('it yields')\n{keyword} it_yields(context):\n    yield\n    assert False\n"
    )
    (steps / "lazy.py").write_text(text, encoding="utf-8")
    outcome = behave(green=GREEN)
    assert outcome.exit_code == 1
    assert outcome.results["errors"] == [f"The step function at features/steps/lazy.py:3 {LAZY}"]
    assert behave("--dry-run").exit_code == 1


@pytest.mark.parametrize("hook", ["before_scenario", "after_step", "after_all"])
def test_a_hook_that_would_not_run_is_refused(behave: RunBehave, monkeypatch: pytest.MonkeyPatch, hook: str) -> None:
    monkeypatch.setenv("LAZY_HOOK", hook)
    outcome = behave(green=GREEN)
    assert (outcome.exit_code, outcome.results["errors"]) == (1, [f"The hook {hook} {LAZY}"])
    assert "Traceback" not in outcome.output


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


EXIT = "UnexpectedExit: sys.exit(0) was called, which would end the run; raise an error instead."


@pytest.mark.parametrize(
    ("hook", "error"),
    [
        ("before_feature", f"HOOK-ERROR in before_feature: {EXIT}"),
        ("before_rule", f"HOOK-ERROR in before_rule: {EXIT}"),
        ("before_tag", f"HOOK-ERROR in before_tag(tag=exit_before_tag): {EXIT}"),
        ("before_scenario", f"HOOK-ERROR in before_scenario: {EXIT}"),
        ("before_step", f"A hook of this step raised {EXIT}"),
        ("after_step", f"A hook of this step raised {EXIT}"),
        ("after_scenario", f"HOOK-ERROR in after_scenario: {EXIT}"),
        ("after_tag", f"HOOK-ERROR in after_tag(tag=exit_after_tag): {EXIT}"),
        ("after_feature", f"HOOK-ERROR in after_feature: {EXIT}"),
    ],
)
def test_a_hook_that_exits_is_told_as_such_and_the_run_goes_on(behave: RunBehave, hook: str, error: str) -> None:
    tag = f"@exit_{hook}"
    of_feature, of_rule, of_scenario = (
        tag if hook.endswith(part) else "" for part in ("feature", "rule", ("tag", "scenario", "step"))
    )
    rule = f"{of_rule}\n Rule: R\n  {of_scenario}\n  Scenario: first\n   Given it passes"
    outcome = behave(exits=f"{of_feature}\nFeature: F\n {rule}", other=GOOD)
    assert outcome.exit_code == 1
    assert any(error in each for each in outcome.results["errors"])
    assert outcome.scenarios["s"]["verdict"] == "pass"


def test_a_dry_run_in_which_a_step_is_undefined_is_red(behave: RunBehave) -> None:
    assert behave("--dry-run", green=GREEN.replace("it passes", "nobody defined this")).exit_code == 1


def test_a_run_that_cannot_begin_leaves_no_green_results_of_an_earlier_one(behave: RunBehave) -> None:
    assert behave("--tags=@chosen", green=GREEN).allure
    outcome = behave("features/nowhere.feature")
    assert outcome.allure == []
    assert outcome.global_errors == outcome.results["errors"]
    assert outcome.global_errors[0].startswith("There is no features/nowhere.feature")


def test_an_output_that_cannot_be_written_is_one_sentence(behave: RunBehave) -> None:
    outcome = behave("-f", "json", "-o", "features", green=ALL_GREEN)
    sentence = "features cannot be written (Is a directory); give another -o."
    assert (outcome.exit_code, outcome.results["errors"], outcome.global_errors) == (1, [sentence], [sentence])
    assert f"ConfigError: {sentence}" in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe Feature: x", "cannot be read, for it is no UTF-8; save it as that."),
        (b"# language: xx\nFeature: x", "names the language xx, which Behave does not know;"),
    ],
)
def test_a_feature_that_behave_cannot_read_is_named(
    behave: RunBehave, tmp_path: Path, content: bytes, why: str
) -> None:
    behave("--dry-run", green=ALL_GREEN)
    (tmp_path / "features" / "odd.feature").write_bytes(content)
    outcome = behave()
    (error,) = outcome.results["errors"]
    assert (outcome.exit_code, error.startswith(f"features/odd.feature {why}")) == (1, True)
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(
    "paths",
    [
        ("features", "features/green.feature"),
        ("features/green.feature", "./features/../features/green.feature:2"),
        ("features/green.feature:3", "features/green.feature", "features"),
    ],
)
def test_a_feature_that_is_named_twice_runs_once(behave: RunBehave, paths: tuple[str, ...]) -> None:
    outcome = behave(*paths, green=ALL_GREEN)
    assert (outcome.exit_code, outcome.results["errors"]) == (0, [])
    assert outcome.results["verdicts"]["pass"] == len(outcome.allure) == ALL_GREEN.count("Scenario:")


def test_lines_of_a_feature_may_be_asked_for_by_several_names(behave: RunBehave) -> None:
    lines = [number for number, line in enumerate(ALL_GREEN.splitlines(), 1) if "Scenario:" in line]
    paths = [f"features/green.feature:{lines[0]}", "features", f"./features/green.feature:{lines[1]}"]
    assert behave(paths[0], paths[2], green=ALL_GREEN).results["verdicts"]["pass"] == 2
    assert behave(paths[0], paths[0], green=ALL_GREEN).results["verdicts"]["pass"] == 1


@pytest.mark.parametrize(
    ("path", "listed", "sentence"),
    [
        ("features/steps", None, "features/steps holds no feature; did you mean features?"),
        ("features/greens.py", None, "features/greens.py is no feature; did you mean features/green.feature?"),
        (
            "@list.txt",
            "features/gren.feature:3",
            "There is no features/gren.feature; did you mean features/green.feature?",
        ),
        ("@list.txt", "", "list.txt holds no scenario; let it list some, such as features/NAME.feature:LINE."),
        ("@list.txt", None, "list.txt cannot be read (no such file); give a file that lists scenarios, "),
    ],
)
def test_a_path_that_leads_to_no_feature_is_named(
    behave: RunBehave, tmp_path: Path, path: str, listed: str | None, sentence: str
) -> None:
    behave("--dry-run", green=ALL_GREEN)
    (tmp_path / "features" / "greens.py").touch()
    if listed is not None:
        (tmp_path / "list.txt").write_text(listed, encoding="utf-8")
    # What comes first leads Behave to its hooks.
    outcome = behave("features/green.feature", path)
    (error,) = outcome.results["errors"]
    assert (outcome.exit_code, error.startswith(sentence)) == (1, True), error
    assert f"ConfigError: {sentence}" in outcome.output


def test_what_a_list_names_is_run(behave: RunBehave, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# failed\nfeatures/*.feature\n", encoding="utf-8")
    assert behave("@list.txt", green=ALL_GREEN).exit_code == 0


def test_a_folder_in_the_place_of_the_latest_run_is_told_by_exit_code_and_report(
    behave: RunBehave, tmp_path: Path
) -> None:
    (tmp_path / "reports" / "latest").mkdir(parents=True)
    outcome = behave(green=ALL_GREEN)
    (report,) = (tmp_path / "reports").glob("run-*/results.json")
    results = read_results(report)
    assert (outcome.exit_code, results.success) == (1, False)
    assert results.errors == outcome.global_errors
    assert "reports/latest cannot be written (Is a directory)" in results.errors[0]


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_a_closed_console_does_not_make_a_green_run_red(behave: RunBehave, tmp_path: Path, closed: str) -> None:
    behave("--dry-run", green=ALL_GREEN)
    command = f"exec {sys.executable} -m behave {closed}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (0, False)
