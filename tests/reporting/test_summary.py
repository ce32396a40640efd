"""What is told at the end of a run: what did not hold, what was asked, what was done, how it ended."""

from pathlib import Path

import pytest

from support.masking import remember_secret
from support.reporting import Parameters, Results, ScenarioResult, print_summary
from support.reporting.summary import IS_SHARE

TABLE = """
Not run: features/x.feature:1 name: It needs Linux.
[red]not markup[/red]
features/x.feature:1 name: 3 replies were missing
features/x.feature:1 name: The model hangs.
                       Run run-1 passed
┌───────────────┬────────────────────────────────────────────┐
│ deployment    │ embedded                                   │
│ asked for     │ 3 tenants x 2 agents x 5..10 messages      │
│ created       │ 3 tenants, 6 agents                        │
│ connections   │ 5 of 6                                     │
│ conversations │ 4 of 6 successful                          │
│ messages      │ 30 sent, 29 received                       │
│ response time │ average 20 ms, p50 20 ms, p95 29 ms, p99   │
│               │ 30 ms                                      │
│ purged        │ 1 tenants, 2 agents, 3 sessions, 4         │
│               │ messages, 5 chat streams; residue: 1       │
│ scenarios     │ 1 pass, 1 fail, 1 inconclusive, 1 not run  │
│ blame         │ deployment 1, model 1                      │
│ duration      │ 5.7 s                                      │
└───────────────┴────────────────────────────────────────────┘
Results: reports/run-1/results.json
"""


def scenario(verdict: str, blame: str | None = None, error: str | None = None, line: int = 1) -> ScenarioResult:
    return ScenarioResult.model_validate(
        {
            "id": None,
            "name": "name",
            "feature": "feature",
            "file": "features/x.feature",
            "line": line,
            "status": "passed",
            "verdict": verdict,
            "blame": blame,
            "error": error,
            "seconds": 0,
        }
    )


@pytest.fixture
def results() -> Results:
    parameters = Parameters(
        user_count=3, agents_per_user=2, cleanup_after=True, messages_per_conversation="5..10", deployment="embedded"
    )
    return Results(test_id="run-1", parameters=parameters)


