"""How many files and sockets this process, and what it launches, may have open at once."""

from contextlib import suppress

try:
    import resource
except ImportError:  # Windows knows no such limit
    resource = None  # type: ignore[assignment]


def allow_many_open_files() -> None:
    """Raise the limit that the shell gave as far as the system lets us: a conversation holds a socket or two."""
    if resource:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # macOS names no hard limit, and has one
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
