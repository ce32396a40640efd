"""A run that is ended from outside undoes itself; one that is killed is undone by the next."""

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from support.deployments.processes import is_alive
from support.purge import Ledger
from tests.suite import (
    PORTS,
    ROOT,
    Outcome,
    Suite,
    await_that,
    backends_of,
    database_of,
    environment_with,
    is_talking,
    rows_of,
    unfinished,
)

pytestmark = pytest.mark.usefixtures("as_in_terminal")

LONG = ("--tags=@FLOW-004", "-D", "users=20", "-D", "agents=5", "-D", "messages=100")


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_mid_conversation_purges_stops_and_reports(
    suite: Suite, number: signal.Signals, exit_code: int
) -> None:
    process = suite.popen(*PORTS, *LONG)
    await_that(lambda: is_talking(suite.reports), process)
    process.send_signal(number)
    outcome = suite.finish(process)
    assert outcome.exit_code == exit_code, outcome.output
    assert backends_of(suite.reports) == []
    assert rows_of(database_of(suite.reports)) == {}
    assert outcome.results["success"] is False
    assert outcome.results["cleanup"]["users_cleaned"] == 20
    assert outcome.results["cleanup"]["residue"] == []


def test_a_second_ctrl_c_does_not_cut_the_purge_short(suite: Suite) -> None:
    process = suite.popen(*PORTS, *LONG)
    await_that(lambda: is_talking(suite.reports), process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    outcome = suite.finish(process)
    assert outcome.exit_code == 130, outcome.output
    assert backends_of(suite.reports) == []
    assert rows_of(database_of(suite.reports)) == {}


@pytest.mark.parametrize("moment", ["registering", "talking"])
def test_what_a_killed_run_leaves_is_removed_by_the_next_which_says_so(suite: Suite, moment: str) -> None:
    process = suite.popen(*PORTS, *LONG)
    reached = {"registering": lambda: bool(unfinished(suite.reports)), "talking": lambda: is_talking(suite.reports)}
    await_that(reached[moment], process)
    process.kill()
    suite.finish(process)
    assert len(backends_of(suite.reports)) == 3
    killed = next(suite.reports.glob("*/maimbot.db")).parent

    outcome = suite(*PORTS, "--tags=@FLOW-001")
    assert outcome.exit_code == 0, outcome.output
    assert f"Run {killed.name} was killed; it had left " in outcome.output
    assert "configurator" in outcome.output
    assert backends_of(suite.reports) == []
    engine = create_engine(f"sqlite:///{killed / 'maimbot.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tenant_users")) == 0
        assert connection.scalar(text("SELECT count(*) FROM messages")) == 0
    assert Ledger.read(killed / "ledger.jsonl").finished


def _next(suite: Suite, _: str) -> Outcome:
    return suite(*PORTS, "--tags=@FLOW-001")


def _resume(suite: Suite, _: str) -> Outcome:
    return suite.resume()


def _run(suite: Suite, killed: str) -> Outcome:
    return suite.purge("--run", killed)


def _older_than(suite: Suite, _: str) -> Outcome:
    return suite.purge("--older-than", "0m")


OF_THE_RUN = ("FLOW-001", "*/servers.json", 0)
ANOTHER = ("DEP-006", "*/deployment-*/servers.json", 3)


# Which deployment starts, and what undoes it.
@pytest.mark.parametrize(
    ("scenario", "moment", "running", "undo"),
    [
        pytest.param(*OF_THE_RUN, _next, id="the run's, next"),
        pytest.param(*OF_THE_RUN, _run, id="the run's, --run"),
        pytest.param(*OF_THE_RUN, _older_than, id="the run's, --older-than"),
        pytest.param(*ANOTHER, _next, id="another, next"),
        pytest.param(*ANOTHER, _resume, id="another, --resume"),
    ],
)
def test_what_a_run_that_is_killed_while_it_starts_leaves_running_is_stopped(
    suite: Suite, scenario: str, moment: str, running: int, undo: Callable[[Suite, str], Outcome]
) -> None:
    process = suite.popen(*PORTS, f"--tags=@{scenario}")
    await_that(lambda: bool(list(suite.reports.glob(moment))) and len(backends_of(suite.reports)) > running, process)
    process.kill()
    suite.finish(process)
    (killed,) = (path.parent for path in suite.reports.glob("*/servers.json"))
    assert unfinished(suite.reports) == []
    left = backends_of(suite.reports)

    outcome = undo(suite, killed.name)
    assert outcome.exit_code == 0, outcome.output
    assert re.search(f"(?i)run {killed.name}.*model.* stopped", outcome.output)
    assert not any(map(is_alive, left))
    assert not list(killed.glob("deployment-*"))
    assert backends_of(suite.reports) == []
    assert outcome.leaves_nothing_running


