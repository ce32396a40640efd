import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.deployments.record import DeploymentRecord, read_record, stop_recorded
from support.polling import wait_until
from support.reporting import read_results

REPOSITORY = Path(__file__).parents[2]
FEATURE = """Feature: Flow
  Scenario: It sees the running servers
    Given the settings are noted down
"""
STEPS = """
import os, pathlib
from behave import given

@given("the settings are noted down")
def note_down(context):
    noted = {**context.config.userdata, "database": os.environ["MAIM_DATABASE_URL"]}
    noted["deployment"] = os.environ["MAIM_DEPLOYMENT"]
    noted["reports"] = os.environ.get("MAIM_REPORTS", "none")
    noted["port"] = os.environ.get("MAIM_CONFIGURATOR_PORT", "none")
    pathlib.Path("noted.txt").write_text("\\n".join(f"{k}={v}" for k, v in sorted(noted.items())))
    assert context.config.userdata.get("users") != "9"
"""

UNDONE_LATER = """
import pathlib
import requests
from behave import given
from support.interrupts import Interrupts
from support.polling import wait_until

@given("the settings are noted down")
def wait_for_an_interrupt(context):
    interrupts = Interrupts()
    interrupts.install()
    pathlib.Path("waiting.txt").touch()
    try:
        wait_until(lambda: False, 60)
    except KeyboardInterrupt:
        pathlib.Path("undoing.txt").touch()
        wait_until(pathlib.Path("go.txt").exists, 60)
        health = requests.get(context.config.userdata["configurator_url"] + "/health", timeout=5)
        pathlib.Path("undone.txt").write_text(str(health.status_code))
"""

WriteProfile = Callable[..., Path]


@dataclass
class Checkout:
    """A copy of this repository in which the servers are small ones."""

    folder: Path
    environment: dict[str, str]
    # Where commands are given.
    caller: Path = Path("/")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, str(self.folder / "start_servers.py"), *arguments], self.caller, self.environment)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.folder / "start_servers.py"), *arguments],
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write_step(self, text: str) -> None:
        (self.folder / "features" / "steps" / "flow.py").write_text(text, encoding="utf-8")

    @property
    def reports(self) -> list[Path]:
        """What was written in place of the flow, which here writes nothing."""
        return list((self.folder / "reports").glob("2*/results.json"))

    @property
    def record(self) -> DeploymentRecord:
        record = read_record(self.folder / ".servers")
        assert record
        return record

    @property
    def pids(self) -> list[int]:
        return [each.pid for each in self.record.backends]

    def has_launched(self, count: int) -> bool:
        record = read_record(self.folder / ".servers")
        return record is not None and len(record.backends) >= count


@pytest.fixture
def checkout(tmp_path: Path, write_profile: WriteProfile) -> Iterator[Checkout]:
    folder = tmp_path / "checkout"
    (folder / "features" / "steps").mkdir(parents=True)
    (folder / "features" / "flow.feature").write_text(FEATURE, encoding="utf-8")
    (folder / "support").symlink_to(REPOSITORY / "support")
    for name in ("start_servers.py", "start_servers.sh"):
        shutil.copy(REPOSITORY / name, folder)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAIM_")}
    checkout = Checkout(folder, {**inherited, "MAIM_DEPLOYMENT": str(write_profile())})
    checkout.write_step(STEPS)
    yield checkout
    stop_recorded(folder / ".servers")


@pytest.fixture
def running(checkout: Checkout) -> Checkout:
    """A checkout whose servers run."""
    assert checkout.run("start").returncode == 0
    return checkout


@pytest.fixture
def as_under_nohup() -> Iterator[None]:
    """Let what is started outlive a closed terminal."""
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, former)