def shown(results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", "62")
    print_summary(results, Path("reports/run-1/results.json"))
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_the_summary_tells_the_whole_run(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results.user_creation.users_created, results.user_creation.agents_created = 3, 6
    talked, cleaned = results.websocket_tests, results.cleanup
    talked.total_scenarios, talked.successful_connections, talked.successful_conversations = 6, 5, 4
    talked.total_messages_sent, talked.total_messages_received = 30, 29
    talked.response_times = [0.01, 0.02, 0.03]
    cleaned.users_cleaned, cleaned.agents_cleaned, cleaned.sessions_cleaned = 1, 2, 3
    cleaned.messages_cleaned, cleaned.chat_streams_cleaned, cleaned.residue = 4, 5, ["a row"]
    scenarios = [
        scenario("fail", "deployment", "3 replies were missing"),
        scenario("inconclusive", "model", "The model hangs."),
        scenario("not run", error="It needs Linux."),
        scenario("pass"),
    ]
    results.conclude(failed=False, errors=["[red]not markup[/red]"], scenarios=scenarios)
    results.duration_seconds = 5.68

    assert shown(results, monkeypatch, capsys) == TABLE.strip("\n").splitlines()


def test_what_did_not_happen_is_told_as_such(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results.parameters.cleanup_after = False
    results.parameters.deployment = f"embedded {remember_secret('tr0ub4dor')}"
    lines = [line.strip("│").partition("│") for line in shown(results, monkeypatch, capsys) if line.startswith("│")]
    rows = {name.strip(): value.strip() for name, _, value in lines}
    assert rows["response time"] == "not measured"
    assert rows["purged"] == "nothing, as asked for"
    assert rows["scenarios"] == "none"
    assert rows["duration"] == "0.0 s"
    assert rows["deployment"] == "embedded ***"
    assert "blame" not in rows


def test_a_red_run_is_headed_as_failed(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(results, monkeypatch, capsys)[0].strip() == "Run run-1 failed"


REFUSED = 'POST /register answered 200 \'{\n"user_id":"%s"}\' in run_2026%s; expected 201.'


def told(
    results: Results,
    scenarios: list[ScenarioResult],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    results.conclude(failed=True, errors=["The purge failed."], scenarios=scenarios)
    monkeypatch.setenv("COLUMNS", "2000")
    print_summary(results, Path("results.json"))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    return lines[: next(number for number, line in enumerate(lines) if line.strip().startswith("Run run-1"))]


def test_what_many_scenarios_failed_of_is_told_once_and_the_most_frequent_first(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = [REFUSED.replace("\n", "") % (number, number) for number in range(321)]
    scenarios = [
        scenario("fail", "deployment", "GET / answered 500.", 7),
        scenario("fail", "deployment", "GET / answered 404.", 8),
        *(scenario("fail", "deployment", error, line) for line, error in enumerate(refused, 10)),
    ]
    assert told(results, scenarios, monkeypatch, capsys) == [
        "The purge failed.",
        f"321 scenarios, the first features/x.feature:10 name: {refused[0]}",
        "features/x.feature:7 name: GET / answered 500.",
        "features/x.feature:8 name: GET / answered 404.",
    ]
    assert len(results.errors) == 324


def test_what_differs_only_in_what_stands_on_several_lines_is_the_same(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = [scenario("fail", "deployment", REFUSED % (number, number)) for number in range(2)]
    assert told(results, scenarios, monkeypatch, capsys)[1].startswith("2 scenarios, the first features/x.feature:1 ")


def test_errors_are_cut_and_those_that_are_many_are_counted(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = [scenario("fail", "deployment", f"{letter * 700}") for letter in "abcdefghijklm"]
    lines = told(results, scenarios, monkeypatch, capsys)
    assert len(lines) == 11
    assert lines[1] == f"features/x.feature:1 name: {'a' * 573} ... (more in results.json)"
    assert lines[-1] == "4 more errors stand in results.json."


def test_scenarios_that_were_not_run_are_told_with_their_reasons(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = [scenario("not run", error=f"It needs {what}.") for what in ("tea", "milk", "ice", "tea", "time")]
    assert told(results, scenarios, monkeypatch, capsys) == [
        "2 scenarios were not run, the first features/x.feature:1 name: It needs tea.",
        "Not run: features/x.feature:1 name: It needs milk.",
        "Not run: features/x.feature:1 name: It needs ice.",
        "1 more reasons why scenarios were not run stand in results.json.",
        "The purge failed.",
    ]


def test_a_share_of_a_run_leaves_it_to_the_run_to_tell(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(IS_SHARE, "1")
    assert shown(results, monkeypatch, capsys) == []


def test_the_path_of_the_results_stays_on_its_line(
    results: Results, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "62")
    path = Path("/a/long/[bold]path") / ("x" * 80)
    print_summary(results, path)
    assert capsys.readouterr().out.splitlines()[-1] == f"Results: {path}"


@pytest.mark.parametrize(("success", "verdict", "colour"), [(True, "passed", "1;32"), (False, "failed", "1;31")])
def test_on_a_terminal_only_the_verdict_and_the_errors_have_colours(
    results: Results,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    success: bool,
    verdict: str,
    colour: str,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    results.success, results.errors = success, ["3 of 5 :smile: 'replies'"]
    error, title, *table, path = shown(results, monkeypatch, capsys)
    assert title.startswith(f"\x1b[{colour}m")
    assert f" Run run-1 {verdict} " in title
    assert "\x1b" not in "".join([*table, path])
    assert error == "\x1b[31m3 of 5 :smile: 'replies'\x1b[0m"
