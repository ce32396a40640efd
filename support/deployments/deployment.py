"""A running deployment, launched or attached to."""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from support.deployments.backend import Backend
from support.deployments.databases import fingerprint, holds_password
from support.deployments.logs import mask_logs
from support.deployments.processes import SECONDS_AFTER_SIGTERM, stop_in_order
from support.deployments.profiles import Profile
from support.deployments.record import BackendRecord, DeploymentRecord, delete_record, write_record
from support.errors import InfrastructureError, UsageError
from support.interrupts import interrupts_deferred
from support.polling import wait_until

_SECONDS_TO_ANSWER = 5.0


@dataclass
class Deployment:
    """Where a MaiMBot answers and, when it was launched here, its processes."""

    profile: Profile
    # What stands for the profile in the settings, from any folder.
    profile_name: str
    configurator_url: str
    replier_url: str
    model_url: str | None
    database_urls: tuple[str, ...] = field(repr=False)
    # Where tenants register and log in, when that is not the configurator.
    front_url: str | None = None
    # What it keeps of a tenant outside of them, such as data/{tenant_id}.
    directories: tuple[str, ...] = ()
    wait_factor: float = 1.0
    # Where its processes are recorded; None when it is attached.
    directory: Path | None = None
    _backends: list[Backend] = field(default_factory=list, init=False)

    @property
    def backends(self) -> tuple[Backend, ...]:
        """The launched backends in the order of their start; none when attached."""
        return tuple(self._backends)

    def launch(self, *backends: Backend) -> None:
        """Launch backends at the same time and wait until each serves. Raises InfrastructureError when one does not."""
        with interrupts_deferred():
            # From now on what is launched here is found, even if we are killed before it is written down itself.
            self._record()
            for backend in backends:
                backend.launch()
                if backend not in self._backends:
                    self._backends.append(backend)
                self._record()
        for backend in backends:
            backend.await_ready(self.wait_factor, backends)

    def check_alive(self) -> None:
        """Raise InfrastructureError with the last log lines of a backend that has died."""
        for backend in self._backends:
            backend.check_alive()

    def check_answering(self) -> None:
        """Raise InfrastructureError with the last log lines of a backend that has died or hangs."""
        for backend in self._backends:
            backend.check_answering(_SECONDS_TO_ANSWER * self.wait_factor)

    def restart(self, name: str) -> None:
        """Stop one backend and launch it on the same port. Raises InfrastructureError when either fails."""
        backend = self._find(name)
        killed: InfrastructureError | None = None
        try:
            self._stop([backend])
        except InfrastructureError as error:
            killed = error  # no reason to go on without it
        self.launch(backend)
        if killed:
            raise killed

    def revive(self) -> list[str]:
        """Restart the backends that have died or do not answer any more, and return their names.

        Raises InfrastructureError when one does not serve afterwards.
        """
        seconds = _SECONDS_TO_ANSWER * self.wait_factor
        sick = [backend for backend in self._backends if not wait_until(backend.is_healthy, seconds)]
        for backend in sick:
            self._replace(backend)
        return [backend.name for backend in sick]

    def renew_replier(self) -> None:
        """Restart the replier, even if it has to be killed. Raises InfrastructureError when it does not serve then."""
        self._replace(self._find("replier"))

    def stop(self) -> None:
        """Stop all backends in reverse order, or together when they start so; nothing happens the second time.

        Their logs are masked then. Raises InfrastructureError, when all are down, naming those that had to be killed.
        """
        try:
            backends = list(reversed(self._backends))
            self._stop(*[backends] if self.profile.start_together else [[backend] for backend in backends])
        finally:
            self._backends.clear()
            if self.directory:
                mask_logs(self.directory)
                delete_record(self.directory)

    def _replace(self, backend: Backend) -> None:
        with suppress(InfrastructureError):  # it may have to be killed
            self._stop([backend])
        self.launch(backend)

    def _stop(self, *groups: list[Backend]) -> None:
        processes = [{backend.name: backend.process for backend in group} for group in groups]
        stop_in_order(processes, SECONDS_AFTER_SIGTERM * self.wait_factor)

    def _find(self, name: str) -> Backend:
        named = {backend.name: backend for backend in self._backends}
        if name not in named:
            known = ", ".join(named) or "none, for the deployment was not launched here"
            raise UsageError(f"{name!r} is no backend that can be restarted; known are: {known}.")
        return named[name]

    @cached_property
    def _database_fingerprint(self) -> str | None:
        """What is written down in place of a URL that holds a password."""
        main = self.database_urls[0]
        return fingerprint(main) if holds_password(main) else None

    def _record(self) -> None:
        if self.directory is None:
            return
        record = DeploymentRecord(
            deployment=self.profile_name,
            configurator_url=self.configurator_url,
            replier_url=self.replier_url,
            model_url=self.model_url,
            front_url=self.front_url,
            database_url=None if self._database_fingerprint else self.database_urls[0],
            database_fingerprint=self._database_fingerprint,
            backends=tuple(
                BackendRecord(
                    name=each.name,
                    url=each.url,
                    health_url=each.health_url,
                    pid=each.pid,
                    created=each.created,
                    log_file=each.log_file,
                )
                for each in self._backends
            ),
        )
        write_record(self.directory, record)
