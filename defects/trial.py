"""Trials: copies of the suite and of the embedded deployment, run in a folder of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from defects.defect import Defect
from support.deployments.ports import free_ports
from support.errors import SuiteError
from support.recovery import recover
from support.reporting.results import ScenarioResult, read_results
from support.settings import ENVIRONMENT_PREFIX

ROOT = Path(__file__).resolve().parents[1]
# What decides how a trial ends, and so what a trial runs a copy of. The profile launches what stands beside its folder.
COPIED = ("embedded", "support", "features", "deployments/embedded.toml", "environment.py")
# Scenarios in which a model writes what people say.
_NEEDS_WRITER = "LLM-"
# A defect makes many a wait end in vain: time-outs are a third of the usual ones. The clean deployment meets them, too.
_WAIT_FACTOR = "0.3"
# Of a trial, and of each of its scenarios on top.
_SECONDS_ALLOWED, _SECONDS_MORE = 90, 2
_SECONDS_TO_PURGE = 30
_GREEN_OR_RED = (0, 1)


class Observation(BaseModel):
    """How the scenarios of one trial ended; `failure` says why it came to no verdict."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    scenarios: Sequence[ScenarioResult] = ()
    failure: str = ""


class Trials:
    """Runs trials, several at once, and can end those that are running."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def run(self, defect: Defect | None, scenarios: Sequence[str]) -> Observation:
        """Run the scenarios of these ids against the deployment with this defect; None is the clean deployment."""
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="defects-") as name:
            folder = Path(name)
            copy_suite(folder)
            if defect:
                defect.plant(folder)
            with _writer(folder, scenarios) as settings:
                exit_code = self._run(folder, scenarios, settings)
            return _observe(folder, exit_code, time.monotonic() - begun)

    def stop(self) -> None:
        """End the running trials; each stops its deployment."""
        with self._lock:
            for process in self._running:
                process.terminate()

    def _run(self, folder: Path, scenarios: Sequence[str], settings: Mapping[str, str]) -> int | None:
        """Return behave's exit code, None when it did not end in time. Nothing of it is left running."""
        command = _command(folder, scenarios, settings)
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=output, stderr=subprocess.STDOUT)
        with self._lock:
            self._running.add(process)
        try:
            return process.wait(_SECONDS_ALLOWED + _SECONDS_MORE * len(scenarios))
        except subprocess.TimeoutExpired:
            _end(process, folder)
            return None
        finally:
            with self._lock:
                self._running.discard(process)


def copy_suite(folder: Path) -> None:
    """Copy the embedded deployment, and the suite that runs against it, into the folder."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)


def _command(folder: Path, scenarios: Sequence[str], more: Mapping[str, str]) -> list[str]:
    settings = {
        "deployment": str(folder / "deployments" / "embedded.toml"),
        "configurator_port": "auto",
        "replier_port": "auto",
        "reports": str(folder / "reports"),
        "wait_factor": _WAIT_FACTOR,
        **more,
    }
    tags = " or ".join(f"@{scenario}" for scenario in scenarios)
    given = [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]
    return [sys.executable, "-m", "behave", "features", "--format", "null", f"--tags={tags}", *given]


@contextmanager
def _writer(folder: Path, scenarios: Sequence[str]) -> Iterator[dict[str, str]]:
    """Run another model endpoint, which plays the people where one is needed; yields the settings of the run for it."""
    if not any(scenario.startswith(_NEEDS_WRITER) for scenario in scenarios):
        yield {}
        return
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "embedded.model", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield {
            "topics": "llm",
            "llm_base_url": f"http://127.0.0.1:{port}/v1",
            "llm_api_key": "none",
            "llm_model": "any",
        }
    finally:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    # Settings of a run of the caller's, a database above all, are not those of a trial.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    # Not UTC, so that a time that is kept in local time is seen on every machine.
    return {**inherited, "TZ": "Asia/Shanghai"}


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_PURGE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        with suppress(SuiteError):
            recover(folder / "reports")


def _observe(folder: Path, exit_code: int | None, seconds: float) -> Observation:
    if exit_code is None:
        return Observation(seconds=seconds, failure=f"The trial did not end within {seconds:.0f} s.")
    path = folder / "reports" / "latest" / "results.json"
    scenarios = read_results(path).scenarios if path.exists() else []
    if exit_code not in _GREEN_OR_RED or not any(each.verdict in ("pass", "fail") for each in scenarios):
        end = (folder / "output").read_text(encoding="utf-8", errors="replace").strip()[-500:]
        return Observation(
            seconds=seconds, failure=f"The trial came to no verdict; behave ended with {exit_code}: {end}"
        )
    return Observation(seconds=seconds, scenarios=scenarios)
