"""Measures the suite on the embedded deployment: `python -m load.bench`. Exit code 1 when a target is missed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from rich.console import Console
from rich.table import Table

from load import purging
from support.deployments import start
from support.reporting.results import Percentiles, Results, read_results
from support.settings import load_settings

# Less than any language model takes. At 0 s all of an answer's time is processor time, for which 50 connections queue.
THINKING_SECONDS = 0.03
ROOT = Path(__file__).parents[1]
ON_FREE_PORTS = ("-D", "configurator_port=auto", "-D", "replier_port=auto")


@dataclass(frozen=True)
class Figure:
    """Something measured, and the most (or, for a rate, the least) that it may be, if anybody asks for that."""

    what: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target


def measure() -> Iterator[Figure]:
    """Run the suite in several sizes, each on a deployment of its own; purge a large database."""
    yield Figure("make acceptance, after its set-up", _acceptance_seconds(), "s", 30)
    seconds, default = _run()
    yield Figure("all features in one run of behave, start to exit", seconds, "s", 60)
    yield Figure("the flow of 3 x 2 x 5 messages with its purge", _flow_seconds(default), "s", 5)
    alone, crowded = _one_and_fifty()
    yield Figure("response time of one connection, p50", _milliseconds(alone.p50), "ms", 50)
    yield Figure("response time of 50 connections, p95", _milliseconds(crowded.p95), "ms")
    with _thinking_deployment() as attached:
        alone, crowded = _one_and_fifty(attached)
    thinking = f"when the model takes {THINKING_SECONDS} s"
    yield Figure(f"response time of one connection, p50, {thinking}", _milliseconds(alone.p50), "ms", 50)
    crowd = f"response time of 50 connections, p95, {thinking}"
    yield Figure(crowd, _milliseconds(crowded.p95), "ms", 5 * _milliseconds(alone.p95))
    _, many = _run("--tags=@FLOW-004", "-D", "users=50", "-D", "agents=10", "-D", "messages=10")
    # Each connection has always one message on its way.
    rate = 500 / (many.websocket_tests.average_response_time or float("inf"))
    yield Figure("replies to 500 connections at once", rate, "/s", 500, at_least=True)
    waited = purging.longest_wait()
    yield Figure("a write to SQLite while 500 tenants of 40 rows are purged, longest", 1000 * waited, "ms", 100)
    tenth, purged = purging.measure(100_000), purging.measure(1_000_000)
    what = f"purge of {purged.rows:,} rows of 500 tenants among {10 * purged.rows:,}"
    yield Figure(f"{what}, beside bare DELETEs", purged.seconds, "s", 1.5 * purged.bare_seconds)
    yield Figure("memory of that purge, beside one of a tenth", purged.megabytes, "MB", 1.1 * tenth.megabytes)


def _one_and_fifty(deployment: Sequence[str] = ON_FREE_PORTS) -> tuple[Percentiles, Percentiles]:
    """Return the response times of one connection and of 50 at once, each of which awaits a reply before it goes on."""
    one_by_one = ("-D", "users=1", "-D", "agents=1", "-D", "messages=100")
    _, one = _run("--tags=@FLOW-004", *one_by_one, deployment=deployment)
    at_once = ("-D", "users=10", "-D", "agents=5", "-D", "messages=20")
    _, fifty = _run("--tags=@FLOW-004", *at_once, deployment=deployment)
    return one.websocket_tests.response_time_percentiles, fifty.websocket_tests.response_time_percentiles


def _milliseconds(seconds: float | None) -> float:
    return 1000 * (seconds or 0)


@contextmanager
def _thinking_deployment() -> Iterator[list[str]]:
    """Yield the arguments that attach to a deployment whose model takes its time for every answer."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = start(load_settings({"configurator_port": "auto", "replier_port": "auto"}), Path(folder))
        try:
            behaviour = {"delay_seconds": THINKING_SECONDS}
            requests.put(f"{deployment.model_url}/behaviour", json=behaviour, timeout=10).raise_for_status()
            urls = {
                "configurator_url": deployment.configurator_url,
                "replier_url": deployment.replier_url,
                "database_url": deployment.database_urls[0],
            }
            yield [word for name, url in urls.items() for word in ("-D", f"{name}={url}")]
        finally:
            deployment.stop()


def _acceptance_seconds() -> float:
    return _timed(["-m", "support.acceptance"], MAIM_CONFIGURATOR_PORT="auto", MAIM_REPLIER_PORT="auto")


def _run(*arguments: str, deployment: Sequence[str] = ON_FREE_PORTS) -> tuple[float, Results]:
    """Run behave; return its seconds and its results. Raises RuntimeError when it is not green."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = _timed(["-m", "behave", "-D", f"reports={folder}", *deployment, *arguments])
        return seconds, read_results(Path(folder) / "latest" / "results.json")


def _timed(arguments: Sequence[str], **variables: str) -> float:
    """Return for how many seconds it ran. Raises RuntimeError when it is not green."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds


def _flow_seconds(results: Results) -> float:
    return sum(scenario.seconds for scenario in results.scenarios if scenario.file.endswith("flow.feature"))


def _judged(figure: Figure) -> tuple[str, str]:
    if figure.target is None:
        return "", ""
    bound = f"{'at least' if figure.at_least else 'at most'} {figure.target:.1f} {figure.unit}"
    return bound, "met" if figure.met else "[red]missed[/red]"


def main() -> int:
    """Print a table of all figures."""
    table = Table("measured", "value", "target", "", title="Benchmark on the embedded deployment")
    figures = list(measure())
    for figure in figures:
        table.add_row(figure.what, f"{figure.value:.1f} {figure.unit}", *_judged(figure))
    Console().print(table)
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