def test_servers_outlive_the_command_and_every_other_verb_finds_them(checkout: Checkout) -> None:
    started = checkout.run("start")
    assert started.returncode == 0, started.stderr
    for each in checkout.record.backends:
        row = next(line for line in started.stdout.splitlines() if f" {each.name} " in line)
        assert each.url in row
        assert str(each.pid) in row
        assert "healthy" in row
        assert f"logs/{each.name}.log" in row

    status = checkout.run("status")
    assert (status.returncode, status.stdout) == (0, started.stdout)

    pids, urls = checkout.pids, [each.url for each in checkout.record.backends]
    again = checkout.run("start")
    assert again.returncode == 0
    assert "already running" in again.stdout
    assert checkout.pids == pids

    database = checkout.folder / ".servers" / "small.db"
    database.write_bytes(database.read_bytes())
    kept = database.stat()
    restarted = checkout.run("restart")
    assert restarted.returncode == 0, restarted.stderr
    assert not set(checkout.pids) & set(pids)
    assert [each.url for each in checkout.record.backends][1:] == urls[1:]
    assert (database.stat().st_ino, database.stat().st_mtime) == (kept.st_ino, kept.st_mtime)

    stopped = checkout.run("stop")
    assert stopped.returncode == 0
    assert "Stopped replier, configurator, model." in stopped.stdout
    assert checkout.run("stop").returncode == 0
    status = checkout.run("status")
    assert status.returncode == 1
    assert status.stdout.count("not running") == 3


def test_a_restart_keeps_ports_and_database_that_only_the_start_was_given(checkout: Checkout, tmp_path: Path) -> None:
    variables = {"MAIM_DATABASE_URL": f"sqlite:///{tmp_path}/own.db", "MAIM_CONFIGURATOR_PORT": "auto"}
    start_with(variables, checkout)
    before = checkout.record
    assert before.database_url == variables["MAIM_DATABASE_URL"]
    restarted = checkout.run("restart")
    assert restarted.returncode == 0, restarted.stderr
    after = checkout.record
    assert after.database_url == before.database_url
    assert (after.configurator_url, after.replier_url) == (before.configurator_url, before.replier_url)


def test_a_restart_that_cannot_know_the_database_is_refused_while_the_servers_run_on(
    checkout: Checkout, tmp_path: Path
) -> None:
    # SQLite has no passwords; that a URL holds one is what matters here.
    variables = {"MAIM_DATABASE_URL": f"sqlite:///{tmp_path}/own.db?password=s3cret"}
    start_with(variables, checkout)
    pids = checkout.pids
    refused = checkout.run("restart")
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: the servers' database URL holds a password and is not recorded; give MAIM_DATABASE_URL.\n",
    )
    assert checkout.pids == pids
    assert all(each.find() for each in checkout.record.backends)
    checkout.environment.update(variables)
    assert checkout.run("restart").returncode == 0
    assert not set(checkout.pids) & set(pids)


def test_a_restart_launches_the_deployment_that_only_the_start_was_given(checkout: Checkout) -> None:
    deployment = checkout.environment.pop("MAIM_DEPLOYMENT")
    start_with({"MAIM_DEPLOYMENT": deployment}, checkout)
    pids = checkout.pids
    restarted = checkout.run("restart")
    assert restarted.returncode == 0, restarted.stderr
    assert checkout.record.deployment == deployment
    assert not set(checkout.pids) & set(pids)


@pytest.mark.parametrize("verb", ["start", "restart", "test"])
def test_what_the_running_servers_are_not_is_refused(running: Checkout, verb: str) -> None:
    record = running.record
    for name, launched, asked, shown in [
        ("configurator_port", urlsplit(record.configurator_url).port, "1", "1"),
        ("replier_port", urlsplit(record.replier_url).port, "1", "1"),
        ("database_url", record.database_url, "sqlite:////tmp/other.db", "sqlite:////tmp/other.db"),
        ("database_url", record.database_url, "postgresql://maim:s3cret@127.0.0.1/maim", "one with a password"),
        ("deployment", record.deployment, "embedded", "embedded"),
    ]:
        refused = with_variables({f"MAIM_{name.upper()}": asked}, running).run(verb)
        assert (refused.returncode, refused.stderr) == (
            2,
            f"error: the servers were started with {name} {launched}, and {shown} is asked for; "
            "leave it out, or stop them first.\n",
        )
    assert running.record == record
    assert all(each.find() for each in record.backends)


