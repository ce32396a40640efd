"""The smallest conversation: one message, its acknowledgement and its reply."""

from dataclasses import dataclass

from support.chat.connection import Connection, Sent
from support.chat.envelope import Frame, Speaker
from support.chat.marker import new_marker


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
    timeout: float,
    text: str = "你好",
    *,
    message_id: str | None = None,
    msg_id: str | None = None,
) -> Answered:
    """Write a text with a fresh marker and consume both frames, each awaited for `timeout` seconds.

    What the same speaker sent before is dealt with by then: it is a barrier. Raises NoFrame.
    """
    marker = new_marker()
    sent = connection.send(f"{text} {marker}", speaker, message_id, msg_id)
    acknowledgement = connection.expect_acknowledgement(sent, timeout)
    return Answered(connection, speaker, sent, acknowledgement, connection.expect_reply(marker, timeout))
