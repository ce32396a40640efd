"""What holds on SQLite holds on PostgreSQL: the same tests and the same flow, on a real server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(postgresql: str, *command: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("MAIM_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**variables, "MAIM_DATABASE_URL": postgresql},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.parametrize("part", ["purge", "embedded/replier", "embedded/configurator"])
def test_the_tests_of_a_part_pass(postgresql: str, part: str) -> None:
    done = run(postgresql, "pytest", f"tests/{part}")
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout


def test_all_features_hold(postgresql: str, tmp_path: Path) -> None:
    done = run(
        postgresql, "behave", "-D", "configurator_port=auto", "-D", "replier_port=auto", str(ROOT / "features"),
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert "0 failed" in done.stdout
