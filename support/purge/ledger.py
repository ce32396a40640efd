"""The ledger of a run: what it is about to create, on the disk before it is created."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timezone
from glob import escape
from pathlib import Path
from typing import Any

import psutil

from support.errors import InfrastructureError, UsageError
from support.purge.database import parse_url, without_secret
from support.purge.selection import Selection

LEDGER_NAME = "ledger.jsonl"


@dataclass(frozen=True)
class Header:
    """The first line, and any later one of its kind: whose ledger it is, and where what it names was created."""

    run_id: str
    databases: tuple[str, ...]  # without passwords
    directories: tuple[str, ...]
    pid: int
    process_created: float
    started: float = field(default_factory=lambda: datetime.now(timezone.utc).timestamp())
    # After how many seconds a replier that the run cannot stop has written all that it holds; 0: never.
    autosave_seconds: float = 0

    @classmethod
    def parse(cls, line: dict[str, Any]) -> Header:
        """Build the header from its line. Raises KeyError or TypeError when it is none."""
        line = {"autosave_seconds": 0, **line}  # ledgers of earlier versions do not tell
        header = cls(**{each.name: line[each.name] for each in fields(cls)})
        return replace(header, databases=tuple(header.databases), directories=tuple(header.directories))

    def at(self, database_urls: Sequence[str], directories: Sequence[str], autosave_seconds: float = 0) -> Header:
        """Return the same header with other places."""
        databases = tuple(without_secret(url) for url in database_urls)
        return replace(self, databases=databases, directories=tuple(directories), autosave_seconds=autosave_seconds)

    @property
    def alive(self) -> bool:
        """Whether the process of the run still lives; one that waits to be reaped does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.process_created) < 1
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


