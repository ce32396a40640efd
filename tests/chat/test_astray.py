"""A reply that comes on another agent's connection is told as that, on both sides, and at once."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.chat import Connection, Reader, ask
from support.chat.connection import NoFrame
from support.chat.plan import new_speaker
from tests.chat.server import server


@pytest.fixture
def url() -> Iterator[str]:
    """Of a server that sends what comes to everybody whose platform is that of the message, even if that is nobody."""
    peers: list[ServerConnection] = []

    def echo(peer: ServerConnection) -> None:
        peers.append(peer)
        with suppress(ConnectionClosed):
            for raw in peer:
                platform = json.loads(raw)["meta"]["platform"]
                peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": json.loads(raw)["msg_id"]}}))
                for each in peers:
                    if each.request and each.request.headers["x-platform"] == platform:
                        each.send(raw)

    with server(echo) as running:
        yield running


@pytest.fixture
def acme(reader: Reader, url: str) -> Connection:
    return reader.open(url, "key of Acme", "qq", title="Acme to Ada")


def told(acme: Connection, globex: Connection, marker: str) -> str:
    return (
        f"A reply went astray: connection {acme.transcript.number} (Acme to Ada) received the one to {marker}, "
        f"which was sent on connection {globex.transcript.number} (Globex to Bob): '你好 {marker}'."
    )


def test_both_sides_of_a_reply_that_went_astray_tell_it_first_and_before_the_time_out(
    reader: Reader, url: str, acme: Connection
) -> None:
    globex = reader.open(url, "key of Globex", "test", title="Globex to Bob")
    asked = ask(globex, new_speaker("qq"))
    for waiting in (globex, acme):
        with pytest.raises(NoFrame) as error:
            waiting.expect_reply("another", 60)
        assert str(error.value).startswith(f"{told(acme, globex, asked.marker)} Connection {waiting.transcript.number}")
        assert float(re.findall(r"nothing matched within (\S+) s", str(error.value))[0]) < 30
    assert reader.post.astray == [told(acme, globex, asked.marker)]


def test_whoever_is_answered_besides_is_answered(reader: Reader, url: str, acme: Connection) -> None:
    globex = reader.open(url, "key of Globex", "qq", title="Globex to Bob")
    asked = ask(globex, new_speaker("qq"))
    assert asked.marker in asked.await_answer(15).reply.markers
    assert acme.wait(lambda: acme.astray, 15) == globex.astray == told(acme, globex, asked.marker)


def test_a_reply_on_each_connection_of_the_same_agent_is_in_order(reader: Reader, url: str, acme: Connection) -> None:
    other = reader.open(url, "key of Acme", "qq")
    asked = ask(other, new_speaker("qq"))
    for connection in (other, acme):
        connection.expect_reply(asked.marker, 15)
    assert (acme.astray, other.astray, reader.post.astray) == ("", "", [])