def test_another_database_with_a_password_than_the_running_servers_have_is_refused(
    checkout: Checkout, tmp_path: Path
) -> None:
    # SQLite has no passwords; that a URL holds one is what matters here.
    own = {"MAIM_DATABASE_URL": f"sqlite:///{tmp_path}/own.db?password=s3cret"}
    start_with(own, checkout)
    start_with(own, checkout)
    other = {"MAIM_DATABASE_URL": f"sqlite:///{tmp_path}/other.db?password=s3cret"}
    refused = with_variables(other, checkout).run("start")
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: the servers were started with database_url one with a password, and another with a password is asked "
        "for; leave it out, or stop them first.\n",
    )
    assert "s3cret" not in (checkout.folder / ".servers" / "servers.json").read_text(encoding="utf-8")


def test_what_the_running_servers_are_may_be_asked_for_again(running: Checkout) -> None:
    record = running.record
    variables = {
        "MAIM_CONFIGURATOR_PORT": str(urlsplit(record.configurator_url).port),
        "MAIM_REPLIER_PORT": "auto",
        "MAIM_DATABASE_URL": str(record.database_url),
    }
    again = with_variables(variables, running).run("start")
    assert again.returncode == 0, again.stderr
    assert "already running" in again.stdout
    assert running.record == record


def test_status_is_not_0_when_one_server_is_dead_and_start_launches_all_again(checkout: Checkout) -> None:
    checkout.run("start")
    os.kill(checkout.pids[1], signal.SIGKILL)
    status = checkout.run("status")
    assert status.returncode == 1
    rows = [line for line in status.stdout.splitlines() if "127.0.0.1" in line]
    assert ["not running" in row for row in rows] == [False, True, False]
    assert checkout.run("start").returncode == 0


@pytest.mark.usefixtures("as_in_terminal")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_in_mid_start_leaves_nothing_running(
    checkout: Checkout, write_profile: WriteProfile, number: signal.Signals, code: int
) -> None:
    write_profile(configurator="--health 503")
    with checkout.begin("start") as start:
        assert wait_until(lambda: checkout.has_launched(2), 20)
        backends = checkout.record.backends
        start.send_signal(number)
        assert start.wait(20) == code
    assert [each.find() for each in backends] == [None, None]


@pytest.mark.usefixtures("as_under_nohup")
def test_a_command_under_nohup_outlives_its_terminal(checkout: Checkout, write_profile: WriteProfile) -> None:
    write_profile(configurator="--health 503", configurator_timeout="2")
    with checkout.begin("start") as start:
        assert wait_until(lambda: checkout.has_launched(2), 20)
        start.send_signal(signal.SIGHUP)
        _, errors = start.communicate(timeout=20)
    assert errors.startswith("error: configurator is alive but was not ready within 2 s")
    assert start.returncode == 1


def test_a_failing_start_says_why_and_leaves_nothing_running(checkout: Checkout, write_profile: WriteProfile) -> None:
    write_profile(replier="--dies")
    failed = checkout.run("start")
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: replier died (exit code 3).")
    assert "line 30" in failed.stderr
    assert read_record(checkout.folder / ".servers") is None
    assert not checkout.reports


def test_a_test_that_cannot_start_writes_a_report(checkout: Checkout, write_profile: WriteProfile) -> None:
    write_profile(replier="--dies")
    failed = checkout.run("test", "--users", "7")
    assert failed.returncode == 1
    (report,) = checkout.reports
    assert f"Results: {report}" in failed.stdout
    results = read_results(report)
    assert (results.success, results.parameters.user_count) == (False, 7)
    assert results.errors[0].startswith("replier died (exit code 3).")


