"""Behave puts the folder in which it is started first on the path: no module there may hide one of Python's own."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.specification import ROOT

FOLDERS = sorted({path.parent for room in ("support", "embedded", "features") for path in (ROOT / room).rglob("*.py")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_module_has_the_name_of_one_of_python(folder: Path) -> None:
    modules = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/*.py")}
    assert modules & sys.stdlib_module_names == set()


@pytest.mark.parametrize("folder", ["support", "support/deployments", "features/steps"])
def test_behave_can_be_started_in_any_folder(folder: str) -> None:
    command = [sys.executable, "-m", "behave", "--dry-run", "--no-summary", str(ROOT / "features" / "flow.feature")]
    outcome = subprocess.run(command, cwd=ROOT / folder, check=False, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == 0, outcome.stderr
