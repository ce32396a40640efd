"""What the URL of a database means, and how a file stands in one."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url

from support.errors import UsageError


def take_apart(text: str) -> URL:
    """Return the URL taken apart. Raises UsageError, which does not show it, when a password is cut by its own @.

    Raises what SQLAlchemy does when it is no URL.
    """
    url = make_url(text)
    if "@" in (url.host or ""):
        raise UsageError("the password in the database URL holds an @, which would be its end; write %40 for it.")
    return url


def absolute(url: URL) -> URL:
    """Return the URL such that it names the same file in every working directory, if it names one."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith(("/", "file:")):
        return url
    return url.set(database=str(Path(name).absolute()))


def file_of(url: URL) -> Path:
    """Return the file of an SQLite database; its name may be a URI, such as file:/path/to/file.db."""
    name = url.database or ""
    is_uri = name.startswith("file:") and "uri" in url.query
    return Path(unquote(urlsplit(name).path) if is_uri else name)


def spelt(path: object) -> str:
    """Return a path as it stands in the text of a URL: what it holds must not be taken for an escape or a query.

    Raises UsageError when that cannot be written.
    """
    # SQLAlchemy 2.0 knows no escapes there.
    for text in (str(path), str(path).replace("%", "%25").replace("?", "%3F")):
        if make_url(f"sqlite:///{text}").database == str(path):
            return text
    raise UsageError(
        f"{path} cannot stand in the URL of a database; give a folder without a question mark in its path."
    )
