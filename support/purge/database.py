"""Opening a deployment's database for the purge: only on this machine, patient with locks, blocking nobody long."""

import ipaddress
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from support.database_urls import absolute, file_of, take_apart
from support.engines import new_engine
from support.errors import InfrastructureError, UsageError
from support.interrupts import interrupts_insisted_on
from support.masking import MASK, mask
from support.polling import wait_until

CHUNK = 500  # values in one statement: well under SQLite's limit of 999 in old builds
LOCK_TIMEOUT_MS = 1000  # how long the database itself waits for a lock before the poll below takes over
_CONTENTION = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available

_JOURNAL_MODE = "PRAGMA journal_mode"
_MOST_SECONDS, _FREE_SECONDS = 0.06, 0.026
_CHECKPOINT_SECONDS, _CHECKPOINT_MOST_SECONDS = 0.005, 0.1

T = TypeVar("T")


class LockedError(InfrastructureError):
    """The database stayed locked by others for longer than the purge may wait."""


def parse_url(url: str) -> URL:
    """Return the URL taken apart; raise UsageError when it is none."""
    try:
        return take_apart(url)
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            "The database URL cannot be read; give one such as sqlite:////path/to.db or "
            "postgresql+psycopg://user:password@host/name."
        ) from error


def without_secret(url: str) -> str:
    """Return the URL as it means the same in every working directory, with *** in place of its password."""
    parsed = absolute(parse_url(url))
    if "password" in parsed.query:
        parsed = parsed.difference_update_query(["password"]).set(password=MASK)
    return parsed.render_as_string(hide_password=True)


def lacks_secret(url: str) -> bool:
    """Whether the password of this URL was taken out."""
    return parse_url(url).password == MASK


def refuse_remote(url: str) -> None:
    """Raise UsageError when the database is not on this machine: a file, a Unix socket or a loopback address."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return
    if "service" in parsed.query:
        raise UsageError("A database URL with service= hides its host; name the host, or give --allow-remote.")
    if os.environ.get("PGSERVICE"):
        raise UsageError(
            "PGSERVICE hides the host of the database; unset it and name the host, or give --allow-remote."
        )
    for host in _hosts(parsed):
        if not _is_local(host):
            raise UsageError(
                f"The database is on {host}, not on this machine, so nothing was removed; "
                "give --allow-remote if that database is really meant."
            )


def _hosts(url: URL) -> Iterator[str]:
    named: list[str] = [url.host] if url.host else []
    for key in ("host", "hostaddr"):
        value = url.query.get(key, ())
        named += [value] if isinstance(value, str) else value
    # libpq asks its environment for what the URL lacks, and for an address even beside a host.
    lacking = {"PGHOST": not named, "PGHOSTADDR": "hostaddr" not in url.query}
    named += [os.environ[name] for name, lacks in lacking.items() if lacks and os.environ.get(name)]
    for each in named:
        for host in each.split(","):
            is_port_follows = host.count(":") == 1 and not host.startswith("/")
            yield host.partition(":")[0] if is_port_follows else host


def _is_local(host: str) -> bool:
    if host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def open_engine(url: str) -> Engine:
    """Return an engine for an existing database; dispose() closes its connections, and it can be opened again.

    Raises UsageError when it does not open, DBAPIError when it is locked.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not file_of(parsed).is_file():
        raise UsageError(f"{parsed.database} is no SQLite database; give the URL of the deployment's own.")
    try:
        engine = _engine(parsed)
        with engine.connect():
            return engine
    except (SQLAlchemyError, ImportError) as error:
        if isinstance(error, DBAPIError) and _is_contention(error):
            raise
        raise UsageError(
            f"The database {mask(str(parsed))} does not open ({mask(_reason(error))}); "
            "check that it runs and that the URL names it."
        ) from error


@cache
def _engine(url: URL) -> Engine:
    """Return the one engine for this URL: it remembers how statements are compiled."""
    # A server may have closed a connection that was kept.
    engine = new_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _configure_postgresql)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins, and of which kind
    connection.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    # A page that becomes free is not written once more only to blank it: others would wait a fifth longer.
    connection.execute("PRAGMA secure_delete=FAST")
    # KiB of pages in memory. What of a tenant does not fit is written twice, while others wait half as long again.
    connection.execute("PRAGMA cache_size=-32768")
    if connection.execute(_JOURNAL_MODE).fetchone() == ("wal",):
        # No waiting for the disk while others wait for the lock; Checkpoints do that.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")


