"""The shim by which Behave finds the hooks: it looks for them here, they stand in environment.py at the top."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from environment import *  # noqa: F403
