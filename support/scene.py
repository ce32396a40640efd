"""What one scenario holds, and what of it goes into the report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from support import reporting
from support.chat import Connection
from support.configurator import Exchange, Tenant
from support.deployments import Deployment
from support.purge import Selection

# More than this of one kind is cut: a report is read by people.
_MOST_CHARACTERS = 200_000


@dataclass
class Scene:
    """It begins empty with each scenario; logs tells where each backend's log ended then, in bytes."""

    logs: dict[Path, int] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    tenants: list[Tenant] = field(default_factory=list)
    purged: Selection = field(default_factory=Selection)

    @classmethod
    def begin(cls, deployment: Deployment) -> "Scene":
        """Return an empty scene that knows where the logs of this deployment end."""
        files = [backend.log_file for backend in deployment.backends]
        return cls(logs={file: file.stat().st_size for file in files})

    def attach(self) -> None:
        """Attach the HTTP exchanges, the WebSocket transcripts and each backend's slice of log."""
        _attach("HTTP exchanges", map(str, self.exchanges))
        _attach("WebSocket transcripts", (str(connection.transcript) for connection in self.connections))
        for file, begin in self.logs.items():
            _attach(f"log of the {file.stem}", [_slice(file, begin)])


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
