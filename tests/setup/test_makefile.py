import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_make_alone_lists_every_target_with_a_line_each() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    printed = subprocess.run(
        ["/usr/bin/env", "make", "-s"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    ).stdout
    listed = re.findall(r"^make (\w+) +\S.{10,}$", printed, flags=re.MULTILINE)
    assert listed == targets
