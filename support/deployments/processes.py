"""Operating-system processes: launched in sessions of their own, found again and stopped by pid and creation time."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from support.errors import InfrastructureError
from support.polling import wait_until

# The creation time is derived from the boot time, which moves when the clock is set.
_CLOCK_TOLERANCE = 1.0
SECONDS_AFTER_SIGTERM = 5.0
_SECONDS_AFTER_SIGKILL = 5.0


def launch(command: Sequence[str], environment: Mapping[str, str], folder: Path, log_file: Path) -> psutil.Popen:
    """Launch a process that appends its output to the log file. Raises OSError when it cannot be executed."""
    with log_file.open("ab") as log:
        return psutil.Popen(
            list(command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log_file: Path, seconds: float
) -> int | None:
    """Run a process to its end and return its exit code; None when it was killed because it took longer.

    Raises OSError when it cannot be executed.
    """
    process = launch(command, environment, folder, log_file)
    if not wait_until(lambda: process.poll() is not None, seconds):
        kill(process)
        return None
    code: int = process.returncode
    return code


def find(pid: int, created: float) -> psutil.Process | None:
    """Return the living process with this pid, if it is the one that was created then (seconds since 1970)."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if abs(process.create_time() - created) <= _CLOCK_TOLERANCE and is_alive(process):
            return process
    return None


def is_alive(process: psutil.Process) -> bool:
    """Return whether the process runs; one that has died and waits to be reaped does not."""
    if isinstance(process, psutil.Popen):
        return process.poll() is None
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def exit_code(process: psutil.Popen) -> int | None:
    """Return the exit code, or the negative signal, of a process that we launched; None while it runs."""
    with suppress(psutil.NoSuchProcess):
        if process.cmdline():
            return None
    # It has lost its memory and perhaps its sockets, but not yet told its parent: it is dying.
    wait_until(lambda: not is_alive(process), _SECONDS_AFTER_SIGKILL)
    code: int | None = process.poll()
    return code


def describe_exit(code: int) -> str:
    """Return an exit code in words: exit code 3, signal SIGKILL."""
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def listens(process: psutil.Process, port: int) -> bool:
    """Return whether the process, or one that it started, listens on this TCP port."""
    return any(port in _listening_ports(each) for each in _family(process))


def stop_in_order(groups: Sequence[Mapping[str, psutil.Process]], grace: float = SECONDS_AFTER_SIGTERM) -> None:
    """Stop one group after the other, the processes of a group, by name, at the same time.

    Each gets SIGTERM with all that it started; what is left after these seconds is killed.
    Raises InfrastructureError naming those that were, when all are down.
    """
    late: list[str] = []
    try:
        for group in groups:
            late += _stop(group, grace)
    finally:
        # A second Ctrl-C ends our patience, not our duty.
        for group in groups:
            for process in group.values():
                kill(process)
    if late:
        raise InfrastructureError(
            f"{' and '.join(late)} did not stop within {grace:g} s of SIGTERM and had to be killed; "
            "the end of the log may say why."
        )


def _stop(group: Mapping[str, psutil.Process], grace: float) -> list[str]:
    """Stop the processes; return the names of those that had to be killed."""
    stopping = [each for process in group.values() for each in _family(process)]
    for each in stopping:
        with suppress(psutil.NoSuchProcess):
            each.terminate()
    wait_until(lambda: not any(map(is_alive, stopping)), grace)
    return [name for name, process in group.items() if kill(process)]


def kill(process: psutil.Process) -> bool:
    """SIGKILL the process and all that it started; return whether there was anything to kill."""
    family = _family(process)
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    wait_until(lambda: not any(map(is_alive, family)), _SECONDS_AFTER_SIGKILL)
    return bool(family)


def _family(leader: psutil.Process) -> list[psutil.Process]:
    """Return what is alive of the leader's session: the leader and all that it started."""
    if not leader.is_running() and psutil.pid_exists(leader.pid):
        # A pid is given again only when nothing is left of the session that bears it: this is another's.
        return []
    family = [leader]
    for pid in psutil.pids():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if pid != leader.pid and os.getsid(pid) == leader.pid:
                family.append(psutil.Process(pid))
    return [process for process in family if is_alive(process)]


def _listening_ports(process: psutil.Process) -> set[int]:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return {
            each.laddr.port
            for each in process.net_connections("tcp")
            if each.laddr and each.status == psutil.CONN_LISTEN
        }
    return set()
