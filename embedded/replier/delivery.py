"""Open connections, and sending to them without one waiting for another."""

import asyncio
import itertools
import logging
from collections import defaultdict

from starlette.websockets import WebSocket, WebSocketDisconnect

from embedded.replier.admission import Credential, CurrentAgent, Identity

log = logging.getLogger(__name__)

# What a client may leave unread, in characters, before it is given up.
LARGEST_BACKLOG = 4 * 2**20
# Messages of one connection that may be under way at once; then it is not read until one is answered.
MOST_UNDER_WAY = 100
SECONDS_TO_CLOSE = 1.0

_Close = tuple[int, str]

_numbers = itertools.count(1)


class Connection:
    """One admitted client. Its id is ours: what the client calls itself in x-uuid may be in use elsewhere."""

    def __init__(self, websocket: WebSocket, credential: Credential, agent: CurrentAgent, platform: str) -> None:
        self.id = f"connection_{next(_numbers)}"
        self.websocket = websocket
        self.credential = credential
        self.identity = agent.identity
        self.platform = platform
        self.under_way = asyncio.Semaphore(MOST_UNDER_WAY)
        self.ended = False
        self._outgoing: asyncio.Queue[str | _Close] = asyncio.Queue()
        self._backlog = 0
        self._reader = asyncio.current_task()

    def send(self, frame: str) -> None:
        """Queue a frame. A client that leaves too much unread is closed."""
        if self.ended:
            return
        self._backlog += len(frame)
        if self._backlog > LARGEST_BACKLOG:
            self.end(1013, "Too many frames are unread; read them and connect again.")
        else:
            self._outgoing.put_nowait(frame)

    def end(self, code: int, reason: str) -> None:
        """Close after what is queued; from now on nothing is sent. A client that does not read is cut off."""
        if self.ended:
            return
        self.ended = True
        log.info("%s of %s is closed with %d: %s", self.id, self.identity, code, reason)
        self._outgoing.put_nowait((code, reason))
        if self._reader:
            asyncio.get_running_loop().call_later(SECONDS_TO_CLOSE, self._reader.cancel)

    def revoke(self) -> None:
        """Close, because its credential is no longer valid."""
        self.end(1008, "The API key is no longer valid for this agent.")

    async def send_queued(self) -> None:
        """Send what is queued until the connection is closed."""
        try:
            while not isinstance(item := await self._outgoing.get(), tuple):
                self._backlog -= len(item)
                await self.websocket.send_text(item)
            await self.websocket.close(*item)
        except (WebSocketDisconnect, RuntimeError):
            # The client is gone; the reader notices it, too.
            return


class Connections:
    """The open connections by identity and platform."""

    def __init__(self) -> None:
        self._open: dict[Identity, dict[str, set[Connection]]] = defaultdict(lambda: defaultdict(set))

    def add(self, connection: Connection) -> None:
        """Deliver to this connection from now on."""
        self._open[connection.identity][connection.platform].add(connection)

    def remove(self, connection: Connection) -> None:
        """Deliver no longer to this connection."""
        platforms = self._open[connection.identity]
        platforms[connection.platform].discard(connection)
        if not any(platforms.values()):
            del self._open[connection.identity]

    def is_present(self, identity: Identity) -> bool:
        """Whether anyone is connected as this tenant and agent."""
        return identity in self._open

    def all(self) -> list[Connection]:
        """Return every open connection."""
        return [
            connection
            for platforms in self._open.values()
            for connections in platforms.values()
            for connection in connections
        ]

    def deliver(self, agent: CurrentAgent, platform: str, frame: str) -> None:
        """Send to every connection of this tenant and agent on the platform whose credential is valid."""
        if not self.is_present(agent.identity):
            return
        for connection in self._open[agent.identity].get(platform, ()):
            if agent.admits(connection.credential):
                connection.send(frame)
