"""What the URL of a database means."""

from pathlib import Path

from sqlalchemy import URL


def absolute(url: URL) -> URL:
    """Return the URL such that it names the same file in every working directory, if it names one."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith(("/", "file:")):
        return url
    return url.set(database=str(Path(name).absolute()))
