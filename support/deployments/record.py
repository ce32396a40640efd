"""servers.json: what is launched in a folder, so that another process can find and stop it."""

import os
from contextlib import suppress
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from support.deployments.logs import mask_logs
from support.deployments.processes import find, is_alive, stop_in_order
from support.deployments.readiness import what_is_missing
from support.errors import InfrastructureError, UsageError

_FILE = "servers.json"
_STANDARD_OUTPUT = 1


class BackendRecord(BaseModel):
    """A launched backend as written down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str
    health_url: str
    pid: int
    created: float
    log_file: Path

    def find(self) -> psutil.Process | None:
        """Return its process, if it still runs and is the one that was written down."""
        return find(self.pid, self.created)

    def what_is_missing(self) -> str | None:
        """Return why it does not serve, or None when it is healthy."""
        found = self.find()
        if found:
            return what_is_missing(found, self.health_url)
        with suppress(psutil.NoSuchProcess):
            # A dead one that nobody has reaped, as in a container without init, still has its pid.
            if is_alive(psutil.Process(self.pid)):
                return f"not running (pid {self.pid} is another process now)"
        return "not running"


class DeploymentRecord(BaseModel):
    """A launched deployment as written down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deployment: str
    configurator_url: str
    replier_url: str
    model_url: str | None
    front_url: str | None
    # None when it holds a password: a file is no place for that.
    database_url: str | None
    # By which it is known again then.
    database_fingerprint: str | None = None
    backends: tuple[BackendRecord, ...]


def write_record(directory: Path, record: DeploymentRecord) -> None:
    """Write the folder's record; a reader sees the old one or the new one, never half of it.

    Raises InfrastructureError when that is impossible.
    """
    draft = directory / f"{_FILE}.{os.getpid()}"
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(record.model_dump_json(indent=2), encoding="utf-8")
        draft.replace(directory / _FILE)
    except OSError as error:
        raise InfrastructureError(
            f"{directory / _FILE} cannot be written ({error.strerror}), and nothing may be launched that it does not "
            "name; make room there, or give another folder."
        ) from error


def read_record(directory: Path) -> DeploymentRecord | None:
    """Return what is recorded in the folder, or None. Raises UsageError when the file is not readable."""
    path = directory / _FILE
    try:
        return DeploymentRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or no record
        raise UsageError(
            f"{path} is no record of launched servers; stop what still runs by hand and delete the file."
        ) from error


def delete_record(directory: Path) -> None:
    """Forget what was launched in the folder."""
    (directory / _FILE).unlink(missing_ok=True)


def running_recorded(directory: Path) -> tuple[str, ...]:
    """Return the names of what the folder's record names and still runs, in reverse order."""
    record = read_record(directory)
    return tuple(_running(record, directory)) if record else ()


def stop_recorded(directory: Path) -> tuple[str, ...]:
    """Stop what the folder's record names, in reverse order, and only if it is the same process; return the names.

    The logs of all are masked then. Raises InfrastructureError naming those that had to be killed, when all are down.
    """
    record = read_record(directory)
    if record is None:
        return ()
    running = _running(record, directory)
    try:
        stop_in_order([{name: process} for name, process in running.items()])
    finally:
        mask_logs(directory)
    delete_record(directory)
    return tuple(running)


def _running(record: DeploymentRecord, directory: Path) -> dict[str, psutil.Process]:
    recorded = {each.name: found for each in reversed(record.backends) if (found := each.find())}
    unrecorded = {name: found for name, found in _logging_into(directory).items() if name not in recorded}
    return unrecorded | recorded


def _logging_into(directory: Path) -> dict[str, psutil.Process]:
    """Return what writes its log there, so also what a launch that was killed had no time to write down."""
    logs = directory.resolve() / "logs"
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) == process.pid:
                outputs = [Path(file.path) for file in process.open_files() if file.fd == _STANDARD_OUTPUT]
                found.update({path.stem: process for path in outputs if path.parent == logs})
    return found
