import os
import resource
import signal
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from support.deployments import Deployment, start
from support.deployments.ports import free_ports
from support.errors import InfrastructureError, UsageError
from support.polling import wait_until
from support.settings import load_settings

Start = Callable[..., Deployment]
WriteProfile = Callable[..., Path]
FEW = 256
NEEDS_ESCAPES = pytest.mark.skipif(make_url("sqlite:///%3F").database != "?", reason="SQLAlchemy 2.0 has no escapes")


@pytest.fixture
def few_open_files() -> Iterator[None]:
    """Let a process have few of them, unless it asks for more, as the shells of many systems do."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def processes_of(folder: Path) -> list[psutil.Process]:
    """Everything that was launched for the folder: the small servers are told their database by environment."""
    ours = []
    for process in psutil.process_iter():
        try:
            if str(folder) in process.environ().get("MAIM_DATABASE_URL", ""):
                ours.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return ours


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused_before_anything_is_launched(
    start_small: Start, tmp_path: Path, url: str
) -> None:
    with pytest.raises(UsageError, match="is in memory, where every process would have one of its own; give a file"):
        start_small({"database_url": url})
    assert not list(tmp_path.glob("run/**/servers.json"))


@pytest.mark.parametrize("folder", ["a%20b", pytest.param("100%?", marks=NEEDS_ESCAPES)])
def test_a_database_is_made_in_the_folder_of_the_launch_however_that_is_called(
    start_small: Start, tmp_path: Path, folder: str
) -> None:
    start_small(folder=folder)
    assert (tmp_path / folder / "small.db").is_file()


def test_backends_serve_in_the_order_of_their_dependencies(start_small: Start) -> None:
    deployment = start_small()
    assert [backend.name for backend in deployment.backends] == ["model", "configurator", "replier"]
    assert all(backend.is_healthy() for backend in deployment.backends)
    births = [backend.created for backend in deployment.backends]
    assert births == sorted(births)
    deployment.check_alive()


def test_a_deployment_says_where_it_answers(start_small: Start, tmp_path: Path) -> None:
    deployment = start_small()
    model, configurator, replier = deployment.backends
    assert deployment.model_url == f"http://127.0.0.1:{model.port}"
    assert deployment.configurator_url == f"http://127.0.0.1:{configurator.port}"
    assert deployment.replier_url == f"ws://127.0.0.1:{replier.port}/ws"
    assert deployment.database_urls == (f"sqlite:///{tmp_path}/run/small.db",)


def test_each_backend_gets_its_environment_and_no_other_settings_of_the_suite(
    start_small: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIM_USERS", "7")
    monkeypatch.setenv("PLAIN", "handed on")
    deployment = start_small(replier="--print MAIM_USERS PLAIN MAIM_DATABASE_URL MODEL PYTHONUNBUFFERED")
    log = deployment.backends[2].log_file.read_text(encoding="utf-8")
    assert "MAIM_USERS None" in log
    assert "PLAIN handed on" in log
    assert f"MAIM_DATABASE_URL {deployment.database_urls[0]}" in log
    assert f"MODEL {deployment.model_url}/v1" in log
    assert "PYTHONUNBUFFERED 1" in log


def test_a_given_database_takes_the_place_of_the_first(start_small: Start, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/given.db"
    deployment = start_small({"database_url": url}, replier="--print MAIM_DATABASE_URL")
    assert deployment.database_urls == (url,)
    assert url in deployment.backends[2].log_file.read_text(encoding="utf-8")


def test_each_backend_leads_a_session_of_its_own(start_small: Start) -> None:
    for backend in start_small().backends:
        assert os.getsid(backend.pid) == backend.pid


def test_a_backend_that_dies_at_once_fails_the_start_with_its_last_20_lines(start_small: Start, tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match=r"configurator died \(exit code 3\)") as failure:
        start_small(configurator="--dies")
    lines = str(failure.value).splitlines()
    assert lines[1:] == [f"line {number}" for number in range(11, 31)]
    assert processes_of(tmp_path) == []


def test_a_backend_that_is_never_healthy_fails_the_start_saying_what_was_awaited(
    start_small: Start, tmp_path: Path
) -> None:
    with pytest.raises(InfrastructureError, match=r"alive but was not ready within 1 s: GET .* answers 503"):
        start_small(configurator="--health 503", configurator_timeout="1")
    assert processes_of(tmp_path) == []


def test_waits_are_multiplied_by_the_wait_factor(start_small: Start) -> None:
    with pytest.raises(InfrastructureError, match=r"not ready within 0\.3 s"):
        start_small({"wait_factor": "0.1"}, model="--health 503", model_timeout="3")


def test_when_a_later_backend_fails_the_earlier_ones_are_stopped(start_small: Start, tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="replier died"):
        start_small(replier="--dies")
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "run" / "servers.json").exists()


def test_the_logs_of_a_start_that_failed_are_masked(
    start_small: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "mb_0123456789abcdefghijABCDEFGHIJ")
    with pytest.raises(InfrastructureError, match="replier died"):
        start_small(model="--print KEY", replier="--dies")
    assert "KEY ***\n" in (tmp_path / "run" / "logs" / "model.log").read_text(encoding="utf-8")


@pytest.mark.usefixtures("as_in_terminal")
def test_ctrl_c_in_mid_start_leaves_nothing_running(start_small: Start, tmp_path: Path) -> None:
    def interrupt_when_two_are_launched() -> None:
        wait_until(lambda: len(processes_of(tmp_path)) >= 2, 10)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt_when_two_are_launched).start()
    with pytest.raises(KeyboardInterrupt):
        start_small(configurator="--health 503")
    assert processes_of(tmp_path) == []


def test_a_port_that_a_healthy_foreign_server_holds_is_refused_with_its_owner(
    start_small: Start, serve: Callable[..., int], tmp_path: Path
) -> None:
    port = serve()
    with pytest.raises(InfrastructureError) as failure:
        start_small({"configurator_port": str(port)})
    message = str(failure.value)
    assert f"port {port} of the configurator is taken by process " in message
    assert "configurator_port=auto" in message
    assert psutil.Process().username() in message
    assert not (tmp_path / "run").exists()


def test_a_backend_that_dies_is_not_waited_for_while_another_starts(start_small: Start) -> None:
    with pytest.raises(InfrastructureError, match="replier died"):
        start_small(together="true", model="--health 503", model_timeout="5", replier="--dies")


@pytest.mark.parametrize("replier", ["", "--lives-on"])
def test_a_port_that_is_stolen_between_check_and_bind_is_named(
    start_small: Start, tmp_path: Path, replier: str
) -> None:
    (port,) = free_ports(1)
    thief = socket.socket()
    thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do

    def steal_when_the_model_is_launched() -> None:
        wait_until(lambda: bool(processes_of(tmp_path)), 10)
        thief.bind(("127.0.0.1", port))
        thief.listen()

    threading.Thread(target=steal_when_the_model_is_launched).start()
    with (
        thief,
        pytest.raises(InfrastructureError, match=f"port {port} of the replier is taken by process {os.getpid()}"),
    ):
        start_small({"replier_port": str(port)}, replier=replier)


def test_one_port_for_two_backends_is_refused(start_small: Start) -> None:
    (port,) = free_ports(1)
    with pytest.raises(UsageError, match="have the same port"):
        start_small({"configurator_port": str(port), "replier_port": str(port)})


def test_two_deployments_with_auto_ports_run_at_once(start_small: Start) -> None:
    first, second = start_small(folder="first"), start_small(folder="second")
    urls = {each.url for deployment in (first, second) for each in deployment.backends}
    assert len(urls) == 6
    assert all(each.is_healthy() for deployment in (first, second) for each in deployment.backends)


def test_a_program_that_does_not_exist_is_named(write_profile: WriteProfile, tmp_path: Path) -> None:
    profile = write_profile()
    profile.write_text(profile.read_text(encoding="utf-8").replace("{python}", "no-such-program"), encoding="utf-8")
    with pytest.raises(InfrastructureError, match=r"model cannot be launched \(.*no-such-program"):
        start(load_settings({"deployment": str(profile)}, {}), tmp_path / "run")


def test_a_folder_that_cannot_be_made_is_named(start_small: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match=r"file cannot hold a deployment .*; give a folder"):
        start_small(folder="file")


def test_a_database_that_does_not_open_is_refused_before_anything_is_launched(
    start_small: Start, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="does not open: unable to open database file"):
        start_small({"database_url": f"sqlite:///{tmp_path}/no/such/folder/maimbot.db"})


@pytest.mark.filterwarnings("ignore:Query string")
def test_a_database_password_is_neither_shown_in_an_error_nor_in_a_repr_nor_written_down(
    start_small: Start, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as failure:
        start_small({"database_url": "postgresql+psycopg://maim:s3cret@127.0.0.1:1/maim"})
    assert "s3cret" not in str(failure.value)
    # SQLite has no passwords; that a URL holds one is what matters here.
    deployment = start_small({"database_url": f"sqlite:///{tmp_path}/plain.db?password=s3cret"})
    assert "s3cret" not in repr(deployment)
    record = tmp_path / "run" / "servers.json"
    assert "s3cret" not in record.read_text(encoding="utf-8")
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_a_model_url_without_attaching_is_refused(start_small: Start) -> None:
    with pytest.raises(UsageError, match="model_url is only for attaching"):
        start_small({"model_url": "http://127.0.0.1:1"})


@pytest.mark.usefixtures("few_open_files")
def test_backends_and_the_run_may_have_as_many_open_files_as_the_system_allows(start_small: Start) -> None:
    backends = start_small().backends
    for process in (psutil.Process(), *(each.process for each in backends)):
        soft, hard = process.rlimit(psutil.RLIMIT_NOFILE)
        assert soft == hard > FEW
