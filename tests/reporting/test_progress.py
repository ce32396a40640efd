"""The progress bar stands on terminals only."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOW = """
from support.reporting import progress
with progress("conversations", 4) as show:
    show(3)
"""


def _run(stdout: int) -> bytes:
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, stdout=stdout, check=True, timeout=60, env=environment
    )
    return done.stdout or b""


def test_nothing_is_shown_where_no_terminal_is() -> None:
    assert _run(subprocess.PIPE) == b""


def test_the_bar_is_shown_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        _run(theirs)
        shown = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"conversations" in shown
    assert b"75%" in shown
