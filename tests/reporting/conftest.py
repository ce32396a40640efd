"""Runs a real Behave, in a process of its own, on features that a test writes."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GLUE = Path(__file__).with_name("glue")
ALLURE = ("-f", "allure_behave.formatter:AllureFormatter", "-o", "allure-results")


@dataclass
class Outcome:
    """What a run of Behave left behind."""

    folder: Path
    exit_code: int
    output: str

    @property
    def results(self) -> dict[str, Any]:
        """The content of results.json."""
        return dict(json.loads((self.folder / "reports" / "latest" / "results.json").read_text(encoding="utf-8")))

    @property
    def scenarios(self) -> dict[str, dict[str, Any]]:
        """The scenarios of results.json, by name."""
        return {scenario["name"]: scenario for scenario in self.results["scenarios"]}

    @property
    def allure(self) -> list[dict[str, Any]]:
        """Allure's results, in the order in which the scenarios began."""
        results = [json.loads(path.read_text(encoding="utf-8")) for path in self.files("*-result.json")]
        return sorted(results, key=lambda result: result["start"])

    @property
    def global_errors(self) -> list[str]:
        """The errors that Allure shows for the run as a whole."""
        items = [json.loads(path.read_text(encoding="utf-8")) for path in self.files("*-globals.json")]
        return [error["message"] for item in items for error in item.get("errors", [])]

    def allure_of(self, name: str) -> dict[str, Any]:
        """Allure's only result of the scenario with this name."""
        (result,) = [result for result in self.allure if result["name"] == name]
        return result

    def files(self, pattern: str) -> list[Path]:
        """The files in Allure's folder."""
        return list((self.folder / "allure-results").glob(pattern))


RunBehave = Callable[..., Outcome]


def run_behave(folder: Path, *arguments: str, allure: Sequence[str] = ALLURE, **features: str) -> Outcome:
    """Write the features beside the glue of tests/reporting/glue and run Behave on them."""
    steps = folder / "features" / "steps"
    steps.mkdir(parents=True, exist_ok=True)
    environment = (GLUE / "environment.py").read_text(encoding="utf-8")
    path = f"import sys\n\nsys.path.insert(0, {str(ROOT)!r})\n"
    (folder / "features" / "environment.py").write_text(path + environment, encoding="utf-8")
    (steps / "steps.py").write_text((GLUE / "steps.py").read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in features.items():
        (folder / "features" / f"{name}.feature").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "behave", *allure, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return Outcome(folder, done.returncode, done.stdout + done.stderr)


@pytest.fixture
def behave(tmp_path: Path) -> RunBehave:
    """Run Behave in a fresh folder: behave("--tags=@x", feature_name="Feature: ...")."""
    return lambda *arguments, **features: run_behave(tmp_path, *arguments, **features)


@pytest.fixture(scope="session")
def every_status(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One run that holds a scenario for each way to end."""
    features = {path.stem: path.read_text(encoding="utf-8") for path in GLUE.glob("*.feature")}
    return run_behave(tmp_path_factory.mktemp("every_status"), **features)
