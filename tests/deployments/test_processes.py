import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from support.deployments.ports import HOST, free_ports, owner, why_not_free
from support.deployments.processes import find
from support.deployments.readiness import what_is_missing
from support.interrupts import interrupts_deferred
from support.polling import wait_until


@pytest.fixture
def idle() -> Iterator[psutil.Popen]:
    process = psutil.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    yield process
    with suppress(psutil.NoSuchProcess):
        process.kill()
    process.wait()


def test_a_process_is_found_by_pid_and_creation_time(idle: psutil.Popen) -> None:
    created = idle.create_time()
    found = find(idle.pid, created)
    assert found
    assert found.pid == idle.pid
    assert find(idle.pid, created - 10) is None
    assert find(idle.pid, created + 10) is None


def test_a_dead_process_is_not_found_even_before_it_is_reaped(idle: psutil.Popen) -> None:
    created = idle.create_time()
    idle.kill()
    assert wait_until(lambda: psutil.Process(idle.pid).status() == psutil.STATUS_ZOMBIE, 5)
    assert find(idle.pid, created) is None
    assert what_is_missing(idle, "http://127.0.0.1:1/health") == "its process is not running"


def test_a_healthy_server_on_the_port_does_not_make_a_process_ready_that_does_not_own_it(
    idle: psutil.Popen, serve: Callable[..., int]
) -> None:
    port = serve()
    missing = what_is_missing(idle, f"http://127.0.0.1:{port}/health")
    assert missing == f"port {port} is not its own, but belongs to {owner(port)}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_until_a_launch_is_noted_down(number: signal.Signals) -> None:
    noted = []

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def launch() -> None:
        with interrupts_deferred():
            os.kill(os.getpid(), number)
            noted.append("launched")

    before = signal.signal(number, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            launch()
        assert noted == ["launched"]
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert [why_not_free(port) for port in ports] == [None] * 20


def test_a_free_port_is_for_who_names_it_and_for_nobody_who_asks_for_any() -> None:
    (port,) = free_ports(1)
    with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
        # So does the system look whether it may give the port to somebody.
        other.bind((HOST, port))
    with socket.create_server((HOST, port)) as server:
        assert server.getsockname() == (HOST, port)


def test_a_taken_port_names_its_owner(serve: Callable[..., int]) -> None:
    port = serve()
    named = why_not_free(port)
    assert named
    assert named.startswith("process ")
    assert named.endswith(f" of user {psutil.Process().username()}")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_port_of_another_users_process_is_taken_all_the_same(serve: Callable[..., int]) -> None:
    port = serve()
    # As a user who may not look into the server's process.
    look = f"import os; from support.deployments.ports import owner; os.setuid(65534); print(owner({port}))"
    seen = subprocess.run([sys.executable, "-c", look], check=False, capture_output=True, text=True, timeout=20)
    assert seen.stdout.strip() == "another user's process", seen.stderr
