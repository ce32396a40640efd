"""Measures the suite on the embedded deployment: `python -m load.bench`. Exit code 1 when a target is missed."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load import purging
from support.reporting.results import Results, read_results


@dataclass(frozen=True)
class Figure:
    """Something measured, and the most (or, for a rate, the least) that it may be."""

    what: str
    value: float
    unit: str
    target: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.value >= self.target if self.at_least else self.value <= self.target


def measure() -> Iterator[Figure]:
    """Run the suite in several sizes, each on a deployment of its own; purge a large database."""
    seconds, default = _run()
    yield Figure("all features, default parameters, start to exit", seconds, "s", 30)
    yield Figure("the flow of 3 x 2 x 5 messages with its purge", _flow_seconds(default), "s", 5)
    _, one = _run("--tags=@FLOW-004", "-D", "users=1", "-D", "agents=1", "-D", "messages=100")
    alone = one.websocket_tests.response_time_percentiles
    yield Figure("response time of one connection, p50", 1000 * (alone.p50 or 0), "ms", 50)
    _, fifty = _run("--tags=@FLOW-004", "-D", "users=10", "-D", "agents=5", "-D", "messages=20")
    crowded = fifty.websocket_tests.response_time_percentiles
    yield Figure("response time of 50 connections, p95", 1000 * (crowded.p95 or 0), "ms", 5000 * (alone.p95 or 0))
    _, many = _run("--tags=@FLOW-004", "-D", "users=50", "-D", "agents=10", "-D", "messages=10")
    # Each connection has always one message on its way.
    rate = 500 / (many.websocket_tests.average_response_time or float("inf"))
    yield Figure("replies to 500 connections at once", rate, "/s", 500, at_least=True)
    waited = purging.longest_wait()
    yield Figure("a write to SQLite while 500 tenants of 40 rows are purged, longest", 1000 * waited, "ms", 100)
    purged = purging.measure()
    what = f"purge of {purged.rows:,} rows of 500 tenants among {10 * purged.rows:,}"
    yield Figure(f"{what}, beside bare DELETEs", purged.seconds, "s", 1.5 * purged.bare_seconds)
    yield Figure("memory of that purge, peak", purged.megabytes, "MB", 100)


def _run(*arguments: str) -> tuple[float, Results]:
    """Run behave; return its seconds and its results. Raises RuntimeError when it is not green."""
    with tempfile.TemporaryDirectory() as folder:
        ports = ("-D", "configurator_port=auto", "-D", "replier_port=auto")
        command = [sys.executable, "-m", "behave", "-D", f"reports={folder}", *ports, *arguments]
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        seconds = time.perf_counter() - begun
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return seconds, read_results(Path(folder) / "latest" / "results.json")


def _flow_seconds(results: Results) -> float:
    return sum(scenario.seconds for scenario in results.scenarios if scenario.file.endswith("flow.feature"))


def main() -> int:
    """Print a table of all figures."""
    table = Table("measured", "value", "target", "", title="Benchmark on the embedded deployment")
    figures = list(measure())
    for figure in figures:
        bound = f"{'at least' if figure.at_least else 'at most'} {figure.target:.1f} {figure.unit}"
        table.add_row(
            figure.what, f"{figure.value:.1f} {figure.unit}", bound, "met" if figure.met else "[red]missed[/red]"
        )
    Console().print(table)
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
