"""What one scenario holds, by the names that its story uses, and what of it goes into the report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from support import reporting
from support.accounts.specimens import ABSENT, PASSWORD, value_of
from support.chat import Admission, Answered, Connection, Conversation, Speaker, Trial, ask
from support.chat.plan import new_speaker
from support.chat.said import Said
from support.configurator import Agent, Exchange, Tenant, at_once
from support.deployments import Backend, Deployment
from support.errors import UsageError
from support.isolation import Cell, Grounds, print_grid, svg
from support.purge import Selection
from support.removals import Removal

# More than this of one kind is cut: a report is read by people.
_MOST_CHARACTERS = 200_000
T = TypeVar("T")


@dataclass
class Scene:
    """It begins empty with each scenario, and what is open in it is closed at its end."""

    grounds: Grounds
    new_username: Callable[[], str]
    # Where each backend's log ended when the scenario began, in bytes.
    logs: Mapping[Path, int] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    # By the name that the story gives them, the newest of each name; and all that were ever opened.
    connections: dict[str, Connection] = field(default_factory=dict)
    opened: list[Connection] = field(default_factory=list)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    purged: Selection = field(default_factory=Selection)
    # A tenant's further logins, by the device that the story names.
    logins: dict[str, Tenant] = field(default_factory=dict)
    # Attempts to talk to agents, by what was tried.
    admissions: dict[str, Admission] = field(default_factory=dict)
    # Messages that were answered, and frames that a proper client does not send.
    answered: list[Answered] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    # Markers of what must not be heard.
    unheard: list[str] = field(default_factory=list)
    # What people wrote to agents, oldest first, and the secret that was entrusted to one of them.
    said: list[Said] = field(default_factory=list)
    secret: str = ""
    # What the statistics of tenants said before, by the tenants' names in the story.
    statistics: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Conversations that were held from their first message to their last.
    held: list[Conversation] = field(default_factory=list)
    # What the story gave at registrations, by the names of the wire.
    given: dict[str, Any] = field(default_factory=dict)
    # What agents and tenants must show when they are read, by their ids.
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The templates or the agents that were listed, each time; and what was purged, each time.
    lists: list[list[dict[str, Any]]] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    # The canary of each tenant, by its name in the story, and what tenants tried to reach at each other.
    canaries: dict[str, str] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    # The configurator's answers to the last step that tried something, by what was tried.
    answers: dict[str, requests.Response] = field(default_factory=dict)
    # Words for which the model endpoint has trouble; connections that are not read; seconds that answers took.
    troubles: list[str] = field(default_factory=list)
    paused: list[Connection] = field(default_factory=list)
    response_times: dict[str, list[float]] = field(default_factory=dict)
    # A deployment besides the run's; backends that were stopped; why a start failed, and what it left running.
    another: Deployment | None = None
    stopped: Sequence[Backend] = ()
    failure: str = ""
    left_running: Sequence[psutil.Process] = ()
    # What ends with the scenario besides its connections.
    undo: ExitStack = field(default_factory=ExitStack)

    def tenant(self, name: str) -> Tenant:
        """Return the tenant of this name in the story."""
        return _find(self.tenants, name, "tenant")

    def agent(self, name: str) -> Agent:
        """Return the agent of this name in the story."""
        return _find(self.agents, name, "agent")

    def connection(self, name: str) -> Connection:
        """Return the connection of this name in the story."""
        return _find(self.connections, name, "connection")

    def speaker(self, name: str, platform: str = "test") -> Speaker:
        """Return the person of this name in the story, whom no agent has met before it; with one id everywhere."""
        return replace(self.speakers.setdefault(name, new_speaker(platform)), platform=platform)

    @property
    def answer(self) -> requests.Response:
        """The configurator's answer to the last attempt."""
        if not self.answers:
            raise UsageError("No step of this scenario has tried anything; write a When before this Then.")
        return list(self.answers.values())[-1]

    @answer.setter
    def answer(self, answer: requests.Response) -> None:
        self.answers = {"the attempt": answer}

    def login(self, device: str) -> Tenant:
        """Return the login on this device in the story."""
        return _find(self.logins, device, "login")

    def register(self, name: str, **account: Any) -> Tenant:
        """Register a tenant that the story calls by this name; what is not given is valid, its user name fresh."""
        account = {"username": self.new_username(), "password": PASSWORD, "tenant_name": name, **account}
        self.tenants[name] = self.grounds.configurator.register_user(**_sent(account))
        return self.tenants[name]

    def register_all(self, accounts: Mapping[str, Mapping[str, Any]]) -> None:
        """Register several tenants at the same time: what is given of each, by its name in the story."""
        at_once(lambda name: self.register(name, **accounts[name]), accounts)

    def try_to_register(self, **account: Any) -> requests.Response:
        """Send a registration that may be refused; what is not given is valid and fresh."""
        filled = {"username": self.new_username(), "password": PASSWORD, **account}
        return self.grounds.configurator.try_to_register(_sent(filled))

    def specimen(self, detail: str, words: str) -> Any:
        """Return what the words mean as this detail of an account; nobody has it yet."""
        return value_of(detail, words, self.new_username())

    def create_agent(self, tenant: str, name: str, template_id: str | None = None, **fields: Any) -> Agent:
        """Create an agent of the tenant, both by their names in the story."""
        self.agents[name] = self.grounds.configurator.create_agent(self.tenant(tenant), name, template_id, **fields)
        return self.agents[name]

    def connect(
        self, tenant: str, agent: str, platform: str = "test", *, name: str = "", connection_id: str | None = None
    ) -> Connection:
        """Open a connection of the tenant to the agent; unless it is named, the story calls it by both names."""
        title = name or f"{tenant} to {agent}"
        credential = self.grounds.credential(self.tenant(tenant), self.agent(agent))
        connection = self.grounds.reader.open(
            self.grounds.replier_url, credential, platform, title=title, connection_id=connection_id
        )
        self.keep(title, connection)
        return connection

    def keep(self, name: str, connection: Connection) -> None:
        """Let the story call the connection so, in place of an earlier one of this name; both end with the scene."""
        self.connections[name] = connection
        self.opened.append(connection)

    def ask(
        self, person: str, tenant: str, agent: str, text: str = "你好", *, platform: str = "", **ids: str
    ) -> Answered:
        """Let the person write on the tenant's connection to the agent, and await the answer."""
        connection = self.connection(f"{tenant} to {agent} on {platform}" if platform else f"{tenant} to {agent}")
        speaker = self.speaker(person, connection.platform)
        self.answered.append(ask(connection, speaker, text, **ids).await_answer(self.grounds.reply_timeout))
        return self.answered[-1]

    def close(self, *, red: bool = False) -> None:
        """End what the scenario began; raise AssertionError when a frame came that no step has consumed.

        What is left over of a scenario that is red tells nothing: the steps that were not run would have consumed it.
        """
        with self.undo:
            for connection in self.opened:
                self.grounds.reader.close(connection)
        unexpected = self.unexpected()
        if unexpected and not red:
            raise AssertionError(
                f"{self.astray} {len(unexpected)} frames came that nobody expected; expected none: "
                f"{'; '.join(unexpected[:5])}.".lstrip()
            )

    @property
    def astray(self) -> str:
        """What is to be told of the first reply that came to another agent's connection; nothing when none did."""
        return next(iter(self.grounds.reader.post.astray), "")

    def unexpected(self) -> list[str]:
        """Return the frames that came and that no step has consumed, with their connections."""
        return [
            f"{frame} on connection {connection.transcript.number} ({connection.transcript.title})"
            for connection in self.opened
            for frame in connection.unexpected()
        ]

    def attach(self) -> None:
        """Attach the HTTP exchanges, the WebSocket transcripts and each backend's slice of log; show the grid."""
        if self.cells:
            print_grid(self.cells)
            reporting.attach_text("isolation", svg(self.cells), "svg")
        _attach("HTTP exchanges", map(str, self.exchanges))
        _attach("WebSocket transcripts", (str(connection.transcript) for connection in self.opened))
        for backend, text in self.log_texts().items():
            _attach(f"log of the {backend}", [text])

    def log_texts(self) -> dict[str, str]:
        """Return what each launched backend has logged since the scenario began."""
        return {file.stem: _slice(file, begin) for file, begin in self.logs.items()}


def ends_of_logs(deployment: Deployment) -> dict[Path, int]:
    """Return where the log of each launched backend ends now, in bytes."""
    files = [backend.log_file for backend in deployment.backends]
    return {file: file.stat().st_size for file in files}


def _sent(account: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in account.items() if value is not ABSENT}


def _find(named: Mapping[str, T], name: str, what: str) -> T:
    if name not in named:
        known = ", ".join(named) or "none"
        raise UsageError(f"The scenario has no {what} {name!r}; it has {known}. Give it one by a Given.")
    return named[name]


def _attach(name: str, parts: Iterable[str]) -> None:
    text = "\n\n".join(filter(None, parts))
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}\n... {len(text) - _MOST_CHARACTERS} more characters are left out"
    if text:
        reporting.attach_text(name, text)


def _slice(file: Path, begin: int) -> str:
    with file.open("rb") as log:
        log.seek(begin)
        return log.read(4 * _MOST_CHARACTERS).decode("utf-8", "replace")
