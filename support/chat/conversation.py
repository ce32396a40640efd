"""One connection that sends topics and awaits each reply before it sends the next."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from support.chat.connection import Connection, NoFrame, Sent
from support.chat.envelope import Frame
from support.chat.marker import new_marker, without_markers
from support.chat.plan import Plan


@dataclass
class Turn:
    """One message and what came back. A reply names no message: it belongs to the one that is pending."""

    topic: str
    marker: str
    sent: Sent
    acknowledged: bool = False
    reply: Frame | None = None

    @property
    def seconds(self) -> float | None:
        """The response time: from sending to the reply."""
        return self.reply.received_at - self.sent.at if self.reply else None


@dataclass
class Conversation:
    """A plan being carried out, one message at a time. It advances in the reader's thread, which must not wait."""

    plan: Plan
    connection: Connection | None = None
    turns: list[Turn] = field(default_factory=list)
    failure: str | None = None
    # Whether the failure is the writer's: then it says nothing of the deployment.
    inconclusive: bool = False
    # Where a writer, or who reads, is waited for.
    background: Callable[[Callable[[], None]], object] = lambda work: work()
    on_end: Callable[[], None] = lambda: None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be said: all is answered, or it failed."""
        return self.failure is not None or (
            len(self.turns) == len(self.plan.topics) and self.turns[-1].reply is not None
        )

    @property
    def successful(self) -> bool:
        """Whether every message got its reply."""
        return self.ended and self.failure is None

    @property
    def replies(self) -> list[Frame]:
        """The replies so far."""
        return [turn.reply for turn in self.turns if turn.reply]

    def begin(self, connection: Connection) -> None:
        """Send the first message."""
        # The reader may hold the acknowledgement before this thread has noted what it sent.
        with self._lock:
            self.connection = connection
            connection.listener = self._receive
            self._advance(connection)

    def fail(self, why: str, *, inconclusive: bool = False) -> None:
        """End it; the first failure counts."""
        with self._lock:
            if self.failure is None:
                self.inconclusive = inconclusive
                was_ended, self.failure = self.ended, f"{self.plan.title}: {why}"
                if not was_ended:
                    self.on_end()

    def check(self, timeout: float) -> None:
        """Fail it when its connection has ended, a reply went astray or is later than `timeout` seconds."""
        with self._lock:
            if not self.ended and self.connection and self.turns and self.turns[-1].reply is None:
                self._check_pending(self.connection, timeout)

    def _check_pending(self, connection: Connection, timeout: float) -> None:
        turn = self.turns[-1]
        if connection.astray:
            self.fail(connection.astray)
        elif connection.closed:
            self.fail(f"the connection was {connection.closed} before the reply to {turn.topic!r}.")
        elif time.perf_counter() - turn.sent.at > timeout:
            acknowledged = "acknowledged" if turn.acknowledged else "not even acknowledged"
            self.fail(f"no reply to message {len(self.turns)} {turn.topic!r} within {timeout:.1f} s ({acknowledged}).")

    def _advance(self, connection: Connection) -> None:
        if self.plan.writer or connection.pace.reading_seconds:
            self.background(lambda: self._write(connection))
        else:
            self._send(connection, self.plan.topics[len(self.turns)])

    def _write(self, connection: Connection) -> None:
        """Read the last answer, think of a message and send it; in a thread that may wait."""
        connection.finish_reading()
        said = [(turn.topic, without_markers(turn.reply.text)) for turn in self.turns if turn.reply]
        topics, writer = self.plan.topics, self.plan.writer
        try:
            topic = writer(self.plan.agent.persona, topics, said) if writer else topics[len(said)]
        except Exception as error:
            # Whatever it is, nobody else would hear of it in this thread.
            self.fail(f"message {len(self.turns) + 1} could not be written: {error}", inconclusive=True)
            return
        with self._lock:
            if not self.ended:
                self._send(connection, topic)

    def _send(self, connection: Connection, topic: str) -> None:
        marker = new_marker()
        text = topic if self.turns or not self.plan.entrusts else f"{topic}。{self.plan.entrusts}"
        try:
            sent = connection.send(f"{text} {marker}", self.plan.speaker)
        except NoFrame as error:
            self.fail(str(error))
            return
        self.turns.append(Turn(topic, marker, sent))

    def _receive(self, frame: Frame) -> None:
        """Take a frame: the acknowledgement or the reply of the pending message; anything else is a failure."""
        with self._lock:
            turn = self.turns[-1] if self.turns else None
            if turn and frame.kind == "ack" and frame.acked == turn.sent.msg_id and not turn.acknowledged:
                turn.acknowledged = True
            elif turn and frame.kind == "reply" and turn.reply is None and self._belongs(frame, turn):
                turn.reply = frame
                self._proceed()
            else:
                astray = self.connection.astray if self.connection else ""
                self.fail(astray or f"a frame that nobody expected: {frame.kind} {frame.text or frame.raw[:200]!r}.")

    def _proceed(self) -> None:
        if self.ended:
            self.on_end()
        elif self.connection:
            self._advance(self.connection)

    def _belongs(self, reply: Frame, turn: Turn) -> bool:
        """Whether a reply is for this speaker and, if it carries a marker, for this message."""
        speaker = self.plan.speaker
        for_speaker = reply.group_id == speaker.group_id or reply.user_id == speaker.user_id
        return for_speaker and reply.markers <= {turn.marker}
