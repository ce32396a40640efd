import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from support.deployments import Backend, Deployment, load_profile, running_recorded, stop_recorded
from support.deployments.processes import is_alive
from support.deployments.record import read_record, write_record
from support.errors import InfrastructureError, UsageError
from support.masking import MASK
from support.polling import wait_until

Start = Callable[..., Deployment]
KEY = "mb_0123456789abcdefghijABCDEFGHIJ0123456789abc"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that belongs to no deployment."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_killed_backend_is_noticed_with_its_last_log_lines(start_small: Start) -> None:
    deployment = start_small(replier="--print PYTHONUNBUFFERED")
    replier = deployment.backends[2]
    os.kill(replier.pid, signal.SIGKILL)
    assert wait_until(lambda: not replier.is_healthy(), 5)
    with pytest.raises(InfrastructureError, match=r"replier died \(signal SIGKILL\)") as failure:
        deployment.check_alive()
    assert "PYTHONUNBUFFERED 1" in str(failure.value)


def test_a_backend_is_restarted_on_its_port_as_another_process(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small()
    replier = deployment.backends[2]
    before = replier.pid, replier.url
    deployment.restart("replier")
    assert replier.pid != before[0]
    assert replier.url == before[1]
    assert replier.is_healthy()
    record = read_record(tmp_path / "run")
    assert record
    assert [each.pid for each in record.backends] == [each.pid for each in deployment.backends]


def test_a_killed_backend_can_be_restarted(start_small: Start) -> None:
    deployment = start_small()
    os.kill(deployment.backends[1].pid, signal.SIGKILL)
    deployment.restart("configurator")
    deployment.check_alive()


def test_what_has_died_or_hangs_is_revived_and_what_serves_is_left_alone(start_small: Start) -> None:
    # A short look at what hangs, and time enough for the start on a busy machine.
    deployment = start_small(
        {"wait_factor": "0.3"}, model_timeout="100", configurator_timeout="100", replier_timeout="100"
    )
    model, configurator, replier = deployment.backends
    untouched = configurator.pid
    os.kill(model.pid, signal.SIGKILL)
    os.kill(replier.pid, signal.SIGSTOP)
    assert deployment.revive() == ["model", "replier"]
    assert all(backend.is_healthy() for backend in deployment.backends)
    assert configurator.pid == untouched
    assert deployment.revive() == []


def test_only_backends_of_the_deployment_are_restarted(start_small: Start) -> None:
    with pytest.raises(UsageError, match=r"'repliers' is no backend .* model, configurator, replier"):
        start_small().restart("repliers")


def test_stopping_stops_everything_in_reverse_order_and_nothing_twice(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small(model="--child")
    log = deployment.backends[0].log_file
    assert wait_until(lambda: "child" in log.read_text(encoding="utf-8"), 5)
    child = psutil.Process(int(log.read_text(encoding="utf-8").split()[1]))
    processes = [backend.process for backend in deployment.backends]
    logs = [backend.log_file for backend in deployment.backends]
    deployment.stop()
    assert not any(process.is_running() for process in processes)
    assert not is_alive(child)
    ends = [float(log.read_text(encoding="utf-8").split("stopped at ")[1]) for log in logs]
    assert ends == sorted(ends, reverse=True), "a backend stops before those that it needs"
    assert deployment.backends == ()
    assert not (tmp_path / "run" / "servers.json").exists()
    deployment.stop()


def test_what_starts_together_stops_together(start_small: Start) -> None:
    deployment = start_small(together="true", replier="--after-model")
    processes = [backend.process for backend in deployment.backends]
    deployment.stop()
    assert [process.wait(5) for process in processes] == [0, 0, 0], "the replier ends when the model has ended"


def test_what_a_killed_backend_had_started_is_stopped(start_small: Start) -> None:
    deployment = start_small(model="--child")
    log = deployment.backends[0].log_file
    assert wait_until(lambda: "child" in log.read_text(encoding="utf-8"), 5)
    child = psutil.Process(int(log.read_text(encoding="utf-8").split()[1]))
    deployment.backends[0].process.kill()
    deployment.backends[0].process.wait(5)
    assert child.is_running()
    deployment.stop()
    assert not is_alive(child)


def test_a_backend_that_ignores_sigterm_is_killed_and_named_when_all_are_down(start_small: Start) -> None:
    deployment = start_small(
        {"wait_factor": "0.1"},
        configurator="--stubborn",
        model_timeout="100",
        configurator_timeout="100",
        replier_timeout="100",
    )
    processes = [backend.process for backend in deployment.backends]
    with pytest.raises(InfrastructureError, match=r"^configurator did not stop within 0.5 s of SIGTERM"):
        deployment.stop()
    assert not any(process.is_running() for process in processes)


def test_what_a_killed_run_left_is_stopped_by_its_record(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small()
    processes = [backend.process for backend in deployment.backends]
    assert stop_recorded(tmp_path / "run") == ("replier", "configurator", "model")
    assert wait_until(lambda: all(process.poll() is not None for process in processes), 5)
    assert stop_recorded(tmp_path / "run") == ()


def test_there_is_a_record_before_anything_is_launched(tmp_path: Path) -> None:
    backend = Backend(
        name="replier", url="ws://127.0.0.1:9", port=9, health_url="http://127.0.0.1:9", log_file=tmp_path / "log",
        command=("no such command",), working_directory=tmp_path, environment={}, start_timeout=1,
    )  # fmt: skip
    deployment = Deployment(
        profile=load_profile("embedded"), profile_name="embedded", configurator_url="http://127.0.0.1:9",
        replier_url=backend.url, model_url=None, database_urls=("sqlite:///any.db",), directory=tmp_path,
    )  # fmt: skip
    with pytest.raises(InfrastructureError, match="replier cannot be launched"):
        deployment.launch(backend)
    record = read_record(tmp_path)
    assert record
    assert record.backends == ()


def test_what_was_launched_and_not_recorded_any_more_is_stopped_by_its_log(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small()
    processes = [backend.process for backend in deployment.backends]
    record = read_record(tmp_path / "run")
    assert record
    write_record(tmp_path / "run", record.model_copy(update={"backends": record.backends[:1]}))
    assert sorted(running_recorded(tmp_path / "run")) == ["configurator", "model", "replier"]
    assert sorted(stop_recorded(tmp_path / "run")) == ["configurator", "model", "replier"]
    assert not any(map(is_alive, processes))


def test_who_only_reads_a_log_is_spared(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small()
    record, log = read_record(tmp_path / "run"), deployment.backends[0].log_file
    deployment.stop()
    assert record
    write_record(tmp_path / "run", record)
    program = "import sys; file = open(sys.argv[1]); print('opened', flush=True); input()"
    command = [sys.executable, "-c", program, str(log)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == b"opened\n"
        assert running_recorded(tmp_path / "run") == ()


def test_a_launch_stops_what_an_earlier_one_left_in_its_folder(start_small: Start) -> None:
    earlier = start_small()
    start_small()
    with pytest.raises(InfrastructureError, match="model died"):
        earlier.check_alive()


def test_a_process_that_only_bears_a_recorded_pid_is_spared(
    start_small: Start, tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    deployment = start_small()
    path = tmp_path / "run" / "servers.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["backends"][2]["pid"] = stranger.pid
    record["backends"][2]["created"] = psutil.Process(stranger.pid).create_time() - 60
    path.write_text(json.dumps(record), encoding="utf-8")
    recorded = read_record(tmp_path / "run")
    assert recorded
    assert recorded.backends[2].what_is_missing() == f"not running (pid {stranger.pid} is another process now)"
    assert stop_recorded(tmp_path / "run") == ("replier", "configurator", "model"), "the replier is known by its log"
    assert stranger.poll() is None
    deployment.stop()
    assert stranger.poll() is None


def test_a_dead_backend_that_nobody_has_reaped_is_not_running(start_small: Start, tmp_path: Path) -> None:
    replier = start_small().backends[2]
    os.kill(replier.pid, signal.SIGKILL)
    assert wait_until(lambda: psutil.Process(replier.pid).status() == psutil.STATUS_ZOMBIE, 5)
    recorded = read_record(tmp_path / "run")
    assert recorded
    assert recorded.backends[2].what_is_missing() == "not running"


@pytest.mark.parametrize("stop", [Deployment.stop, lambda deployment: stop_recorded(deployment.directory)])
def test_the_logs_of_what_has_stopped_are_masked_and_until_then_as_they_were_written(
    start_small: Start, monkeypatch: pytest.MonkeyPatch, stop: Callable[[Deployment], object]
) -> None:
    monkeypatch.setenv("KEY", KEY)
    deployment = start_small(replier="--print KEY")
    log = deployment.backends[2].log_file
    own_log = log.parents[1] / "maimbot" / "logs" / "app.log.jsonl"
    own_log.parent.mkdir(parents=True)
    own_log.write_text(KEY, encoding="utf-8")
    deployment.restart("replier")
    written = f"KEY {KEY}\n"
    assert log.read_text(encoding="utf-8").count(written) == 2
    stop(deployment)
    assert log.read_text(encoding="utf-8").count(written.replace(KEY, MASK)) == 2
    assert KEY not in log.read_text(encoding="utf-8") + own_log.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_masked_is_named(start_small: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", KEY)
    deployment = start_small(replier="--print KEY")
    (in_the_way := deployment.backends[2].log_file.with_name(f"replier.log.{os.getpid()}.tmp")).mkdir()
    with pytest.raises(InfrastructureError, match=r"replier\.log cannot be rewritten without the secrets in it"):
        deployment.stop()
    in_the_way.rmdir()


@pytest.mark.parametrize("content", [b'{"backends": 7}', b"\xff\xfe"])
def test_a_damaged_record_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "servers.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"servers\.json is no record"):
        stop_recorded(tmp_path)
