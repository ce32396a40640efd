"""The suite's errors. Each message is one sentence: what happened, what was expected, what to do."""


class SuiteError(Exception):
    """Anything that the suite itself reports in place of a verdict on the deployment."""


class UsageError(SuiteError):
    """What the user gave cannot be used: an unknown name, a value out of range, a missing file."""


class InfrastructureError(SuiteError):
    """The run cannot proceed for a reason that is no promise of the deployment: a taken port, a dead backend."""
