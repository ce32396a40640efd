"""Each way in which a scenario can end is told alike by Behave, results.json and Allure."""

import pytest

from tests.reporting.conftest import Outcome

# scenario, Behave's status, verdict, Allure's status, part of the message
WAYS = [
    ("passes", "passed", "pass", "passed", None),
    ("fails", "failed", "fail", "failed", "3 replies were expected, 2 came"),
    ("errs", "error", "fail", "broken", "KeyError: 'no such key'"),
    ("is undefined", "error", "fail", "broken", "No step definition matches: Given nobody defined this"),
    ("is pending", "error", "fail", "broken", "to be written"),
    ("is pending and in progress", "error", "fail", "broken", "lets pass under @wip"),
    ("is inconclusive", "error", "inconclusive", "broken", "Inconclusive: The model did not answer."),
    ("is without infrastructure", "hook_error", "inconclusive", "broken", "The replier is gone."),
    ("is skipped", "skipped", "not run", "skipped", "This deployment has no groups."),
    ("exits", "error", "fail", "broken", "sys.exit(0) was called"),
    ("has a broken clean-up", "cleanup_error", "fail", "broken", "The clean-up int raised ValueError"),
    ("exits in its clean-up", "cleanup_error", "fail", "broken", "sys.exit(0) was called"),
    ("fails and has a broken clean-up", "cleanup_error", "fail", "failed", "The clean-up int raised ValueError"),
    ("before_scenario", "hook_error", "fail", "broken", "before_scenario is broken"),
    ("after_scenario", "hook_error", "fail", "broken", "after_scenario is broken"),
    ("before_step", "error", "fail", "broken", "before_step is broken"),
    ("after_step", "error", "fail", "broken", "after_step is broken"),
    ("before_tag", "hook_error", "fail", "broken", "before_tag is broken"),
    ("after_tag", "hook_error", "fail", "broken", "after_tag is broken"),
    ("is empty", "error", "fail", "broken", "has no steps"),
    ("has only a misspelt step", "error", "fail", "broken", "has no steps"),
    ("has a misspelt first step", "error", "fail", "broken", "The line 'Givn it fails' in the scenario is no step"),
    ("follows a misspelt background", "error", "fail", "broken", "The background has no steps"),
    ("attaches from another thread", "error", "fail", "broken", "attach_text was called in thread reader"),
    ("outline of fails -- @1.3", "failed", "fail", "failed", "3 replies were expected, 2 came"),
    ("is in a rule", "passed", "pass", "passed", None),
    ("is in a broken rule", "hook_error", "fail", "broken", "before_rule is broken"),
    ("never begins", "hook_error", "fail", "broken", "before_feature is broken"),
    ("never begins and is empty", "hook_error", "fail", "broken", "before_feature is broken"),
]


@pytest.mark.parametrize(("name", "status", "verdict", "allure_status", "message"), WAYS, ids=[way[0] for way in WAYS])
def test_a_scenario_ends_alike_in_all_reports(
    every_status: Outcome, name: str, status: str, verdict: str, allure_status: str, message: str | None
) -> None:
    scenario, result = every_status.scenarios[name], every_status.allure_of(name)
    assert (scenario["status"], scenario["verdict"]) == (status, verdict)
    assert result["status"] == allure_status
    if message is None:
        assert scenario["error"] is None
        assert "statusDetails" not in result
    else:
        assert message in scenario["error"]
        assert message in result["statusDetails"]["message"]


def test_the_run_is_red_and_the_reports_agree(every_status: Outcome) -> None:
    assert every_status.exit_code == 1
    assert not every_status.results["success"]
    assert " says " not in every_status.output
    assert len(every_status.allure) == len(every_status.results["scenarios"]) == 33


def test_the_verdicts_are_counted_as_behave_counts_them(every_status: Outcome) -> None:
    assert every_status.results["verdicts"] == {"pass": 6, "fail": 24, "known": 0, "inconclusive": 2, "not run": 1}
    assert "6 scenarios passed, 2 failed, 13 error, 8 hook_error, 3 cleanup_error, 1 skipped" in every_status.output


