"""A message of a person to an agent, and the reply that belongs to it."""

from dataclasses import dataclass

from support.chat.connection import Connection, Sent
from support.chat.envelope import Frame, Speaker


@dataclass
class Said:
    """What a person has said to an agent, both by their names in the story; the marker is empty when it has none."""

    person: str
    agent: str
    speaker: Speaker
    connection: Connection
    marker: str
    sent: Sent
    reply: Frame | None = None

    def await_reply(self, timeout: float) -> Frame:
        """Consume the reply to this message, if that is not done, and keep it; raises NoFrame after `timeout` s."""
        if self.reply is None:
            self.reply = self.await_copy(self.connection, timeout)
        return self.reply

    def await_copy(self, connection: Connection, timeout: float) -> Frame:
        """Consume the reply on another connection, which gets it as well."""
        return connection.expect("reply", self.is_answered_by, f"a reply to {self.person} {self.sent.text!r}", timeout)

    def take_reply(self, connection: Connection | None = None) -> Frame | None:
        """Consume the reply, on its own connection or on another, if it has come; return it."""
        connection = connection or self.connection
        replies = [frame for frame in connection.pending if frame.kind == "reply" and self.is_answered_by(frame)]
        for reply in replies[:1]:
            connection.pending.remove(reply)
            self.reply = reply
        return self.reply

    def is_answered_by(self, reply: Frame) -> bool:
        """Whether a reply is for this person at this place and carries no marker of another message.

        A model that is not ours may repeat no marker.
        """
        return self.is_in_place(reply) and reply.markers <= {self.marker}

    def is_in_place(self, reply: Frame) -> bool:
        """Whether a reply is for this person's group or, if there is none, for this person in private."""
        if self.speaker.group_id:
            return reply.group_id == self.speaker.group_id
        return reply.group_id is None and reply.user_id == self.speaker.user_id