def test_a_test_that_is_refused_writes_a_report_where_it_was_asked_for(checkout: Checkout, tmp_path: Path) -> None:
    there = replace(with_variables({"MAIM_REPORTS": "own-reports"}, checkout), caller=tmp_path)
    assert there.run("test", "--users", "0").returncode == 2
    results = read_results(tmp_path / "own-reports" / "latest" / "results.json")
    assert (results.success, len(results.errors)) == (False, 1)
    assert results.errors[0].startswith("users='0' is refused")


def test_only_one_command_at_a_time_starts_or_stops_the_servers(
    checkout: Checkout, write_profile: WriteProfile
) -> None:
    write_profile(configurator="--health 503")
    with checkout.begin("start") as start:
        assert wait_until(lambda: checkout.has_launched(1), 20)
        second = checkout.run("start")
        start.send_signal(signal.SIGINT)
        start.wait(20)
    assert second.returncode == 1
    assert "another start_servers.py" in second.stderr


def test_the_flow_runs_against_servers_that_are_started_for_it_and_stopped_after_it(checkout: Checkout) -> None:
    checkout.environment["MAIM_CONFIGURATOR_PORT"] = "auto"
    tested = checkout.run("test", "--users", "5", "--agents", "3", "--messages", "2..4", "--no-cleanup")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    noted = dict(line.split("=", 1) for line in (checkout.folder / "noted.txt").read_text("utf-8").splitlines())
    assert noted.pop("configurator_url").startswith("http://127.0.0.1:")
    assert noted.pop("replier_url").endswith("/ws")
    assert noted.pop("model_url").startswith("http://127.0.0.1:")
    assert noted == {
        "users": "5",
        "agents": "3",
        "messages": "2..4",
        "cleanup": "no",
        "database": f"sqlite:///{checkout.folder}/.servers/small.db",
        "deployment": checkout.environment["MAIM_DEPLOYMENT"],
        "reports": "none",
        "port": "none",
    }
    assert read_record(checkout.folder / ".servers") is None


def test_a_test_interrupted_before_the_flow_stops_what_it_has_started(
    checkout: Checkout, write_profile: WriteProfile, tmp_path: Path
) -> None:
    # The second look at its health is that of the table, which is printed before the flow.
    looked = tmp_path / "looked"
    write_profile(replier=f"--healthy-once {looked}")
    with checkout.begin("test") as test:
        assert wait_until(looked.exists, 20)
        backends = checkout.record.backends
        test.send_signal(signal.SIGTERM)
        assert test.wait(20) == 128 + signal.SIGTERM
    assert [each.find() for each in backends] == [None, None, None]
    (report,) = checkout.reports
    assert read_results(report).errors == ["The run was stopped before its end."]


def test_a_test_interrupted_while_it_stops_the_servers_stops_them_to_the_end(
    checkout: Checkout, write_profile: WriteProfile
) -> None:
    write_profile(configurator="--after-model")
    with checkout.begin("test") as test:
        assert wait_until(lambda: checkout.has_launched(3), 20)
        model, _, replier = backends = checkout.record.backends
        assert wait_until(lambda: "stopped at" in replier.log_file.read_text("utf-8"), 20)
        test.send_signal(signal.SIGTERM)
        os.kill(model.pid, signal.SIGKILL)
        assert test.wait(20) == 128 + signal.SIGTERM
    assert [each.find() for each in backends] == [None, None, None]
    assert read_record(checkout.folder / ".servers") is None