@pytest.mark.parametrize(
    ("name", "blame"),
    [
        ("passes", None),
        ("is skipped", None),
        ("fails", "deployment"),
        ("fails and has a broken clean-up", "deployment"),
        ("errs", "suite"),
        ("is undefined", "suite"),
        ("after_scenario", "suite"),
        ("is inconclusive", "model"),
        ("is without infrastructure", "infrastructure"),
    ],
)
def test_what_is_to_blame_is_told(every_status: Outcome, name: str, blame: str | None) -> None:
    assert every_status.scenarios[name]["blame"] == blame


def test_the_blame_is_counted_on_the_terminal(every_status: Outcome) -> None:
    assert "blame │ deployment 3, infrastructure 1, model 1, suite 21" in " ".join(every_status.output.split())


def test_an_error_outside_of_scenarios_is_told(every_status: Outcome) -> None:
    errors = [error for error in every_status.results["errors"] if "after_feature is broken" in error]
    assert len(errors) == 1
    assert errors[0].startswith("features/after_feature.feature: ")
    assert errors[0] in every_status.global_errors


def test_scenarios_of_one_name_in_two_files_stay_two(every_status: Outcome) -> None:
    same = [result for result in every_status.allure if result["name"] == "the same name"]
    assert len({result["testCaseId"] for result in same}) == len(same) == 2


def test_equal_rows_of_an_outline_stay_two_and_show_their_parameters(every_status: Outcome) -> None:
    rows = [result for result in every_status.allure if result["name"].startswith("outline of passes")]
    assert [row["parameters"] for row in rows] == [[{"name": "way", "value": "passes"}]] * 2
    assert len({row["testCaseId"] for row in rows}) == len({row["historyId"] for row in rows}) == 2


def test_the_id_and_the_severity_of_a_scenario_are_labels(every_status: Outcome) -> None:
    labels = {(label["name"], label["value"]) for label in every_status.allure_of("passes")["labels"]}
    assert {("tag", "REG-001"), ("severity", "critical"), ("feature", "Ways to end")} <= labels
    assert every_status.scenarios["passes"]["id"] == "REG-001"
    assert every_status.scenarios["fails"]["id"] is None


def test_a_description_is_no_step(every_status: Outcome) -> None:
    assert every_status.allure_of("passes")["description"] == "A description is set apart from the steps."


def test_steps_keep_their_status_tables_and_attachments(every_status: Outcome) -> None:
    passed, skipped = every_status.allure_of("fails")["steps"]
    assert (passed["status"], skipped["status"]) == ("failed", "skipped")
    (step,) = every_status.allure_of("passes")["steps"]
    assert [attachment["name"] for attachment in step["attachments"]] == [".table", "frames"]
    docstring, table = every_status.allure_of("is in a rule")["steps"]
    assert [each["attachments"][0]["name"] for each in (docstring, table)] == [".text", ".table"]


def test_what_after_scenario_attaches_stands_in_the_scenario(every_status: Outcome) -> None:
    (attachment,) = every_status.allure_of("fails")["attachments"]
    content = (every_status.folder / "allure-results" / attachment["source"]).read_text(encoding="utf-8")
    assert (attachment["name"], content) == ("transcript", "of fails")


def test_what_before_all_attaches_stands_in_the_run(every_status: Outcome) -> None:
    assert any("before all" in path.read_text(encoding="utf-8") for path in every_status.files("*-globals.json"))


def test_a_failure_shows_where_it_was_raised(every_status: Outcome) -> None:
    trace = every_status.allure_of("fails")["statusDetails"]["trace"]
    assert trace.count("File ") == 1
    assert "in it_fails" in trace
    assert "in _raise" in every_status.allure_of("after_scenario")["statusDetails"]["trace"]


def test_the_summary_stands_on_the_terminal(every_status: Outcome) -> None:
    assert "6 pass, 24 fail, 2 inconclusive, 1 not run" in every_status.output
    assert "3 tenants x 2 agents x 5 messages" in every_status.output


def test_the_environment_of_the_run_is_described(every_status: Outcome) -> None:
    described = (every_status.folder / "allure-results" / "environment.properties").read_text(encoding="utf-8")
    assert "deployment = embedded\n" in described
