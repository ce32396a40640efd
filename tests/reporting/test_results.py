"""results.json: its keys, its schema, its numbers, how it is written."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.errors import InfrastructureError, UsageError
from support.masking import remember_secret
from support.reporting import Parameters, Results, WebsocketTests, percentiles, read_results, write_results
from support.reporting.files import masked, masked_content
from support.reporting.results import VERDICTS, ScenarioResult, Verdict
from support.reporting.schema import PATH, schema_text
from tests.reporting.conftest import Outcome

MISSION = {
    "parameters": ["user_count", "agents_per_user", "cleanup_after"],
    "user_creation": ["success", "users_created", "agents_created"],
    "websocket_tests": [
        "total_scenarios",
        "successful_connections",
        "successful_conversations",
        "total_messages_sent",
        "total_messages_received",
        "average_response_time",
    ],
    "cleanup": ["users_cleaned", "agents_cleaned", "sessions_cleaned", "messages_cleaned", "chat_streams_cleaned"],
}
ADDED = {
    "parameters": ["messages_per_conversation", "deployment"],
    "user_creation": [],
    "websocket_tests": ["response_times", "response_time_percentiles", "success_rate"],
    "cleanup": ["tables", "residue"],
}


def _results(test_id: str = "run-1") -> Results:
    parameters = Parameters(
        user_count=3, agents_per_user=2, cleanup_after=True, messages_per_conversation="5", deployment="embedded"
    )
    return Results(test_id=test_id, parameters=parameters)


def _scenario(verdict: Verdict) -> ScenarioResult:
    return ScenarioResult(
        id=None,
        name="talks",
        feature="Talk",
        file="features/x.feature",
        line=7,
        status="passed",
        verdict=verdict,
        blame=None,
        seconds=0,
        error=f"because of {verdict}",
    )


def _written(results: Results, directory: Path) -> dict[str, Any]:
    return dict(json.loads(write_results(results, directory).read_text(encoding="utf-8")))


def test_the_keys_are_the_missions_and_ours(every_status: Outcome) -> None:
    results = every_status.results
    assert sorted(results) == sorted(
        [
            *MISSION,
            "test_id",
            "start_time",
            "end_time",
            "duration_seconds",
            "success",
            "errors",
            "scenarios",
            "verdicts",
        ]
    )
    for part, keys in MISSION.items():
        assert sorted(results[part]) == sorted(keys + ADDED[part])


def test_the_schema_in_the_repository_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == schema_text(), "run: python -m support.reporting.schema"


def test_a_written_results_file_fits_the_schema(every_status: Outcome) -> None:
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(every_status.results, schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("change", [{"success": "yes"}, {"duration_seconds": -1}, {"unknown": 1}, {"scenarios": [{}]}])
def test_the_schema_refuses_what_is_no_results_file(every_status: Outcome, change: dict[str, object]) -> None:
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(every_status.results | change, schema, jsonschema.Draft202012Validator)


def test_times_are_utc_with_offset_and_fit_the_duration(every_status: Outcome) -> None:
    start, end = (datetime.fromisoformat(every_status.results[key]) for key in ("start_time", "end_time"))
    assert start.utcoffset() == timedelta(0)
    assert (end - start).total_seconds() == pytest.approx(every_status.results["duration_seconds"], abs=0.002)


def test_percentiles_of_nothing_are_null() -> None:
    assert percentiles([]).model_dump() == {"p50": None, "p95": None, "p99": None}


def test_percentiles_of_one_value_are_that_value() -> None:
    assert percentiles([0.2]).model_dump() == {"p50": 0.2, "p95": 0.2, "p99": 0.2}


def test_percentiles_of_many_values_lie_between_them() -> None:
    measured = percentiles([value / 100 for value in range(101)]).model_dump()
    assert measured == {"p50": pytest.approx(0.5), "p95": pytest.approx(0.95), "p99": pytest.approx(0.99)}


def test_response_times_and_the_success_rate_are_null_when_nothing_was_held() -> None:
    nothing = WebsocketTests()
    assert (nothing.average_response_time, nothing.success_rate) == (None, None)


def test_response_times_and_the_success_rate_are_computed() -> None:
    some = WebsocketTests(total_scenarios=4, successful_conversations=3, response_times=[0.1, 0.3])
    assert some.average_response_time == pytest.approx(0.2)
    assert some.success_rate == 0.75
    assert some.response_time_percentiles.p50 == pytest.approx(0.2)


def test_latest_points_to_the_newest_run(tmp_path: Path) -> None:
    for test_id in ("run-1", "run-2"):
        write_results(_results(test_id), tmp_path)
    assert (tmp_path / "latest").readlink() == Path("run-2")
    assert read_results(tmp_path / "latest" / "results.json").test_id == "run-2"


def test_writing_leaves_no_other_files(tmp_path: Path) -> None:
    write_results(_results(), tmp_path)
    write_results(_results(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "run-1"]
    assert [path.name for path in (tmp_path / "run-1").iterdir()] == ["results.json"]


def test_a_test_id_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        write_results(_results("../elsewhere"), tmp_path)
    assert str(refusal.value) == "test_id '../elsewhere' cannot name a folder; use letters, digits and dashes."
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "run-1").touch()
    with pytest.raises(InfrastructureError) as error:
        write_results(_results(), tmp_path)
    path = tmp_path / "run-1" / "results.json"
    assert str(error.value) == (
        f"{path} cannot be written (File exists); make room there, or let the files go elsewhere."
    )
    assert [each.name for each in tmp_path.iterdir()] == ["run-1"]


def test_where_no_link_can_stand_a_file_names_the_newest_run(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "notes").touch()
    with pytest.raises(InfrastructureError, match=r"latest cannot be written"):
        write_results(_results(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "run-1"]


def test_a_report_is_indented_and_ends_with_a_line_end(tmp_path: Path) -> None:
    text = write_results(_results(), tmp_path).read_text(encoding="utf-8")
    assert text.startswith('{\n  "test_id": "run-1",\n')
    assert text.endswith("\n}\n")


def test_a_conclusion_tells_each_red_scenario_after_the_other_errors() -> None:
    results = _results()
    results.conclude(failed=True, errors=["first"], scenarios=[_scenario(each) for each in VERDICTS])
    assert results.errors == [
        "first",
        "features/x.feature:7 talks: because of fail",
        "features/x.feature:7 talks: because of inconclusive",
    ]
    assert not results.success
    assert results.verdicts == dict.fromkeys(VERDICTS, 1)
    assert results.end_time
    assert results.duration_seconds == (results.end_time - results.start_time).total_seconds()
    results.conclude(failed=False, errors=[], scenarios=[])
    assert (results.success, results.errors, results.scenarios) == (True, [], [])


def test_masking_keeps_what_is_no_text() -> None:
    secret = remember_secret("tr0ub4dor")
    value = {"list": [secret, 1, None, {"deep": f"a {secret}"}], secret: True}
    assert masked(value) == {"list": ["***", 1, None, {"deep": "a ***"}], secret: True}
    assert masked_content(f"你 {secret} \ud83c") == "你 *** \\ud83c".encode()
    assert masked(f"{secret} \ud83c") == r"*** \ud83c"
    assert masked_content(f"你 {secret}".encode()) == "你 ***".encode()
    assert masked_content(b"\xff " + secret.encode()) == b"\xff ***"


def test_secrets_are_masked_in_what_is_written(tmp_path: Path) -> None:
    results = _results()
    results.errors = [f'login with "{remember_secret("tr0ub4dor")}" at postgresql://maim:sesame@127.0.0.1 failed']
    assert _written(results, tmp_path)["errors"] == ['login with "***" at postgresql://***@127.0.0.1 failed']
