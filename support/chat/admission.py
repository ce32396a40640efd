"""Trying to talk to an agent, where the answer may be no.

A replier refuses with an HTTP status, or accepts first and closes the connection afterwards (dialect v1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from support.chat.connection import Connection, NoFrame
from support.chat.envelope import Speaker
from support.chat.marker import new_marker
from support.chat.reader import Reader
from support.transport import Refused


@dataclass(frozen=True)
class Admission:
    """What came of an attempt; `outcome` is "neither" for a connection that stays open without a reply.

    The marker is that of the message which was sent; it is empty when not even that was possible.
    """

    outcome: Literal["answered", "refused", "neither"]
    detail: str
    marker: str


def try_to_talk(
    reader: Reader, url: str, credential: str | None, speaker: Speaker, timeout: float, *, in_query: bool = False
) -> Admission:
    """Connect, send a message and wait for a reply or the end of the connection for `timeout` seconds.

    Raises InfrastructureError when nobody answers at the URL.
    """

    def connect() -> Connection:
        return reader.open(url, credential, speaker.platform, title="an attempt", in_query=in_query)

    return try_connection(connect, reader, speaker, timeout)


def try_connection(connect: Callable[[], Connection], reader: Reader, speaker: Speaker, timeout: float) -> Admission:
    """Like try_to_talk, on a connection that is opened in whatever way."""
    try:
        connection = connect()
    except Refused as refusal:
        return Admission("refused", str(refusal), marker="")
    marker = new_marker()
    try:
        connection.send(f"你好 {marker}", speaker)
        reply = connection.expect("reply", lambda _: True, "any reply", timeout)
    except NoFrame as error:
        if connection.closed:
            return Admission("refused", f"The connection was {connection.closed}.", marker)
        return Admission("neither", str(error), marker)
    else:
        return Admission("answered", f"The agent answered {reply.text[:80]!r}.", marker)
    finally:
        reader.close(connection)
