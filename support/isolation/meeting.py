"""Several tenants' agents that are written to by the same person, in the same place, in messages with the same ids."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from support.chat import Answered, Connection, Speaker, ask
from support.chat.envelope import new_message_id
from support.chat.plan import new_speaker
from support.configurator import Tenant
from support.isolation.grounds import Grounds


class Meeting:
    """What its tenants have in common; everybody is connected to the first agent of their tenant. Made by meet()."""

    def __init__(self, grounds: Grounds, speaker: Speaker) -> None:
        self.speaker = speaker
        self._grounds = grounds
        self._id = new_message_id()
        self._numbers: Counter[str] = Counter()
        self._opened: list[Connection] = []

    def connect(self, tenant: Tenant, platform: str = "test", connection_id: str | None = None) -> Connection:
        """Open a connection of the tenant; raises Refused."""
        connection = self._grounds.reader.open(
            self._grounds.replier_url,
            self._grounds.credential(tenant, tenant.agents[0]),
            platform,
            title=f"{tenant.tenant_name} at a meeting",
            connection_id=connection_id,
        )
        self._opened.append(connection)
        return connection

    def listen(self, tenant: Tenant, platform: str = "test", connection_id: str | None = None) -> Connection:
        """Open a connection on which replies are certain to arrive from now on, for one has; raises Refused."""
        connection = self.connect(tenant, platform, connection_id)
        self.ask(tenant, connection)
        return connection

    def speaker_on(self, connection: Connection) -> Speaker:
        """Return the person as the platform of the connection knows them."""
        return replace(self.speaker, platform=connection.platform)

    def ask(self, tenant: Tenant, connection: Connection, text: str = "你好") -> Answered:
        """Let the person write to the tenant's agent and await the answer; raises NoFrame without one.

        Each tenant counts its messages from 1, so that tenants share ids and no tenant uses one twice.
        """
        self._numbers[tenant.tenant_id] += 1
        same_id = f"{self._id}_{self._numbers[tenant.tenant_id]}"
        asked = ask(connection, self.speaker_on(connection), text, message_id=same_id, msg_id=same_id)
        return asked.await_answer(self._grounds.reply_timeout)

    def close(self) -> None:
        """Close all connections."""
        for connection in self._opened:
            self._grounds.reader.close(connection)


@contextmanager
def meet(grounds: Grounds, *, in_private: bool = False) -> Iterator[Meeting]:
    """Hold a meeting of somebody new, in a group of their own or in private."""
    speaker = new_speaker("test")
    meeting = Meeting(grounds, replace(speaker, group_id=None) if in_private else speaker)
    try:
        yield meeting
    finally:
        meeting.close()
