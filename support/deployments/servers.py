"""The servers of this repository: launched by one command, looked at and stopped by others."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from support.deployments.databases import has_fingerprint, holds_password, with_absolute_path
from support.deployments.launch import launch
from support.deployments.processes import describe_exit
from support.deployments.profiles import from_any_folder, load_profile
from support.deployments.record import BackendRecord, DeploymentRecord, read_record, stop_recorded
from support.errors import InfrastructureError, UsageError
from support.interrupts import interrupts_deferred
from support.open_files import allow_many_open_files
from support.settings import ENVIRONMENT_PREFIX, Settings

# Of which status tells that nothing runs.
_DEFAULT_DEPLOYMENT = "embedded"
_NOT_RECORDED = "one with a password"
_ANOTHER = "another with a password"
_FLOW = "features/flow.feature"
# For an interrupted flow; times wait_factor.
_SECONDS_TO_UNDO = 60.0


class FlowKilledError(InfrastructureError):
    """A signal has ended the flow before it could undo itself."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"the flow was killed ({describe_exit(-number)}); remove what it left with "
            "python -m support.purge --resume."
        )
        self.exit_code = 128 + number


class Servers:
    """Servers that outlive the command that launches them; state, logs and database are in .servers/."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / ".servers"
        self._has_launched = False
        self.flow_has_reported = False
        # Piped output has no width; there, no row is to be broken.
        self._console = Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False)

    def start(self, settings: Settings) -> int:
        """Launch the servers, unless all of them serve. Raises UsageError when they do, but not as it is asked for."""
        _refuse_to_attach(settings)
        with self._locked():
            record = read_record(self._folder)
            if record and self._all_healthy():
                _as_launched(record, settings)
                self._console.print("The servers are already running.")
            else:
                self._launch(settings)
        return self.status()

    def stop(self) -> int:
        """Stop what runs."""
        with self._locked():
            self._stop()
        return 0

    def restart(self, settings: Settings) -> int:
        """Stop what runs and launch it again, on the same ports, with the same database."""
        _refuse_to_attach(settings)
        with self._locked():
            record = read_record(self._folder)
            if record:
                settings = _to_launch_again(record, settings)
            try:
                self._stop()
            except InfrastructureError as killed:
                self._console.print(f"note: {killed}")
            self._launch(settings)
        return self.status()

    def status(self) -> int:
        """Print a row for each server; return 0 only when all are healthy."""
        table = Table("name", "url", "pid", "health", "log file")
        problems = self._problems()
        for name, record in self._records().items():
            health = problems[name] or "healthy"
            if record:
                table.add_row(name, record.url, str(record.pid), health, os.path.relpath(record.log_file))
            else:
                table.add_row(name, "", "", health, "")
        self._console.print(table)
        return 1 if any(problems.values()) else 0

    def test(self, settings: Settings, flow_settings: Mapping[str, str]) -> int:
        """Run the acceptance flow against the servers; launch them first, and stop them then, if they do not run."""
        _refuse_to_attach(settings)
        try:
            if not self._all_healthy():
                self.start(settings)
            return self._run_flow(settings, flow_settings)
        finally:
            if self._has_launched:
                with interrupts_deferred():
                    self.stop()

    def _records(self) -> dict[str, BackendRecord | None]:
        record = read_record(self._folder)
        recorded = {each.name: each for each in record.backends} if record else {}
        profile = load_profile(record.deployment if record else _DEFAULT_DEPLOYMENT)
        return {each.name: recorded.get(each.name) for each in profile.backends}

    def _problems(self) -> dict[str, str | None]:
        return {name: record.what_is_missing() if record else "not running" for name, record in self._records().items()}

    def _all_healthy(self) -> bool:
        return not any(self._problems().values())

    def _launch(self, settings: Settings) -> None:
        # From its first process on: an interrupt may come before launch() returns.
        self._has_launched = True
        allow_many_open_files()
        profile = load_profile(settings.deployment)
        with self._console.status(f"Starting {profile.name} ..."):
            launch(settings, profile, self._folder)

    def _stop(self) -> None:
        with self._console.status("Stopping ..."):
            stopped = stop_recorded(self._folder)
        self._console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing is running.")

    def _run_flow(self, settings: Settings, flow_settings: Mapping[str, str]) -> int:
        record = read_record(self._folder)
        if record is None:
            raise InfrastructureError("the servers were stopped by somebody else; run the test again.")
        settings = _as_launched(record, settings)
        urls = {
            "configurator_url": record.configurator_url,
            "replier_url": record.replier_url,
            "model_url": record.model_url,
            "front_url": record.front_url,
        }
        definitions = {**flow_settings, **{name: url for name, url in urls.items() if url}}
        command = [sys.executable, "-m", "behave", _FLOW]
        for name, value in definitions.items():
            command += ["-D", f"{name}={value}"]
        seconds = _SECONDS_TO_UNDO * settings.wait_factor
        return self._run_to_its_end(command, _environment_of_flow(settings), seconds)

    def _run_to_its_end(self, command: list[str], environment: Mapping[str, str], seconds: float) -> int:
        # In a session of its own, so that an interrupt reaches it once, from us, and it purges before it ends.
        with subprocess.Popen(command, cwd=self._root, env=dict(environment), start_new_session=True) as behave:
            try:
                behave.wait()
            except KeyboardInterrupt:
                behave.terminate()
                _await_end(behave, seconds)
                raise
            finally:
                # Whatever else ends it, it reports: before it can, and by SIGKILL, a signal ends it as such.
                self.flow_has_reported = behave.returncode is not None and behave.returncode >= 0
        if behave.returncode < 0:
            raise FlowKilledError(-behave.returncode)
        return behave.returncode

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._folder.mkdir(exist_ok=True)
            lock = (self._folder / "lock").open("w")
        except OSError as error:
            raise InfrastructureError(
                f"{self._folder} cannot be written ({error.strerror}); the servers' state, logs and database go there."
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InfrastructureError(
                    "another start_servers.py is starting or stopping these servers; wait until it is done."
                ) from None
            yield


def _refuse_to_attach(settings: Settings) -> None:
    profile = load_profile(settings.deployment)
    if settings.attaches or profile.attaches:
        raise UsageError(
            f"{profile.name} is a deployment to attach to; these servers are launched, so give a profile "
            "with [[backend]] and no configurator_url."
        )


def _as_launched(record: DeploymentRecord, settings: Settings) -> Settings:
    """Return the settings by which it was launched. Raises UsageError when these ask for something else."""
    launched: dict[str, str | int | None] = {
        "deployment": record.deployment,
        "configurator_port": urlsplit(record.configurator_url).port,
        "replier_port": urlsplit(record.replier_url).port,
        "database_url": record.database_url or _NOT_RECORDED,
    }
    for name, asked in _asked(settings, record).items():
        if asked not in (launched[name], "auto"):
            raise UsageError(
                f"the servers were started with {name} {launched[name]}, and {asked} is asked for; "
                "leave it out, or stop them first."
            )
    return settings.model_copy(update={**launched, "database_url": record.database_url or settings.database_url})


def _asked(settings: Settings, record: DeploymentRecord) -> dict[str, str | int]:
    """Return what is given of that by which servers are launched."""
    asked: dict[str, str | int | None] = {
        "deployment": from_any_folder(settings.deployment) if "deployment" in settings.model_fields_set else None,
        "configurator_port": settings.configurator_port,
        "replier_port": settings.replier_port,
    }
    if settings.database_url:
        asked["database_url"] = _without_password(settings.database_url, record)
    return {name: value for name, value in asked.items() if value}


def _without_password(url: str, record: DeploymentRecord) -> str:
    """Return the URL or, if it holds a password, words that tell whether it is the one that is recorded."""
    if not holds_password(url):
        return with_absolute_path(url)
    known = record.database_fingerprint
    return _ANOTHER if known and not has_fingerprint(url, known) else _NOT_RECORDED


def _to_launch_again(record: DeploymentRecord, settings: Settings) -> Settings:
    settings = _as_launched(record, settings)
    chooses_database = load_profile(settings.deployment).chooses_database
    return settings.model_copy(update={"database_url": _database_url(settings) if chooses_database else None})


def _database_url(settings: Settings) -> str:
    if not settings.database_url:
        raise UsageError("the servers' database URL holds a password and is not recorded; give MAIM_DATABASE_URL.")
    return settings.database_url


def _environment_of_flow(settings: Settings) -> dict[str, str]:
    # The ports of a launch mean nothing to a run that attaches.
    of_a_launch = {f"{ENVIRONMENT_PREFIX}{name}_PORT" for name in ("CONFIGURATOR", "REPLIER")}
    inherited = {name: value for name, value in os.environ.items() if name not in of_a_launch}
    known = {"deployment": settings.deployment, "database_url": _database_url(settings)}
    # What was given is seen from this folder, and behave runs in another.
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    paths = {name: str(path.expanduser().absolute()) for name, path in given.items() if isinstance(path, Path)}
    return {**inherited, **{f"{ENVIRONMENT_PREFIX}{name.upper()}": text for name, text in {**known, **paths}.items()}}


def _await_end(behave: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        behave.wait(seconds)
    except subprocess.TimeoutExpired:
        behave.kill()
        raise InfrastructureError(
            f"the interrupted flow had not undone itself after {seconds:g} s and was killed; remove what it "
            "left with python -m support.purge --resume."
        ) from None
