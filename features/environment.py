"""The shim by which Behave finds the hooks: it looks for them here, they stand in environment.py at the top."""

import gc
import sys
from pathlib import Path

# What is loaded stays, so it is not searched for garbage; Run.open() goes on with that.
gc.disable()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.interrupts import OF_THE_RUN  # noqa: E402

# The steps are loaded behind what takes long here, and then a signal can be told in the report.
OF_THE_RUN.postpone()
OF_THE_RUN.install()

from environment import *  # noqa: E402, F403
