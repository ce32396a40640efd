"""The suite's errors. Each message is one sentence: what happened, what was expected, what to do."""

import difflib
from collections.abc import Iterable


class SuiteError(Exception):
    """Anything that the suite itself reports in place of a verdict on the deployment."""


class UsageError(SuiteError):
    """What the user gave cannot be used: an unknown name, a value out of range, a missing file."""


class InfrastructureError(SuiteError):
    """The run cannot proceed for a reason that is no promise of the deployment: a taken port, a dead backend."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like this one, whatever the case of both."""
    by_lower_case = {each.lower(): each for each in known}
    return by_lower_case[difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.0)[0]]
