"""Whether a deployment's databases open, and what may be written down of their URLs."""

import hashlib
import secrets

from sqlalchemy import URL, inspect
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from support.database_urls import absolute, file_of, take_apart
from support.engines import new_engine
from support.errors import UsageError
from support.masking import mask, remember_secret

_SECONDS = 5
_TIMEOUTS = {"sqlite": {"timeout": _SECONDS}, "postgresql": {"connect_timeout": _SECONDS}}


def check_database(url: str, must_exist: bool) -> None:
    """Open the database and look at its tables. Raises UsageError, which shows no password, when that fails."""
    parsed = parse_url(url)
    for password in _passwords(parsed):
        remember_secret(password)
    shown = mask(parsed.render_as_string(hide_password=True))
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and _is_in_memory(parsed):
        raise UsageError(
            f"database {shown} is in memory, where every process would have one of its own; "
            "give a file, such as sqlite:////path/to/file.db."
        )
    if must_exist and is_sqlite and not file_of(parsed).is_file():
        raise UsageError(f"database {shown} does not exist; give the URL of the deployment's own database.")
    try:
        engine = new_engine(parsed, poolclass=NullPool, connect_args=_TIMEOUTS.get(parsed.get_backend_name(), {}))
        inspect(engine).get_table_names()
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:  # the last two of a wrong parameter
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise UsageError(f"database {shown} does not open: {mask(reason)}; give a database_url that does.") from None


def parse_url(url: str) -> URL:
    """Return the URL taken apart. Raises UsageError, which does not show it, when that is impossible."""
    try:
        return take_apart(url)
    except (ArgumentError, ValueError):  # ValueError: of a port that is no number
        raise UsageError(
            "the database URL is no SQLAlchemy URL; such as sqlite:////path/to/file.db is allowed."
        ) from None


def _is_in_memory(url: URL) -> bool:
    return not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"


def with_absolute_path(url: str) -> str:
    """Return the URL so that it names the same file from any folder, if it names one."""
    return absolute(parse_url(url)).render_as_string(hide_password=False)


def holds_password(url: str) -> bool:
    """Return whether the URL must not be written down."""
    return bool(_passwords(parse_url(url)))


def fingerprint(url: str, salt: str | None = None) -> str:
    """Return by what the URL is known again, and from which no password is found out."""
    salt = salt or secrets.token_hex()
    digest = hashlib.scrypt(with_absolute_path(url).encode(), salt=salt.encode(), n=2**14, r=8, p=1)
    return f"{salt}:{digest.hex()}"


def has_fingerprint(url: str, known: str) -> bool:
    """Return whether this is the URL that the fingerprint was made of."""
    return fingerprint(url, salt=known.partition(":")[0]) == known


def _passwords(url: URL) -> list[str]:
    in_query = url.query.get("password", ())
    return [each for each in (url.password, *([in_query] if isinstance(in_query, str) else in_query)) if each]
