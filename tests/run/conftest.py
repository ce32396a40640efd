"""Runs the suite itself, as a user does, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.deployments import stop_recorded

ROOT = Path(__file__).parents[2]
PORTS = ("-D", "configurator_port=auto", "-D", "replier_port=auto")


@dataclass
class Outcome:
    """What a run left behind: exit code, output, folder of reports."""

    exit_code: int
    output: str
    reports: Path

    @property
    def results(self) -> dict[str, Any]:
        """The content of the newest results.json."""
        return dict(json.loads((self.reports / "latest" / "results.json").read_text(encoding="utf-8")))

    @property
    def leaves_nothing_running(self) -> bool:
        """Whether no deployment is recorded as launched."""
        return not list(self.reports.glob("*/servers.json"))


class Suite:
    """Starts behave in a folder of the test's own, where reports and Allure results go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "reports"

    def popen(self, *arguments: str, features: Path = ROOT / "features", **variables: str) -> "subprocess.Popen[str]":
        """Start it and return at once."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAIM_")}
        allure = ("-f", "allure_behave.formatter:AllureFormatter", "-o", "allure-results")
        return subprocess.Popen(
            [sys.executable, "-m", "behave", *allure, *arguments, str(features)],
            cwd=self.folder,
            env={**inherited, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process: "subprocess.Popen[str]") -> Outcome:
        """Wait for its end."""
        output, _ = process.communicate(timeout=120)
        return Outcome(process.returncode, output, self.reports)

    def __call__(self, *arguments: str, **options: Any) -> Outcome:
        """Run it to its end."""
        return self.finish(self.popen(*arguments, **options))


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    suite = Suite(tmp_path)
    yield suite
    for folder in suite.reports.glob("*/"):
        stop_recorded(folder)
