"""The configurator as a process: its health, its stop, its first start."""

import resource
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from embedded.configurator.app import create_app
from tests.embedded.configurator.api import PASSWORD, Configurator


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_it_is_healthy(configurator: Configurator, path: str) -> None:
    response = configurator.get(path)
    assert (response.status_code, response.json()["status"]) == (200, "healthy")


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_it_is_unhealthy_when_the_database_does_not_answer(broken: Configurator, path: str) -> None:
    response = broken.get(path)
    assert (response.status_code, response.json()["status"]) == (503, "unhealthy")


def test_it_may_have_as_many_open_files_as_the_system_allows(start_configurator: Callable[[], Configurator]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        configurator = start_configurator()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    configurator.await_ready()
    assert psutil.Process(configurator.pid).rlimit(psutil.RLIMIT_NOFILE) == (hard, hard)


def test_sigterm_stops_it_although_a_connection_is_open(start_configurator: Callable[[], Configurator]) -> None:
    configurator = start_configurator()
    configurator.await_ready()
    with socket.create_connection(("127.0.0.1", configurator.port)) as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(20).startswith(b"HTTP/1.1 200")
        configurator.terminate()
        configurator.await_end()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", configurator.port))


def test_a_restart_keeps_what_was_registered_and_ends_all_tokens(
    start_configurator: Callable[[], Configurator],
) -> None:
    before = start_configurator()
    before.await_ready()
    account = before.register()
    agent = before.create_agent(account, template_id="caring_friend")
    before.stop()
    after = start_configurator()
    after.await_ready()
    assert after.get("/api/v1/auth/me", account.access).status_code == 401
    again = after.log_in(account.username)
    assert after.get("/api/v1/agents/", again.access).json() == [agent]
    assert after.get("/api/v1/agents/templates/caring_friend").json()["usage_count"] == 1


def test_many_that_start_at_once_on_an_empty_database_prepare_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    together = threading.Barrier(8)

    def start(_: int) -> None:
        together.wait(10)
        create_app(url)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM agent_templates")) == 5
    engine.dispose()


def test_a_database_that_does_not_open_is_one_sentence(tmp_path: Path) -> None:
    configurator = Configurator(tmp_path, f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    assert configurator.await_end() == 1
    log = configurator.log.read_text()
    assert "MAIM_DATABASE_URL" in log
    assert "Traceback" not in log


def test_other_requests_are_answered_while_passwords_are_hashed(configurator: Configurator) -> None:
    account = configurator.register()
    deadline = time.monotonic() + 10
    with ThreadPoolExecutor(16) as pool:
        logins = [pool.submit(configurator.try_to_log_in, account.username) for _ in range(48)]
        assert configurator.get("/health").status_code == 200
        answered_before = sum(login.done() for login in logins)
        assert {login.result(deadline - time.monotonic()).status_code for login in logins} == {200}
    assert answered_before < 48


def test_the_log_holds_no_secret(configurator: Configurator) -> None:
    account = configurator.register()
    configurator.try_to_register(username=account.username)
    configurator.try_to_log_in(account.username, "hush-hush")
    new_key = configurator.post("/api/v1/tenant/regenerate-api-key", account.access).json()["api_key"]
    configurator.post("/api/v1/auth/logout", account.access)
    log = configurator.log.read_text()
    assert account.tenant_id in log
    for secret in (PASSWORD, "hush-hush", account.access, account.refresh, account.info["api_key"], new_key):
        assert secret not in log
