"""Sending a frame that is not proper, and seeing what it does to the connection."""

from collections.abc import Iterable
from dataclasses import dataclass

from support.chat.asking import Answered, ask
from support.chat.connection import Connection, NoFrame
from support.chat.envelope import Speaker, new_message_id, standard_frame, text_message
from support.chat.marker import new_marker
from support.chat.odd_frames import Change


@dataclass(frozen=True)
class Trial:
    """An odd frame with its marker, and the proper message after it: how it was answered, or what went wrong."""

    name: str
    marker: str
    barrier: Answered | None
    harm: str | None


def try_frames(
    connection: Connection, speaker: Speaker, changes: Iterable[tuple[str, Change]], timeout: float, times: int = 1
) -> list[Trial]:
    """Send what each (name, change) makes of a proper frame, so many times, and a proper one after it.

    The first harm ends it.
    """
    trials = []
    for name, change in changes:
        trials.append(_try_frame(connection, speaker, name, change, timeout, times))
        if trials[-1].harm:
            break
    return trials


def _try_frame(
    connection: Connection, speaker: Speaker, name: str, change: Change, timeout: float, times: int
) -> Trial:
    connection.finish_reading()
    marker = new_marker()
    message = text_message(connection.credential, speaker, f"你好 {marker}", new_message_id())
    try:
        for _ in range(times):
            odd = change(standard_frame(message, new_message_id()))
            if isinstance(odd, dict):
                connection.send_frame(odd)
            else:
                connection.send_raw(odd)
        connection.begin_reading()
        return Trial(name, marker, ask(connection, speaker).await_answer(timeout), None)
    except NoFrame as error:
        return Trial(name, marker, None, str(error))
