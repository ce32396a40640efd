"""One backend as a real process."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from support.deployments.ports import free_ports
from support.polling import wait_until

REPOSITORY = Path(__file__).parents[2]
SECONDS = 60.0


class Process:
    """One backend on a free port; its output goes to a file. It is told nothing but what the test tells it."""

    def __init__(self, module: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._module = module
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{module}-{self.port}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAIM_")}
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", module, "--port", str(self.port)],
                cwd=REPOSITORY,
                env={**inherited, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self) -> None:
        """Wait until it is healthy."""
        wait_until(lambda: self._is_ready() or self._child.poll() is not None, SECONDS)
        if not self._is_ready():
            self.stop()
            raise AssertionError(f"{self._module} did not become ready; its log:\n{self.log.read_text()}")

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def await_end(self) -> int:
        """Wait for its end and return the exit code."""
        return self._child.wait(SECONDS)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._child.terminate()

    def stop(self) -> None:
        """Send SIGTERM and wait for the end, which is brought about if it does not come."""
        self.terminate()
        try:
            self.await_end()
        finally:
            self._child.kill()


def start(module: str, folder: Path, environment: Mapping[str, str]) -> Process:
    """Launch a backend and wait until it is healthy."""
    process = Process(module, folder, environment)
    process.await_ready()
    return process
