import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the set-up script and a lock that asks for nothing."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.sh", tmp_path / "tools")
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return tmp_path


def set_up(checkout: Path, python: str = sys.executable, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / "tools" / "setup.sh")],
        env={**os.environ, "PYTHON": python, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(result: subprocess.CompletedProcess[str], checkout: Path, *parts: str) -> None:
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert [part for part in parts if part not in result.stderr] == [], result.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("version", ["2.7", "3.1", "3.9"])
def test_a_python_that_is_too_old_is_refused_in_one_sentence(checkout: Path, version: str) -> None:
    python = checkout / "python3"
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)
    result = set_up(checkout, str(python))
    assert_refused(result, checkout, f"is Python {version}", "3.10 or newer", "make setup PYTHON=")


def test_a_missing_python_is_refused_in_one_sentence(checkout: Path) -> None:
    assert_refused(set_up(checkout, "no-such-python"), checkout, "no-such-python", "apt-get install python3")


def test_a_python_without_ensurepip_is_refused_in_one_sentence(checkout: Path) -> None:
    # As after Debian has removed python3-venv but not the folder.
    (checkout / "ensurepip").mkdir()
    (checkout / "ensurepip" / "__init__.py").touch()
    result = set_up(checkout, PYTHONPATH=str(checkout))
    assert_refused(result, checkout, "ensurepip", "apt-get install python3-venv")


def test_the_environment_is_made_again_when_it_was_cut_off_and_when_the_lock_changed(checkout: Path) -> None:
    left_over = checkout / ".venv" / "left-over"
    left_over.parent.mkdir()
    left_over.touch()
    assert set_up(checkout).returncode == 0
    assert (checkout / ".venv" / "bin" / "python").exists()
    assert not left_over.exists()

    left_over.touch()
    assert set_up(checkout).stdout == ""
    assert left_over.exists(), "made again although nothing had changed"

    (checkout / "requirements.lock").write_text("requests==2.32.0  # without a hash\n")
    failing = set_up(checkout)
    assert failing.returncode == 1
    assert "requirements.lock could not be installed" in failing.stderr
    assert not (checkout / ".venv").exists()