class Ledger:
    """An append-only file of one JSON object a line. Methods may be called from several threads.

    An agent belongs to its tenant: when the tenant is ours it goes with it, even if its id was never learnt.
    A name that holds the run's id can be nobody else's. Any other may be: who has it is ours only by the ids that the
    deployment gave us, unless nobody else uses the databases.
    """

    def __init__(self, path: Path, header: Header, events: Sequence[dict[str, Any]] = ()) -> None:
        self.path = path
        self.header = header
        self.kept = False
        self.counts: Counter[str] = Counter()  # of events by name
        self.scenarios: dict[str, str] = {}  # the one that made it, by each name and id
        self._scenario: str | None = None
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        # How often: a name that several try to register is in doubt until all of them were answered.
        self._in_doubt: Counter[str] = Counter()
        self._emptied_at: float = 0
        self._torn_at: int | None = None
        self._lock = threading.Lock()
        for event in events:
            self._apply(event)

    @classmethod
    def create(
        cls, path: Path, run_id: str, database_urls: Sequence[str] = (), directories: Sequence[str] = ()
    ) -> Ledger:
        """Begin the ledger of this process's run. Raises UsageError when the file is there already."""
        this = psutil.Process()
        header = Header(run_id, (), (), this.pid, this.create_time()).at(database_urls, directories)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise UsageError(f"{path} is the ledger of another run; give each run an id of its own.") from error
        except OSError as error:
            raise InfrastructureError(_unwritable(path, error)) from error
        ledger = cls(path, header)
        ledger._note_header(header)
        _sync_directory(path.parent)
        return ledger

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read a ledger; a line that was torn while it was written counts as not written.

        Raises UsageError when it is missing or no ledger.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"The ledger {path} cannot be read ({error.strerror}); check the run's id, --reports and who owns it."
            ) from error
        *lines, torn = content.split(b"\n")
        try:
            # What came before all was purged tells nothing; reports hold the ledgers of hundreds of such runs.
            told = [*lines[:1], lines[-1]] if lines[1:] and json.loads(lines[-1])["event"] == "purged" else lines
            header, *events = map(json.loads, told)
            ledger = cls(path, Header.parse(header), events)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UsageError(
                f"{path} is no ledger ({error}), so what its run has left is not known; stop what still runs of it, "
                f"purge by --prefix testuser_{path.parent.name}_ with its --database, then delete the file."
            ) from error
        ledger._torn_at = len(content) - len(torn) if torn else None
        return ledger

    def locate(self, database_urls: Sequence[str], directories: Sequence[str], autosave_seconds: float = 0) -> None:
        """Note on the disk where things will be created, once that is known."""
        self._note_header(self.header.at(database_urls, directories, autosave_seconds))

    def enter(self, scenario: str) -> None:
        """Note that what is created from now on is created in this scenario."""
        self._append({"event": "scenario", "scenario": scenario})

    def will_register(self, username: str) -> None:
        """Note on the disk that a user of this name is about to be registered."""
        self._append({"event": "will_register", "username": username}, durable=True)

    def registered(self, username: str, tenant_id: str, user_id: str) -> None:
        """Note the ids that the user got."""
        self._append({"event": "registered", "username": username, "tenant_id": tenant_id, "user_id": user_id})

    def not_registered(self, username: str) -> None:
        """Note that the deployment refused: whoever has this name, it is not ours by this registration.

        Except that a name which can be nobody else's is ours if it was kept all the same.
        """
        self._append({"event": "not_registered", "username": username})

    def will_create_agent(self, tenant_id: str, name: str) -> None:
        """Note on the disk that an agent is about to be created."""
        self._append({"event": "will_create_agent", "tenant_id": tenant_id, "name": name}, durable=True)

    def agent_created(self, tenant_id: str, agent_id: str) -> None:
        """Note the id that the agent got."""
        self._append({"event": "agent_created", "tenant_id": tenant_id, "agent_id": agent_id})

    def keep(self) -> None:
        """Note that what the run created stays on purpose: only a purge that names the run removes it."""
        self._append({"event": "keep"}, durable=True)

    def emptied(self) -> None:
        """Note that nothing of it is left; it is purged once no replier can write any of it again."""
        if self.header.autosave_seconds and not (self.settles_at or self.finished):
            self._append({"event": "emptied", "at": time.time()}, durable=True)
        if time.time() >= self.settles_at:
            self.purged()

    @property
    def settles_at(self) -> float:
        """When a replier that runs on will have written all that it still holds; 0 when it is not waited for."""
        return self._emptied_at + self.header.autosave_seconds if self._emptied_at else 0

    def purged(self) -> None:
        """Note that everything named so far is gone."""
        self._append({"event": "purged"}, durable=True)

    def selection(self) -> Selection:
        """Return what is named, is ours and not purged yet."""
        with self._lock:
            named = Selection.of(**self._named)
            return named.union([Selection.of(self._in_doubt)]) if self._is_alone else named

    @property
    def in_doubt(self) -> frozenset[str]:
        """The names that we may have registered and somebody else may have: nothing told us how it ended."""
        with self._lock:
            return frozenset() if self._is_alone else frozenset(self._in_doubt)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to purge or to doubt."""
        return not (self.selection() or self.in_doubt)

    @property
    def _is_alone(self) -> bool:
        """Whether nobody else uses the databases: they are in the run's folder."""
        folder = self.path.parent.resolve()
        files = [Path(parse_url(url).database or "") for url in self.header.databases]
        return all(file.is_absolute() and file.resolve().is_relative_to(folder) for file in files)

    def _note_header(self, header: Header) -> None:
        self._append({"event": "run", **asdict(header)}, durable=True)

    def _append(self, event: dict[str, Any], durable: bool = False) -> None:
        # Half of a character has no bytes of its own; escaped as a backslash sequence it is JSON as well.
        line = json.dumps(event, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        with self._lock:
            try:
                self._write(line, durable)
            except OSError as error:
                raise InfrastructureError(_unwritable(self.path, error)) from error
            self._apply(event)

    def _write(self, line: bytes, durable: bool) -> None:
        if self._torn_at is not None:
            os.truncate(self.path, self._torn_at)
        self._torn_at = self.path.stat().st_size
        with self.path.open("ab") as file:
            file.write(line)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        self._torn_at = None

    def _apply(self, event: dict[str, Any]) -> None:
        self.counts[event["event"]] += 1
        match event["event"]:
            case "run":
                self.header = Header.parse(event)
            case "scenario":
                self._scenario = event["scenario"]
            case "will_register":
                self._name(event, "username")
                self._doubt(event["username"], 1)
            case "registered":
                self._name(event, "username", "tenant_id", "user_id")
                self._doubt(event["username"], -1)
            case "not_registered":
                self._doubt(event["username"], -1)
            case "agent_created":
                # The tenant may be one that the run only visits.
                self._name(event, "agent_id")
            case "keep":
                self.kept = True
            case "emptied":
                self._emptied_at = event["at"]
            case "purged":
                self._emptied_at = 0
                self._named.clear()
                self._in_doubt.clear()

    def _name(self, event: dict[str, Any], *kinds: str) -> None:
        # What has no account has no user id.
        for kind in [kind for kind in kinds if event[kind]]:
            if kind != "username" or self._is_surely_ours(event[kind]):
                self._named[f"{kind}s"].add(event[kind])
            if self._scenario:
                self.scenarios.setdefault(event[kind], self._scenario)

    def _doubt(self, username: str, times: int) -> None:
        if username and not self._is_surely_ours(username):
            # What is left are the names that were announced more often than answered.
            self._in_doubt += Counter({username: times})

    def _is_surely_ours(self, username: str) -> bool:
        # Scenarios also try such a name in capitals.
        return self.header.run_id.casefold() in username.casefold()


def read_ledgers(reports: Path, complain: Callable[[UsageError], object]) -> list[Ledger]:
    """Return the ledgers of the runs that report there, the oldest first; complain of each that cannot be read."""
    ledgers = []
    for path in sorted(_paths(reports)):
        try:
            if not _is_torn(path):
                ledgers.append(Ledger.read(path))
        except UsageError as error:
            complain(error)
    return sorted(ledgers, key=lambda each: each.header.started)


def _is_torn(path: Path) -> bool:
    """Whether the run died over its first line: then it created nothing."""
    try:
        return b"\n" not in path.read_bytes()
    except OSError:
        return False


def ledgers_of(reports: Path, run_id: str) -> Iterator[Ledger]:
    """Yield the ledger of this run, or those of its shares. Raises UsageError when one cannot be read."""
    paths = sorted(_paths(reports, escape((reports / run_id).resolve().name)))
    yield from map(Ledger.read, paths or [reports / run_id / LEDGER_NAME])


def _paths(reports: Path, run: str = "*") -> set[Path]:
    """Return where the ledgers are: of a run by itself, of all shares of a run, of one share."""
    patterns = (f"{run}/{LEDGER_NAME}", f"{run}/share-*/*/{LEDGER_NAME}", f"*/share-*/{run}/{LEDGER_NAME}")
    paths = {path for pattern in patterns for path in reports.glob(pattern)}
    # <reports>/latest is a link to one of the others, and each share has one, too.
    return {path.resolve() for path in paths if not path.parent.is_symlink()}


def _unwritable(path: Path, error: OSError) -> str:
    return (
        f"The ledger {path} cannot be written ({error.strerror}), and nothing may be created that it does not name; "
        "make room there, or give another folder by -D reports=."
    )


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
