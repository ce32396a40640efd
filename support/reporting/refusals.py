"""Why a run of Behave cannot begin."""

from behave.exception import ConfigError

from support.errors import UsageError


class CannotBeginError(UsageError, ConfigError):  # type: ignore[misc]  # Behave has no types
    """Why nothing can run. Of errors of its own kind Behave prints the sentence alone."""