@pytest.mark.usefixtures("as_in_terminal")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_flow_undoes_itself_before_its_servers_stop_however_often_it_is_interrupted(
    checkout: Checkout, number: signal.Signals, code: int
) -> None:
    checkout.write_step(UNDONE_LATER)
    with checkout.begin("test") as test:
        assert wait_until((checkout.folder / "waiting.txt").exists, 20)
        backends = checkout.record.backends
        test.send_signal(number)
        assert wait_until((checkout.folder / "undoing.txt").exists, 20)
        test.send_signal(number)
        assert test.stderr
        assert test.stderr.readline().startswith("Already ending")
        (checkout.folder / "go.txt").touch()
        assert test.wait(20) == code
    assert (checkout.folder / "undone.txt").read_text("utf-8") == "200"
    assert not checkout.reports
    assert [each.find() for each in backends] == [None, None, None]


def test_a_flow_that_does_not_undo_itself_in_time_is_killed(checkout: Checkout) -> None:
    checkout.run("start")
    checkout.write_step(UNDONE_LATER)
    checkout.environment["MAIM_WAIT_FACTOR"] = "0.01"
    with checkout.begin("test") as test:
        assert wait_until((checkout.folder / "waiting.txt").exists, 20)
        test.send_signal(signal.SIGTERM)
        assert test.wait(20) == 1
        assert test.stderr
        assert test.stderr.read() == (
            "error: the interrupted flow had not undone itself after 0.6 s and was killed; remove what it left with "
            "python -m support.purge --resume.\n"
        )
    (report,) = checkout.reports
    assert "was killed" in read_results(report).errors[0]


def test_paths_that_are_given_are_seen_from_the_folder_of_the_command(checkout: Checkout, tmp_path: Path) -> None:
    variables = {
        "MAIM_DEPLOYMENT": "./small.toml",
        "MAIM_DATABASE_URL": "sqlite:///own.db",
        "MAIM_REPORTS": "own-reports",
    }
    there = replace(with_variables(variables, checkout), caller=tmp_path)
    there.run("start")
    assert there.record.database_url == f"sqlite:///{tmp_path}/own.db"
    again = there.run("start")
    assert again.returncode == 0, again.stderr
    tested = there.run("test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    noted = dict(line.split("=", 1) for line in (checkout.folder / "noted.txt").read_text("utf-8").splitlines())
    assert noted["deployment"] == f"{tmp_path}/small.toml"
    assert noted["database"] == f"sqlite:///{tmp_path}/own.db"
    assert noted["reports"] == f"{tmp_path}/own-reports"


def test_a_failing_flow_fails_the_command_and_leaves_servers_that_were_running(checkout: Checkout) -> None:
    checkout.run("start")
    pids = checkout.pids
    assert checkout.run("test", "--users", "9").returncode == 1
    assert checkout.pids == pids
    assert all(each.find() for each in checkout.record.backends)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["test", "--users", "0"], "users='0' is refused"),
        (["start", "--replier-port", "70000"], "replier_port='70000' is refused"),
        (["begin"], "invalid choice: 'begin'"),
    ],
)
def test_what_cannot_be_used_is_refused(checkout: Checkout, arguments: list[str], expected: str) -> None:
    refused = checkout.run(*arguments)
    assert refused.returncode == 2
    assert expected in refused.stderr


