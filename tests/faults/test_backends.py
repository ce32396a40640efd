"""A backend that dies or hangs in mid-conversation: the run says which, undoes itself and is red."""

import signal

import pytest

from support.deployments.record import read_record
from tests.suite import PORTS, ROOT, Outcome, Suite, await_that, backends_of, database_of, is_talking, rows_of

LONG = ("--tags=@FLOW-004", "-D", "users=5", "-D", "agents=2", "-D", "messages=100")


def run_and_signal(suite: Suite, backend: str, number: signal.Signals, *arguments: str) -> Outcome:
    """Run the suite, and send a signal to a backend as soon as tenants talk."""
    process = suite.popen(*PORTS, *LONG, *arguments)
    await_that(lambda: is_talking(suite.reports), process)
    record = read_record(database_of(suite.reports).parent)
    assert record is not None
    (pid,) = (each.pid for each in record.backends if each.name == backend)
    (running,) = (each for each in backends_of(suite.reports) if each.pid == pid)
    running.send_signal(number)
    return suite.finish(process)


def assert_undone(suite: Suite, outcome: Outcome) -> None:
    assert outcome.exit_code == 1, outcome.output
    assert "Traceback" not in outcome.output
    assert outcome.results["success"] is False
    assert outcome.results["cleanup"]["users_cleaned"] == 5
    assert outcome.results["cleanup"]["residue"] == []
    assert backends_of(suite.reports) == []
    assert rows_of(database_of(suite.reports)) == {}


@pytest.mark.parametrize("backend", ["model", "configurator", "replier"])
def test_a_backend_that_is_killed_is_named_with_its_log_at_the_step(suite: Suite, backend: str) -> None:
    outcome = run_and_signal(suite, backend, signal.SIGKILL)
    assert_undone(suite, outcome)
    (scenario,) = (each for each in outcome.results["scenarios"] if each["id"] == "FLOW-004")
    assert f"{backend} died (signal SIGKILL)" in scenario["error"]
    assert f"logs/{backend}.log" in scenario["error"]
    assert "serving on http://127.0.0.1:" in scenario["error"]
    assert (scenario["verdict"], scenario["blame"]) == ("fail", "deployment")


def test_a_replier_that_hangs_fails_the_conversations_and_is_named_and_restarted(suite: Suite) -> None:
    outcome = run_and_signal(suite, "replier", signal.SIGSTOP, "-D", "wait_factor=0.4")
    assert_undone(suite, outcome)
    (scenario,) = (each for each in outcome.results["scenarios"] if each["id"] == "FLOW-004")
    assert "10 conversations did not succeed" in scenario["error"]
    assert "within 6.0 s" in scenario["error"]
    assert "replier hangs: http://127.0.0.1:" in scenario["error"]
    assert "logs/replier.log" in scenario["error"]
    attached = [path.read_text(encoding="utf-8") for path in suite.folder.glob("allure-results/*-attachment.txt")]
    assert "The replier did not answer any more after this scenario." in attached


def test_a_backend_that_is_killed_in_a_known_failure_makes_the_run_red(suite: Suite) -> None:
    profile = suite.folder / "known.toml"
    text = (ROOT / "deployments" / "embedded.toml").read_text(encoding="utf-8")
    profile.write_text(text.replace('working_directory = ".."', f'working_directory = "{ROOT}"'), encoding="utf-8")
    known = '[FLOW-004]\nreason = "Some promise is not kept."\nlink = "docs/findings.md"\n'
    profile.with_suffix(".known-failures.toml").write_text(known, encoding="utf-8")
    outcome = run_and_signal(suite, "replier", signal.SIGKILL, "-D", f"deployment={profile}")
    assert_undone(suite, outcome)
    (scenario,) = (each for each in outcome.results["scenarios"] if each["id"] == "FLOW-004")
    assert scenario["verdict"] == "fail"
    assert "replier died (signal SIGKILL)" in scenario["error"]