def test_a_damaged_ledger_is_told_in_one_sentence_and_hinders_no_run(suite: Suite) -> None:
    damaged = suite.reports / "20261130-120000-abcdef" / "ledger.jsonl"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{\n")
    outcome = suite(*PORTS, "--tags=@FLOW-001")
    assert outcome.exit_code == 0, outcome.output
    (sentence,) = (line for line in outcome.output.splitlines() if str(damaged) in line)
    assert "is no ledger" in sentence
    assert "purge by --prefix testuser_20261130-120000-abcdef_ " in sentence


def test_a_run_whose_reader_has_gone_undoes_itself(suite: Suite) -> None:
    process = suite.popen(*PORTS, "-f", "pretty", "--tags=@admission")
    assert process.stdout
    # As `behave | head` does.
    assert any("@ADM-005" in line for line in process.stdout)
    process.stdout.close()
    process.wait(120)
    outcome = Outcome(process.returncode, "", suite.reports)
    assert outcome.exit_code == 1
    assert outcome.results["errors"][0].startswith("The run broke off: BrokenPipeError")
    assert outcome.results["cleanup"]["users_cleaned"] > 0
    assert outcome.leaves_nothing_running
    assert rows_of(database_of(suite.reports)) == {}


IN_THE_UNDOING = f"""
import os
undo = after_all

def after_all(context):
    undo(context)
    os.kill(os.getpid(), {signal.SIGTERM:d})
"""
# What comes before the packages are loaded.
AT_ONCE = "import os\nos.kill(os.getpid(), {number:d})\n"


def _features(suite: Suite, environment: str) -> Path:
    """Return a folder with the flow and such an environment.py."""
    folder = suite.folder / "features"
    folder.mkdir()
    (folder / "steps").symlink_to(ROOT / "features" / "steps")
    (folder / "environment.py").write_text(environment, encoding="utf-8")
    shutil.copy(ROOT / "features" / "flow.feature", folder)
    return folder


def test_a_signal_in_the_undoing_is_told_by_exit_code_and_reports(suite: Suite) -> None:
    outcome = suite(*PORTS, "--tags=@FLOW-001", features=_features(suite, environment_with(IN_THE_UNDOING)))
    assert outcome.exit_code == 143, outcome.output
    assert (outcome.results["success"], outcome.results["errors"]) == (
        False, ["The run was interrupted while it was undone."],
    )  # fmt: skip
    assert outcome.results["verdicts"]["pass"] == 1
    (globals_,) = suite.folder.glob("allure-results/*-globals.json")
    assert "The run was interrupted while it was undone." in globals_.read_text(encoding="utf-8")
    assert outcome.leaves_nothing_running


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_while_packages_are_loaded_is_reported(suite: Suite, number: signal.Signals, exit_code: int) -> None:
    begin = "from environment import"
    loading = environment_with("").replace(begin, f"{AT_ONCE.format(number=number)}\n{begin}")
    outcome = suite(*PORTS, "--tags=@FLOW-001", features=_features(suite, loading))
    assert outcome.exit_code == exit_code, outcome.output
    assert outcome.results["errors"] == ["The run was interrupted before it began."]
    assert "Traceback" not in outcome.output


def test_a_damaged_record_of_an_earlier_run_hinders_no_run(suite: Suite) -> None:
    process = suite.popen(*PORTS, *LONG)
    await_that(lambda: bool(unfinished(suite.reports)), process)
    process.kill()
    suite.finish(process)
    (record,) = suite.reports.glob("*/servers.json")
    written = record.read_bytes()
    record.write_bytes(b"\xff\xfe")
    outcome = suite(*PORTS, "--tags=@FLOW-001")
    record.write_bytes(written)
    assert outcome.exit_code == 0, outcome.output
    assert f"{record} is no record of launched servers" in outcome.output