def test_a_deployment_that_is_only_attached_to_is_refused(checkout: Checkout) -> None:
    checkout.environment["MAIM_DEPLOYMENT"] = "attach.example"
    refused = checkout.run("start")
    assert refused.returncode == 2
    assert "is a deployment to attach to" in refused.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"MAIM_CONFIGURATOR_URL": "http://127.0.0.1:1", "MAIM_REPLIER_URL": "ws://127.0.0.1:1"},
        {"MAIM_DEPLOYMENT": "attach.example"},
        {"MAIM_DEPLOYMENT": "nosuch", "MAIM_USERS": "0"},
    ],
)
def test_what_was_started_is_shown_and_stopped_whatever_is_set_now(
    checkout: Checkout, variables: dict[str, str]
) -> None:
    started = checkout.run("start")
    checkout.environment.update(variables)
    status = checkout.run("status")
    assert (status.returncode, status.stdout, status.stderr) == (0, started.stdout, "")
    stopped = checkout.run("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "Stopped replier, configurator, model.\n")
    assert checkout.run("status").returncode == 1


def test_without_its_packages_it_says_what_to_do(checkout: Checkout) -> None:
    command = [sys.executable, "-S", str(checkout.folder / "start_servers.py"), "status"]
    lacking = run(command, "/", checkout.environment)
    assert lacking.returncode == 2
    assert "run `make setup` first" in lacking.stderr
    assert len(lacking.stderr.splitlines()) == 1


def test_without_its_packages_it_runs_with_those_of_the_virtual_environment(checkout: Checkout) -> None:
    make_virtual_environment(checkout)
    command = [sys.executable, "-S", str(checkout.folder / "start_servers.py"), "status"]
    status = run(command, "/", checkout.environment)
    assert (status.returncode, status.stderr) == (1, "")
    assert "not running" in status.stdout


def test_the_shell_script_takes_the_same_verbs_from_any_directory(checkout: Checkout) -> None:
    make_virtual_environment(checkout)
    command = ["bash", "checkout/start_servers.sh", "status"]
    status = run(command, checkout.folder.parent, checkout.environment)
    assert (status.returncode, status.stderr) == (1, "")
    assert status.stdout.count("not running") == 3


def test_the_shell_script_runs_through_a_link(checkout: Checkout, tmp_path: Path) -> None:
    make_virtual_environment(checkout)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "servers").symlink_to("../checkout/start_servers.sh")
    status = run(["bash", "bin/servers", "status"], tmp_path, checkout.environment)
    assert (status.returncode, status.stderr) == (1, "")
    assert status.stdout.count("not running") == 3


def test_an_interpreter_that_cannot_be_run_is_told_in_one_sentence(checkout: Checkout) -> None:
    make_virtual_environment(checkout)
    python = checkout.folder / ".venv" / "bin" / "python"
    python.chmod(0o644)
    command = [sys.executable, "-S", str(checkout.folder / "start_servers.py"), "status"]
    refused = run(command, "/", checkout.environment)
    assert refused.returncode == 2
    assert f"; {python} cannot be run in its place (Permission denied); make it yours, or" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def with_variables(variables: dict[str, str], checkout: Checkout) -> Checkout:
    return replace(checkout, environment={**checkout.environment, **variables})


def start_with(variables: dict[str, str], checkout: Checkout) -> None:
    """Start the servers with variables that later commands do not have."""
    started = with_variables(variables, checkout).run("start")
    assert started.returncode == 0, started.stderr


def run(command: list[str], folder: Path | str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=60)


def make_virtual_environment(checkout: Checkout) -> None:
    python = checkout.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (signal.SIGKILL, "the flow was killed (signal SIGKILL); remove what it left with "),
        (signal.SIGTERM, "the flow was killed (signal SIGTERM); remove what it left with "),
    ],
)
def test_a_flow_that_is_killed_is_told_by_exit_code_and_report(
    running: Checkout, number: signal.Signals, wrong: str
) -> None:
    running.write_step(f"import os\nos.kill(os.getpid(), {number:d})\n")
    done = running.run("test")
    assert done.returncode == 128 + number
    assert f"error: {wrong}python -m support.purge --resume." in done.stderr
    (report,) = running.reports
    assert read_results(report).errors == [f"{wrong}python -m support.purge --resume."]


def test_a_flow_that_is_interrupted_before_it_can_report_is_reported(checkout: Checkout) -> None:
    checkout.write_step("import pathlib, threading\npathlib.Path('waiting.txt').touch()\nthreading.Event().wait(60)\n")
    with checkout.begin("test") as test:
        assert wait_until((checkout.folder / "waiting.txt").exists, 20)
        test.send_signal(signal.SIGTERM)
        assert test.wait(20) == 128 + signal.SIGTERM
    (report,) = checkout.reports
    assert read_results(report).errors == ["The run was stopped before its end."]
