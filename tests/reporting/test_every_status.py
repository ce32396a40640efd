"""Each way in which a scenario can end is told alike by Behave, results.json and Allure."""

import hashlib
import json

import pytest

from tests.reporting.conftest import Outcome

FAILURE = "3 replies were expected, 2 came"
EXIT = "UnexpectedExit: sys.exit(0) was called, which would end the run; raise an error instead."
CLEAN_UP = "The clean-up int raised ValueError: invalid literal for int() with base 10: 'no number'"
NO_STEPS = "has no steps; write some, or correct the keyword of the first."
PENDING = "The step 'it is pending' is pending, which Behave lets pass under @wip."
MISSPELT = (
    "The line 'Givn it fails' is taken for a description, though such a step is defined; correct its keyword, "
    "or that of its scenario."
)
THREAD = (
    "SuiteError: attach_text was called in thread reader, where it would attach to the wrong place; "
    "return the content to the step and attach it there."
)
IN_THREAD = (
    "The thread reader raised ValueError: invalid literal for int() with base 10: 'no number', which no step saw; "
    "catch it there and raise it in the step."
)
HOOK = "HOOK-ERROR in "
LEFT_OVER = "2 frames came that nobody expected"

# scenario, Behave's status, verdict, Allure's status, the message
WAYS = [
    ("passes", "passed", "pass", "passed", None),
    ("fails", "failed", "fail", "failed", FAILURE),
    ("errs", "error", "fail", "broken", "KeyError: 'no such key'"),
    ("is undefined", "error", "fail", "broken", "No step definition matches: Given nobody defined this"),
    ("is pending", "error", "fail", "broken", "StepNotImplementedError: to be written"),
    ("is pending and in progress", "error", "fail", "broken", PENDING),
    ("is inconclusive", "error", "inconclusive", "broken", "Inconclusive: The model did not answer."),
    ("leaves frames", "failed", "fail", "failed", LEFT_OVER),
    (
        "is inconclusive and leaves frames",
        "error",
        "inconclusive",
        "broken",
        f"Inconclusive: The model did not answer.\n{LEFT_OVER}",
    ),
    (
        "is without infrastructure",
        "hook_error",
        "inconclusive",
        "broken",
        f"{HOOK}before_scenario: InfrastructureError: The replier is gone.",
    ),
    ("is skipped", "skipped", "not run", "skipped", "This deployment has no groups."),
    ("exits", "error", "fail", "broken", EXIT),
    ("has a broken clean-up", "cleanup_error", "fail", "broken", CLEAN_UP),
    ("exits in its clean-up", "cleanup_error", "fail", "broken", f"The clean-up exit raised {EXIT}"),
    ("fails and has a broken clean-up", "cleanup_error", "fail", "failed", f"{FAILURE}\n{CLEAN_UP}"),
    (
        "before_scenario",
        "hook_error",
        "fail",
        "broken",
        f"{HOOK}before_scenario: ValueError: before_scenario is broken",
    ),
    ("after_scenario", "hook_error", "fail", "broken", f"{HOOK}after_scenario: ValueError: after_scenario is broken"),
    ("before_step", "error", "fail", "broken", "A hook of this step raised ValueError: before_step is broken"),
    ("after_step", "error", "fail", "broken", "A hook of this step raised ValueError: after_step is broken"),
    (
        "before_tag",
        "hook_error",
        "fail",
        "broken",
        f"{HOOK}before_tag(tag=before_tag): ValueError: before_tag is broken",
    ),
    ("after_tag", "hook_error", "fail", "broken", f"{HOOK}after_tag(tag=after_tag): ValueError: after_tag is broken"),
    ("is empty", "error", "fail", "broken", f"The scenario {NO_STEPS}"),
    ("has only a misspelt step", "error", "fail", "broken", f"The scenario {NO_STEPS}"),
    ("has a misspelt first step", "error", "fail", "broken", MISSPELT),
    ("follows a misspelt background", "error", "fail", "broken", f"The background {NO_STEPS}"),
    ("attaches from another thread", "error", "fail", "broken", THREAD),
    ("has a thread that raises", "error", "fail", "broken", IN_THREAD),
    ("fails and has a thread that raises", "failed", "fail", "failed", f"{FAILURE}\n{IN_THREAD}"),
    ("has a thread that ends itself", "passed", "pass", "passed", None),
    ("outline of fails -- @1.3", "failed", "fail", "failed", FAILURE),
    ("is in a rule", "passed", "pass", "passed", None),
    ("is in a broken rule", "hook_error", "fail", "broken", f"{HOOK}before_rule: ValueError: before_rule is broken"),
    ("never begins", "hook_error", "fail", "broken", f"{HOOK}before_feature: ValueError: before_feature is broken"),
    (
        "never begins and is empty",
        "hook_error",
        "fail",
        "broken",
        f"{HOOK}before_feature: ValueError: before_feature is broken",
    ),
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
        assert scenario["error"] == message
        assert result["statusDetails"]["message"] == message


def test_the_run_is_red_and_the_reports_agree(every_status: Outcome) -> None:
    assert every_status.exit_code == 1
    assert not every_status.results["success"]
    assert " says " not in every_status.output
    assert len(every_status.allure) == len(every_status.results["scenarios"]) == 38


def test_the_verdicts_are_counted_as_behave_counts_them(every_status: Outcome) -> None:
    assert every_status.results["verdicts"] == {"pass": 7, "fail": 27, "known": 0, "inconclusive": 3, "not run": 1}
    assert "7 scenarios passed, 4 failed, 15 error, 8 hook_error, 3 cleanup_error, 1 skipped" in every_status.output


@pytest.mark.parametrize(
    ("name", "blame"),
    [
        ("passes", None),
        ("is skipped", None),
        ("fails", "deployment"),
        ("leaves frames", "deployment"),
        ("fails and has a broken clean-up", "deployment"),
        ("errs", "suite"),
        ("is undefined", "suite"),
        ("has a thread that raises", "suite"),
        ("after_scenario", "suite"),
        ("is inconclusive", "model"),
        ("is inconclusive and leaves frames", "model"),
        ("is without infrastructure", "infrastructure"),
    ],
)
def test_what_is_to_blame_is_told(every_status: Outcome, name: str, blame: str | None) -> None:
    assert every_status.scenarios[name]["blame"] == blame


def test_the_blame_is_counted_on_the_terminal(every_status: Outcome) -> None:
    assert "blame │ deployment 5, infrastructure 1, model 2, suite 22" in " ".join(every_status.output.split())


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
    items = [json.loads(path.read_text(encoding="utf-8")) for path in every_status.files("*-globals.json")]
    (attachment,) = [each for item in items for each in item.get("attachments", [])]
    content = (every_status.folder / "allure-results" / attachment["source"]).read_text(encoding="utf-8")
    assert (attachment["name"], attachment["type"], content) == ("before all", "text/plain", "attached to the run")


def test_what_allure_is_told_of_a_scenario_is_whole(every_status: Outcome) -> None:
    result = every_status.allure_of("outline of fails -- @1.3")
    assert [(label["name"], label["value"]) for label in result["labels"]] == [
        ("severity", "critical"),
        ("tag", "OUT-001"),
        ("feature", "Ways to end"),
        ("framework", "behave"),
        ("language", "cpython3"),
    ]
    assert result["titlePath"] == ["features", "Ways to end"]
    assert result["fullName"] == "features/ways.feature:119"
    assert result["parameters"] == [{"name": "way", "value": "fails"}]
    assert result["statusDetails"]["known"] is False
    assert result["start"] <= result["steps"][0]["start"] <= result["steps"][0]["stop"] <= result["stop"]
    assert result["steps"][0]["statusDetails"]["message"] == FAILURE
    assert "in it_fails" in result["steps"][0]["statusDetails"]["trace"]
    tags = [label["value"] for label in every_status.allure_of("is in a rule")["labels"] if label["name"] == "tag"]
    assert tags == []


def md5(*texts: str) -> str:
    return hashlib.md5("".join(texts).encode(), usedforsecurity=False).hexdigest()


def test_what_allure_knows_a_scenario_by_is_the_same_in_every_run(every_status: Outcome) -> None:
    by_id, by_name = every_status.allure_of("passes"), every_status.allure_of("errs")
    outline = every_status.allure_of("outline of fails -- @1.3")
    assert by_id["testCaseId"] == by_id["historyId"] == md5("features/ways.feature REG-001")
    assert by_name["testCaseId"] == by_name["historyId"] == md5("features/ways.feature errs")
    assert outline["testCaseId"] == md5("features/ways.feature OUT-001")
    assert outline["historyId"] == md5("features/ways.feature OUT-001", "way=fails")


def test_attachments_are_of_their_kind(every_status: Outcome) -> None:
    result = every_status.allure_of("passes")
    kinds = [(each["name"], each["type"]) for each in (*result["steps"][0]["attachments"], *result["attachments"])]
    assert kinds == [(".table", "text/csv"), ("frames", "application/json"), ("transcript", "text/plain")]


def test_a_failure_shows_where_it_was_raised(every_status: Outcome) -> None:
    trace = every_status.allure_of("fails")["statusDetails"]["trace"]
    assert trace.count("File ") == 1
    assert "in it_fails" in trace
    assert "in _raise" in every_status.allure_of("after_scenario")["statusDetails"]["trace"]


def test_the_summary_stands_on_the_terminal(every_status: Outcome) -> None:
    assert "7 pass, 27 fail, 3 inconclusive, 1 not run" in every_status.output
    assert "3 tenants x 2 agents x 5 messages" in every_status.output


def test_the_environment_of_the_run_is_described(every_status: Outcome) -> None:
    folder = every_status.folder / "allure-results"
    assert (folder / "environment.properties").read_text(encoding="utf-8").splitlines() == [
        "user_count = 3",
        "agents_per_user = 2",
        "cleanup_after = True",
        "messages_per_conversation = 5",
        "deployment = embedded",
    ]
    assert json.loads((folder / "executor.json").read_text(encoding="utf-8")) == {
        "name": "Behave",
        "type": "behave",
        "buildName": every_status.results["test_id"],
    }
