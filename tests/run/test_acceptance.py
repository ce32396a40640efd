"""`python -m support.acceptance`: shares of the features at once, one report."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.acceptance import divide, scenarios_of
from support.deployments.processes import is_alive
from support.reporting import read_results
from tests.suite import ROOT, Suite, await_that, backends_of, environment_with, stop_all, unfinished

RAISES_AFTER_THE_RUN = """
import threading
undo = after_all

def after_all(context):
    undo(context)
    threading.Thread(target=raise_late).start()

def raise_late():
    threading.main_thread().join()
    int("no number")
"""
PORTS = {"MAIM_CONFIGURATOR_PORT": "auto", "MAIM_REPLIER_PORT": "auto"}

pytestmark = pytest.mark.usefixtures("as_in_terminal")


class Project(Suite):
    """A folder with some of the features."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "features").mkdir()
        for name in ("environment.py", "steps"):
            (folder / "features" / name).symlink_to(ROOT / "features" / name)
        self.add("api_keys.feature", "flow.feature")

    def add(self, *names: str) -> None:
        """Let these features be run, too."""
        for name in names:
            shutil.copy(ROOT / "features" / name, self.folder / "features")

    def accept(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """Start what `make acceptance` starts, on free ports, and return at once."""
        return self.start("support.acceptance", *arguments, **{"PYTHONPATH": str(ROOT), **PORTS, **variables})

    @property
    def shares(self) -> list[Path]:
        """The folders of the shares, whose runs have begun."""
        return sorted(path.parent.parent for path in self.reports.glob("2*/share-*/2*/ledger.jsonl"))

    @property
    def allure_results(self) -> list[Path]:
        return list((self.folder / "allure-results").glob("*-result.json"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    stop_all(project)


def test_the_shares_of_all_features_make_one_report(project: Project) -> None:
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 0, outcome.output
    results = outcome.results
    assert len(project.shares) == 2
    files = {scenario["file"] for scenario in results["scenarios"]}
    assert files == {"features/api_keys.feature", "features/flow.feature"}
    assert results["verdicts"]["pass"] == len(project.allure_results) == len(results["scenarios"])
    assert results["user_creation"]["users_created"] == results["cleanup"]["users_cleaned"] > 3
    assert results["websocket_tests"]["total_messages_received"] == 30
    assert results["test_id"] in outcome.output.splitlines()[-1]
    assert sum(line.startswith("Feature: ") for line in outcome.output.splitlines()) == 2
    # How a share has ended is told with the run's end alone.
    assert len(re.findall(r"^ *Run \S+ passed *$", outcome.output, re.MULTILINE)) == 1
    assert outcome.leaves_nothing_running


def test_a_red_scenario_of_any_share_makes_the_run_red(project: Project) -> None:
    feature = project.folder / "features" / "api_keys.feature"
    feature.write_text(
        feature.read_text(encoding="utf-8") + "\n  @KEY-999\n  Scenario: Broken\n    Given nobody knows\n"
    )
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 1, outcome.output
    assert outcome.results["success"] is False
    assert outcome.results["verdicts"]["fail"] == 1
    (error,) = outcome.results["errors"]
    assert "No step definition matches: Given nobody knows" in error
    assert len(project.allure_results) == len(outcome.results["scenarios"])


def test_a_terminal_that_cannot_show_every_sign_gets_the_report_of_all_shares(project: Project) -> None:
    project.add("isolation.feature")
    outcome = project.finish(project.accept(PYTHONIOENCODING="iso8859-1"))
    assert outcome.exit_code == 0, outcome.output
    assert "Who reached what is another's: 336 held" in outcome.output
    assert "UnicodeEncodeError" not in outcome.output
    assert outcome.results["verdicts"]["pass"] == len(outcome.results["scenarios"])


def test_a_red_scenario_whose_words_a_terminal_cannot_show_is_told(project: Project) -> None:
    with (project.folder / "features" / "api_keys.feature").open("a", encoding="utf-8") as feature:
        feature.write("\n  @KEY-999\n  Scenario: Broken\n    Given 你 is unknown\n")
    outcome = project.finish(project.accept(PYTHONIOENCODING="iso8859-1"))
    assert outcome.exit_code == 1, outcome.output
    assert r"No step definition matches: Given \u4f60 is unknown" in " ".join(outcome.output.split())
    assert "你" in outcome.results["errors"][0]


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_every_share_undo_itself(project: Project, number: signal.Signals, exit_code: int) -> None:
    # Enough to do that no share ends before the other has begun.
    project.add("tokens.feature", "concurrency.feature")
    process = project.accept()
    await_that(lambda: len(unfinished(project.reports)) == 2, process)
    process.send_signal(number)
    outcome = project.finish(process)
    assert outcome.exit_code == exit_code, outcome.output
    assert outcome.results["success"] is False
    assert "Already ending" not in outcome.output
    assert outcome.leaves_nothing_running
    assert backends_of(project.reports) == []
    assert unfinished(project.reports) == []


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_share_is_launched_leaves_none_and_is_told_by_the_exit_code(
    project: Project, number: signal.Signals, exit_code: int
) -> None:
    process = project.accept()
    # A pause would be longer than the moments between the fork and the note of it.
    while not (shares := psutil.Process(process.pid).children()):
        assert process.poll() is None, process.communicate()[0]
    process.send_signal(number)
    outcome = project.finish(process)
    assert outcome.exit_code == exit_code, outcome.output
    assert outcome.results["success"] is False
    assert "Traceback" not in outcome.output
    assert not any(map(is_alive, shares))


def test_a_share_that_is_killed_ends_the_run_and_is_told_and_is_undone_by_the_next(project: Project) -> None:
    process = project.accept()
    # It has something to be undone.
    await_that(lambda: any("share-2" in str(each.path) for each in unfinished(project.reports)), process)
    (killed,) = (each for each in unfinished(project.reports) if "share-2" in str(each.path))
    os.kill(killed.header.pid, signal.SIGKILL)
    outcome = project.finish(process)
    assert outcome.exit_code == 137, outcome.output
    assert any("were not reported by just one share" in error for error in outcome.results["errors"])
    # What the killed one said to Allure alone would be no part of the report.
    assert len(project.allure_results) == len(outcome.results["scenarios"])

    outcome = project.finish(project.accept())
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith(f"Run {killed.header.run_id} was killed")
    assert unfinished(project.reports) == []
    assert backends_of(project.reports) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends a chosen signal when a pipe is closed")
def test_no_share_outlives_the_run_when_that_is_killed(project: Project) -> None:
    process = project.accept()
    await_that(lambda: len(project.shares) == 2, process)
    shares = psutil.Process(process.pid).children()
    ended = [share / "latest" / "results.json" for share in project.shares]
    process.kill()
    project.finish(process)
    assert psutil.wait_procs(shares, 60)[1] == []
    assert [read_results(each).success for each in ended] == [False, False]
    assert backends_of(project.reports) == []
    assert unfinished(project.reports) == []


def test_a_share_that_cannot_start_ends_the_other(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = project.finish(project.accept(MAIM_CONFIGURATOR_PORT=port))
    assert outcome.exit_code == 2, outcome.output
    (error,) = outcome.results["errors"]
    assert f"port {port} of the configurator is taken by process {os.getpid()}" in error
    said = [line for line in outcome.output.splitlines() if not line.startswith(("USING RUNNER", "Results: "))]
    assert said == [error]
    assert len(project.allure_results) == len(outcome.results["scenarios"])
    assert outcome.results["success"] is False
    assert outcome.leaves_nothing_running


def test_a_folder_that_cannot_be_made_is_one_sentence(project: Project) -> None:
    project.reports.write_text("no folder")
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 2
    assert outcome.output.endswith("share-1 cannot be made (Not a directory); make room there.\n")
    assert len(outcome.output.splitlines()) == 1


def test_a_file_in_place_of_the_folder_for_allure_results_is_told_before_the_work_begins(project: Project) -> None:
    (project.folder / "allure-results").write_text("no folder")
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 2
    sentence = "allure-results cannot be made (File exists); make room there."
    assert outcome.output.startswith(f"{sentence}\nResults: ")
    assert outcome.results["errors"] == [sentence]


def test_allure_results_that_cannot_be_gathered_make_the_run_red_and_cost_no_report(project: Project) -> None:
    (project.folder / "features" / "flow.feature").unlink()
    process = project.accept()
    await_that(lambda: bool(project.shares), process)
    (project.folder / "allure-results").rmdir()
    (project.folder / "allure-results").write_text("no folder")
    outcome = project.finish(process)
    assert outcome.exit_code == 1, outcome.output
    assert "Traceback" not in outcome.output
    (error,) = outcome.results["errors"]
    assert error.startswith("allure-results cannot be filled (Not a directory); make room there")
    assert outcome.results["success"] is False
    assert outcome.results["verdicts"]["pass"] > 0


def test_a_report_that_cannot_be_written_makes_the_run_red_in_one_sentence(project: Project) -> None:
    (project.folder / "features" / "flow.feature").unlink()
    process = project.accept()
    await_that(lambda: bool(project.shares), process)
    (project.shares[0].parent / "results.json").mkdir()
    outcome = project.finish(process)
    assert outcome.exit_code == 1, outcome.output
    assert "Traceback" not in outcome.output
    assert "results.json cannot be written (Is a directory)" in outcome.output.splitlines()[-1]


def test_a_share_that_is_refused_and_leaves_no_report_is_one_sentence(project: Project) -> None:
    environment = project.folder / "features" / "environment.py"
    environment.unlink()
    environment.write_text("raise SystemExit(2)\n")
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 2, outcome.output
    assert "Traceback" not in outcome.output
    sentence = outcome.output.splitlines()[-2]
    assert sentence.startswith("No share of the run has left a report")
    assert (outcome.results["success"], outcome.results["errors"]) == (False, [sentence])


def test_a_ledger_that_cannot_be_read_is_told_and_does_not_hinder_the_run(project: Project) -> None:
    damaged = project.reports / "killed" / "ledger.jsonl"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("damaged\n")
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith(f"{damaged} is no ledger")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Feature: B\n Scenario: s\n  Given a step\n Scenaro: t\n", 'at line 4: "Scenaro: t"; correct that line.'),
        (b"Feature: B\n Scenario: s\n  Given a step\n   | a\n", "would be lost; write one; correct that line."),
        (b"\xff\xfe Feature: B\n", "features/broken.feature cannot be read, for it is no UTF-8; save it as that."),
        (b"# language: xx\nFeature: B\n", "which Behave does not know; `behave --lang-list` tells which."),
    ],
)
def test_a_feature_that_cannot_be_read_is_one_sentence(project: Project, content: bytes, told: str) -> None:
    (project.folder / "features" / "broken.feature").write_bytes(content)
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 1
    sentence, where = outcome.output.splitlines()
    assert sentence.endswith(told)
    assert where.startswith("Results: ")
    assert (outcome.results["success"], outcome.results["errors"]) == (False, [sentence])


def test_a_share_that_ends_otherwise_than_its_report_says_makes_the_run_red(project: Project) -> None:
    environment = project.folder / "features" / "environment.py"
    environment.unlink()
    environment.write_text(environment_with(RAISES_AFTER_THE_RUN), encoding="utf-8")
    outcome = project.finish(project.accept())
    assert outcome.exit_code == 1, outcome.output
    assert outcome.results["verdicts"]["pass"] == len(outcome.results["scenarios"])
    assert (outcome.results["success"], outcome.results["errors"]) == (
        False, [f"share-{number} ended with 1, and its report says that all went well." for number in (1, 2)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [(["-D", "user=3"], {}), ([], {"MAIM_USER": "3"}), ([], {"MAIM_DATABASE_URL": "nonsense"})],
)
def test_whatever_is_asked_for_is_asked_of_behave(
    project: Project, arguments: list[str], variables: dict[str, str]
) -> None:
    outcome = project.finish(project.accept(*arguments, **variables))
    assert outcome.exit_code == 2, outcome.output
    assert not list(project.reports.glob("*/share-*"))


def test_shares_are_about_as_large() -> None:
    assert divide({"a": 5, "b": 4, "c": 3, "d": 2}, 2) == [["a", "d"], ["b", "c"]]
    assert divide({"a": 1}, 2) == [["a"], []]


def test_what_reads_all_rows_comes_first() -> None:
    assert divide({"agents.feature": 2, "purge.feature": 1}, 1) == [["purge.feature", "agents.feature"]]


def test_every_scenario_is_expected_where_it_stands(project: Project) -> None:
    found = scenarios_of(project.folder / "features")
    assert {Path(name).name for name in found} == {"api_keys.feature", "flow.feature"}
    assert sum(map(len, found.values())) > 10