def _configure_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True  # what is set within a transaction goes with it
    connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        # A transaction that starts reading and then writes fails at once when another writes meanwhile.
        connection.exec_driver_sql(f"BEGIN {'IMMEDIATE' if options.get('writes') else 'DEFERRED'}")


def blocks_writers(engine: Engine) -> bool:
    """Whether nobody can write to the database while somebody reads it."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(_JOURNAL_MODE).scalar_one()) != "wal"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that takes its locks at once or fails within LOCK_TIMEOUT_MS; all of it or nothing."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def compact_file(engine: Engine) -> None:
    """Let a file of SQLite, and its log, hold what its tables hold and nothing else; nobody may use it meanwhile.

    Raises DBAPIError or LockedError when somebody does.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        is_read, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if is_read:
        raise LockedError(
            f"{engine.url.database} is still read by another connection, so its file keeps what was removed from its "
            "tables; end that connection, then delete the file."
        )


class Checkpoints:
    """Moves what is committed from SQLite's log to its place on the disk.

    SQLite lets whoever commits while the log is long do that, which takes half a second where the purge has written
    much. While we are at it nobody else has to.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._one_at_work = threading.Lock()
        self._due = threading.Event()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Make checkpoints meanwhile; at the end all is in its place. Raises InfrastructureError when that fails."""
        if self._engine.dialect.name != "sqlite":
            yield
            return
        ended = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._make_until, ended)
            try:
                yield
            finally:
                ended.set()
            patiently(work.result, 0)

    @contextmanager
    def held_off(self) -> Iterator[None]:
        """Make none meanwhile: the disk would be busy with it, and a commit take twice as long."""
        with self._one_at_work:
            yield
            self._due.set()

    def _make_until(self, ended: threading.Event) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            is_last = False
            while not is_last:
                self._due.wait(_CHECKPOINT_SECONDS)
                self._due.clear()
                is_last = ended.is_set()
                with self._one_at_work:
                    # Not longer: somebody who goes on reading what was keeps a checkpoint from its end.
                    wait_until(lambda: self._is_done(connection), _CHECKPOINT_MOST_SECONDS, pause=0.002)

    @staticmethod
    def _is_done(connection: Connection) -> bool:
        """Make a checkpoint, and tell whether nearly all is in its place; another may be at it and keep us from it."""
        _, pages, moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
        return bool(pages - moved < 100)


class Courtesy:
    """Leaves the lock of SQLite to others now and then.

    SQLite has no queue: who waits looks again, every 25 ms at most in the first 128 ms. So the lock is left free for
    26 ms, which we can read in, before the next transaction would make it more than 60 ms since the last such time.
    Others wait for about 85 ms at most; longer where one tenant's rows alone take more than 60 ms, for no tenant goes
    by halves, or where the machine is too busy to let them look in time.
    """

    def __init__(self) -> None:
        self._begun = self._released = -math.inf  # the turn, which is several transactions; the end of the last one
        self._last = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one may write; what is done inside is taken for one transaction."""
        if time.monotonic() + self._last - self._begun > _MOST_SECONDS:
            wait_until(lambda: time.monotonic() - self._released >= _FREE_SECONDS, _FREE_SECONDS, pause=0.002)
        started = time.monotonic()
        if started - self._released >= _FREE_SECONDS:
            self._begun = started
        yield
        self._released = time.monotonic()
        self._last = self._released - started


def patiently(work: Callable[[], T], patience: float) -> T:
    """Repeat the work while the database is locked, for at most `patience` seconds.

    Raises LockedError then, and InfrastructureError when the database fails for another reason.
    """
    deadline, pause = time.monotonic() + patience, 0.01
    while True:
        try:
            with interrupts_insisted_on():
                return work()
        except SQLAlchemyError as error:
            if not isinstance(error, DBAPIError) or not _is_contention(error):
                raise InfrastructureError(
                    f"The database refused to be read or purged ({mask(_reason(error))}); look at it, then purge again."
                ) from error
            if time.monotonic() + pause > deadline:
                raise LockedError(
                    f"The database was still locked by another connection after {patience:g} s; find and end the "
                    "transaction that holds it, then purge again."
                ) from error
        time.sleep(pause)
        pause = min(pause * 2, 0.25)


def _is_contention(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _CONTENTION or "is locked" in str(error.orig)


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[tuple[T, ...]]:
    """Cut the values into tuples of at most `size`."""
    iterator = iter(values)
    while chunk := tuple(islice(iterator, size)):
        yield chunk
