"""The smallest conversation: one message, its acknowledgement and its reply."""

from dataclasses import dataclass

from support.chat.connection import Connection, Sent
from support.chat.envelope import Frame, Speaker
from support.chat.marker import new_marker


@dataclass(frozen=True)
class Asked:
    """A message with a fresh marker that waits for its answer."""

    connection: Connection
    speaker: Speaker
    marker: str
    sent: Sent

    def await_answer(self, timeout: float) -> "Answered":
        """Consume the acknowledgement and the reply, each awaited for `timeout` seconds; raises NoFrame."""
        acknowledgement = self.connection.expect_acknowledgement(self.sent, timeout)
        reply = self.connection.expect_reply(self.marker, timeout)
        return Answered(self.connection, self.speaker, self.sent, acknowledgement, reply)


@dataclass(frozen=True)
class Answered:
    """A message that was answered, with the two frames that came for it."""

    connection: Connection
    speaker: Speaker
    sent: Sent
    acknowledgement: Frame
    reply: Frame


def ask(
    connection: Connection,
    speaker: Speaker,
    text: str = "你好",
    *,
    message_id: str | None = None,
    msg_id: str | None = None,
) -> Asked:
    """Write a text with a fresh marker; the ids are fresh unless given.

    With its answer, all that the same speaker sent before has been dealt with: it is a barrier.
    """
    marker = new_marker()
    return Asked(connection, speaker, marker, connection.send(f"{text} {marker}", speaker, message_id, msg_id))
