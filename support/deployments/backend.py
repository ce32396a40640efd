"""One backend of a launched deployment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from support.deployments import ports, processes
from support.deployments.probe import get
from support.deployments.readiness import log_tail, what_is_missing
from support.errors import InfrastructureError
from support.polling import wait_until

_SECONDS_TO_ANSWER = 2.0
# Between two looks at a backend that starts: each takes processor time that the start needs.
_STARTING_PAUSE = 0.1


@dataclass(eq=False)
class Backend:
    """One process of a deployment: how it is launched and, from then on, the process itself."""

    name: str
    url: str
    port: int
    health_url: str
    log_file: Path
    command: tuple[str, ...]
    working_directory: Path
    environment: Mapping[str, str] = field(repr=False)
    start_timeout: float  # seconds
    # What is run to its end before each launch.
    prepare: tuple[tuple[str, ...], ...] = ()
    # What it finds when it starts, by path.
    files: Mapping[Path, str] = field(default_factory=dict, repr=False)
    process: psutil.Popen = field(init=False, repr=False)

    @property
    def pid(self) -> int:
        """Its process id; only together with the creation time it tells the process apart."""
        return self.process.pid

    @property
    def created(self) -> float:
        """When its process was created, in seconds since 1970."""
        return self.process.create_time()

    def launch(self) -> None:
        """Launch the process, and wait for nothing. Raises InfrastructureError when it cannot be executed."""
        for command in self.prepare:
            self._prepare(command)
        try:
            self.process = processes.launch(self.command, self.environment, self.working_directory, self.log_file)
        except OSError as error:
            raise InfrastructureError(
                f"{self.name} cannot be launched ({error.strerror}: {self.command[0]}); "
                "check its command in the profile."
            ) from error

    def await_ready(self, wait_factor: float, starting: Sequence["Backend"]) -> None:
        """Wait until it serves.

        Raises InfrastructureError when it is not ready in its time, or one of those that are `starting` cannot be.
        """
        missing: str | None = None

        def is_ready() -> bool:
            nonlocal missing
            missing = what_is_missing(self.process, self.health_url)
            if missing:
                self._check_port_is_not_lost()
                for each in starting:
                    each.check_start()
            return missing is None

        seconds = self.start_timeout * wait_factor
        if not wait_until(is_ready, seconds, _STARTING_PAUSE):
            raise InfrastructureError(
                f"{self.name} is alive but was not ready within {seconds:g} s: {missing}. {log_tail(self.log_file)}"
            )

    def is_healthy(self) -> bool:
        """Return whether it is alive, its health answers 200 and its port is its own."""
        return what_is_missing(self.process, self.health_url) is None

    def check_alive(self) -> None:
        """Raise InfrastructureError with its last log lines when it has died."""
        code = processes.exit_code(self.process)
        if code is not None:
            how = processes.describe_exit(code)
            raise InfrastructureError(f"{self.name} died ({how}). {log_tail(self.log_file)}")

    def check_start(self) -> None:
        """Raise InfrastructureError with its last log lines, or with the owner of its port, when it has died."""
        try:
            self.check_alive()
        except InfrastructureError:
            # Somebody may have taken the port between our look at it and the bind.
            self.check_port()
            raise

    def check_answering(self, seconds: float) -> None:
        """Raise InfrastructureError with its last log lines when it has died, or hangs: nothing answers so long."""
        self.check_alive()
        if not wait_until(self._answers, seconds):
            raise InfrastructureError(
                f"{self.name} hangs: {self.health_url} had no answer for {seconds:g} s although its process "
                f"{self.pid} is alive. {log_tail(self.log_file)}"
            )

    def _answers(self) -> bool:
        try:
            get(self.health_url, _SECONDS_TO_ANSWER)
        except requests.RequestException:
            return False
        return True

    def check_port(self) -> None:
        """Raise InfrastructureError, naming the owner, when its port is taken."""
        owner = ports.why_not_free(self.port)
        if owner:
            remedy = f"choose another ({self.name}_port=auto picks a free one)"
            if self.name in ("model", "front"):
                remedy = "choose another in the profile"
            raise InfrastructureError(
                f"port {self.port} of the {self.name} is taken by {owner}; stop that, or {remedy}."
            )

    def _check_port_is_not_lost(self) -> None:
        # It may live on without the port.
        if ports.is_served(self.port) and not processes.listens(self.process, self.port):
            self.check_port()

    def _prepare(self, command: tuple[str, ...]) -> None:
        try:
            code = processes.run(command, self.environment, self.working_directory, self.log_file, self.start_timeout)
        except OSError as error:
            raise InfrastructureError(
                f"{self.name} cannot be prepared ({error.strerror}: {command[0]}); check prepare in the profile."
            ) from error
        if code != 0:
            how = f"no end within {self.start_timeout:g} s" if code is None else processes.describe_exit(code)
            raise InfrastructureError(
                f"{self.name} could not be prepared ({' '.join(command)}: {how}). {log_tail(self.log_file)}"
            )
