"""One WebSocket to one agent: what was sent on it, and the frames that came and wait to be expected."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from weakref import ref

import websocket
from maim_message.message import APIMessageBase

from support.chat.envelope import Frame, Speaker, new_message_id, place_of, standard_frame, text_message, text_of
from support.chat.marker import markers_in
from support.chat.pace import Pace
from support.chat.transcript import Transcript
from support.masking import mask
from support.transport import Arrival, Closed, Transport

REPLY_TIMEOUT_SECONDS = 15.0
# How long a reply is still awaited when one has gone astray: it may come here, too.
_ASTRAY_SECONDS = 1.0
T = TypeVar("T")


class NoFrame(AssertionError):
    """An expected frame did not come in time, or the connection ended before it."""


@dataclass(frozen=True)
class Sent:
    """A message that was sent: its ids on the wire, its text, and when (time.perf_counter)."""

    msg_id: str
    message_id: str
    text: str
    at: float


class Sender(NamedTuple):
    """A connection as those know it that come after it."""

    credential: str
    where: str
    connection: "ref[Connection]"


@dataclass
class Post:
    """What all connections of a reader know of each other: who has written what, and which replies went astray."""

    # Whom people have written to since this was emptied last, and where: an agent's credential, a group or person.
    conversations: set[tuple[str, str]] = field(default_factory=set)
    # A sentence for each reply that came to another agent's connection than the one on which its message was sent.
    astray: list[str] = field(default_factory=list)
    # By the marker of a message, who sent it first.
    senders: dict[str, Sender] = field(default_factory=dict)


class Connection:
    """An open WebSocket of one agent's credential on one platform. Made by Reader.open."""

    def __init__(
        self,
        transport: Transport,
        credential: str,
        platform: str,
        transcript: Transcript,
        pace: Pace,
        post: Post,
    ) -> None:
        self.credential = credential
        self.platform = platform
        self.transcript = transcript
        self.closed: Closed | None = None
        # Called in the reader's thread for each frame; without one, frames wait here to be expected.
        self.listener: Callable[[Frame], None] | None = None
        self.pending: list[Frame] = []
        # How many PINGs came; each is answered by the reader.
        self.pings = 0
        # How many of our own were answered.
        self.pongs = 0
        # How often each msg_id was sent and its acknowledgement not yet consumed.
        self._unacknowledged: Counter[str] = Counter()
        self.pace = pace
        self.socket = transport.socket
        self._transport = transport
        self._post = post
        self.where = f"connection {transcript.number} ({transcript.title})"
        self._as_sender = Sender(credential, self.where, ref(self))
        # What went astray of what this connection sent or should not have received: a sentence, the first counts.
        self.astray = ""
        self._changed = threading.Condition()

    def send(self, text: str, speaker: Speaker, message_id: str | None = None, msg_id: str | None = None) -> Sent:
        """Send a text message of this speaker, who has read the last answer; the ids are fresh unless given."""
        self.finish_reading()
        return self.send_message(text_message(self.credential, speaker, text, message_id or new_message_id()), msg_id)

    def finish_reading(self) -> None:
        """Return when the people here have read the last answer. Whatever they write is to be dated afterwards."""
        self.pace.await_read(self.credential)

    def begin_reading(self) -> None:
        """Let the people here take as much time as for an answer before they write again.

        What was sent is then looked at alone: a replier may give messages that it meets at one look one answer.
        """
        self.pace.begin_reading(self.credential, time.perf_counter())

    def send_message(self, message: APIMessageBase, msg_id: str | None = None) -> Sent:
        """Send a message; the frame's id is fresh unless given."""
        self._post.conversations.add((self.credential, place_of(message)))
        frame = standard_frame(message, msg_id or new_message_id())
        text = text_of(message.message_segment)
        sent = Sent(frame["msg_id"], message.message_info.message_id, text, time.perf_counter())
        self.send_frame(frame)
        return sent

    def send_frame(self, frame: Mapping[str, Any]) -> None:
        """Send a frame, whether it is a proper one or not; one acknowledgement of its msg_id is not unexpected."""
        self._unacknowledged[str(frame.get("msg_id"))] += 1
        self.send_raw(json.dumps(frame, ensure_ascii=False))

    def send_raw(self, raw: str | bytes) -> None:
        """Send a text or binary frame as it is; raises NoFrame when the connection has ended."""
        self.transcript.add(">", raw if isinstance(raw, str) else f"{len(raw)} bytes, binary")
        for marker in markers_in(raw) if isinstance(raw, str) else ():
            self._post.senders.setdefault(marker, self._as_sender)
        try:
            self._transport.send(raw)
        except (websocket.WebSocketException, OSError) as error:
            raise NoFrame(f"A frame could not be sent on {self.where}: {self.closed or error}.") from error

    def ping(self, timeout: float) -> bool:
        """Send a PING; return whether the PONG has come after `timeout` seconds at most."""
        known = self.pongs
        self.transcript.add(">", "PING")
        self._transport.ping()
        return self.wait(lambda: self.pongs > known, timeout)

    def say_goodbye(self) -> None:
        """Tell the replier that nothing more comes; the answer is the reader's."""
        self._transport.close()

    def read(self) -> Arrival:
        """Read what comes next on the socket. Only for the reader."""
        return self._transport.receive()

    def expect(self, kind: str, matches: Callable[[Frame], bool], what: str, timeout: float) -> Frame:
        """Consume the first frame of this kind that matches; raises NoFrame after `timeout` seconds.

        Where a reply has gone astray, sooner, and that is told first.
        """

        def take() -> Frame | None:
            for frame in self.pending:
                if frame.kind == kind and matches(frame):
                    self.pending.remove(frame)
                    return frame
            return None

        begun = time.perf_counter()
        come = self.wait(lambda: take() or self.closed or self.astray, timeout)
        if come and come == self.astray:
            come = self.wait(lambda: take() or self.closed or "", min(timeout, _ASTRAY_SECONDS))
        if isinstance(come, Frame):
            return come
        why = str(self.closed) if self.closed else f"nothing matched within {time.perf_counter() - begun:.1f} s"
        where = f"{self.where[0].upper()}{self.where[1:]}"
        waited = f"{where} waited for {what}: {why}. Frames that did not match: {self._describe_pending()}."
        raise NoFrame(f"{self.astray} {waited}".strip())

    def _describe_pending(self) -> str:
        return ", ".join(map(str, self.pending[-5:])) or "none"

    def expect_acknowledgement(self, sent: Sent, timeout: float) -> Frame:
        """Consume the acknowledgement of a message."""
        frame = self.expect("ack", lambda frame: frame.acked == sent.msg_id, f"the ack of {sent.msg_id}", timeout)
        self._unacknowledged[sent.msg_id] -= 1
        return frame

    def has_acknowledged(self, sent: Sent) -> bool:
        """Whether the acknowledgement of a message has come."""
        return self._unacknowledged[sent.msg_id] < 1 or any(frame.acked == sent.msg_id for frame in self.pending)

    def expect_reply(self, marker: str, timeout: float) -> Frame:
        """Consume the reply that carries this marker."""
        return self.expect("reply", lambda frame: marker in frame.markers, f"a reply with {marker}", timeout)

    def unexpected(self) -> list[Frame]:
        """Return the frames that nobody consumed, but for one acknowledgement of each frame that was sent."""
        owed = Counter(self._unacknowledged)
        unexpected = []
        for frame in self.pending:
            if frame.kind == "ack" and owed[str(frame.acked)] > 0:
                owed[str(frame.acked)] -= 1
            else:
                unexpected.append(frame)
        return unexpected

    def wait(self, condition: Callable[[], T], timeout: float) -> T:
        """Return the condition's first true value, or its last value after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def receive(self, frame: Frame) -> None:
        """Take a frame from the reader."""
        self.transcript.add("<", frame.raw)
        if frame.kind == "reply":
            self.pace.begin_reading(self.credential, frame.received_at)
            self._note_astray(frame)
        if self.listener:
            self.listener(frame)
        with self._changed:
            if not self.listener:
                self.pending.append(frame)
            self._changed.notify_all()

    def _note_astray(self, reply: Frame) -> None:
        """Let both sides know of a reply to what was sent with another credential."""
        for marker in sorted(reply.markers):
            sender = self._post.senders.get(marker)
            if sender and sender.credential != self.credential:
                sentence = (
                    f"A reply went astray: {self.where} received the one to {marker}, which was sent on "
                    f"{sender.where}: {mask(reply.text)[:200]!r}."
                )
                self._post.astray.append(sentence)
                for side in filter(None, (sender.connection(), self)):
                    side.learn_astray(sentence)

    def learn_astray(self, sentence: str) -> None:
        """Take note of a reply that went astray; the first one counts."""
        with self._changed:
            self.astray = self.astray or sentence
            self._changed.notify_all()

    def receive_ping(self) -> None:
        """Take note of a PING, from the reader."""
        self.transcript.add("<", "PING")
        with self._changed:
            self.pings += 1
            self._changed.notify_all()

    def receive_pong(self) -> None:
        """Take note of the answer to a PING of ours, from the reader."""
        self.transcript.add("<", "PONG")
        with self._changed:
            self.pongs += 1
            self._changed.notify_all()

    def end(self, closed: Closed) -> None:
        """Take the end of the connection, from the reader or from whoever closes it; the first one counts."""
        with self._changed:
            if self.closed is None:
                self.closed = closed
                self.transcript.add("*", str(closed))
            self._changed.notify_all()
