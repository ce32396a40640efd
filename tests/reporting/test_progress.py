"""The progress bar stands on terminals only."""

import contextlib
import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.suite import PORTS, ROOT

SHOW = """
from support.reporting import progress
with progress("conversations", 4) as show:
    show(3)
"""


def _run(stdout: int, *arguments: str, cwd: Path = ROOT) -> bytes:
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, *(arguments or ("-c", SHOW))], cwd=cwd, stdout=stdout, check=True, timeout=120, env=environment
    )
    return done.stdout or b""


def _on_terminal(*arguments: str, cwd: Path = ROOT) -> bytes:
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # the other end is closed
            while data := os.read(ours, 65536):
                shown.append(data)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            _run(theirs, *arguments, cwd=cwd)
        finally:
            os.close(theirs)
        reading.result(10)
    os.close(ours)
    return b"".join(shown)


def test_nothing_is_shown_where_no_terminal_is() -> None:
    assert _run(subprocess.PIPE) == b""


def test_the_bar_is_shown_on_a_terminal() -> None:
    shown = _on_terminal()
    assert b"conversations" in shown
    assert b"75%" in shown


@pytest.mark.parametrize("what", ["starting the deployment", "registering tenants", "creating agents", "purging"])
def test_a_run_shows_what_may_take_long(run_on_terminal: bytes, what: str) -> None:
    assert what.encode() in run_on_terminal


@pytest.fixture(scope="module")
def run_on_terminal(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("run")
    return _on_terminal("-m", "behave", *PORTS, "--tags=@FLOW-003", str(ROOT / "features"), cwd=folder)
