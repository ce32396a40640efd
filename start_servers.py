#!/usr/bin/env python3
"""One-click servers: python start_servers.py start | stop | restart | status | test."""

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
NEEDED = ("behave", "fastapi", "psutil", "pydantic_settings", "rich", "sqlalchemy", "websocket")


def main() -> int:
    """Run with the packages that are needed: those of this interpreter or, failing them, those of .venv."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        sys.path.insert(0, str(ROOT))
        from support.deployments.command_line import run  # noqa: PLC0415 - it needs the packages

        return run(sys.argv[1:], ROOT)
    remedy = "run `make setup` first, then .venv/bin/python start_servers.py"
    python = VENV / "bin" / "python"
    try:
        if python.exists() and Path(sys.prefix) != VENV:
            os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606 - our own script, our own interpreter
    except OSError as error:
        remedy = f"{python} cannot be run in its place ({error.strerror}); make it yours, or run `make setup` again"
    print(f"{sys.executable} lacks {', '.join(missing)}; {remedy}.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
