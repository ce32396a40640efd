"""Which reply belongs to what a person said, on the person's own connection or on another."""

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from maim_message.message import Seg
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.chat import Connection, Reader, Speaker
from support.chat.connection import NoFrame
from support.chat.envelope import Frame, read_frame, standard_frame, text_message, text_of
from support.chat.said import Said
from support.chat.segments import EMPTINESS, LAYOUTS
from tests.chat.server import server

OWN, FOREIGN = "mk-00000000000000aa", "mk-00000000000000bb"
IN_GROUP, IN_PRIVATE = Speaker("test", "user-1", "小明", "group-1"), Speaker("test", "user-1", "小明")


def raw_reply(speaker: Speaker, text: str) -> str:
    return json.dumps(standard_frame(text_message("key", speaker, text, "msg_9"), "msg_8"))


def reply(speaker: Speaker, text: str) -> Frame:
    return read_frame(raw_reply(speaker, text), 0)


@pytest.fixture
def connection(reader: Reader) -> Iterator[Connection]:
    """To a server that says what it is sent."""

    def echo(peer: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for raw in peer:
                peer.send(raw)

    with server(echo) as url:
        yield reader.open(url, "key", "test", title="an echo")


def said(connection: Connection, speaker: Speaker) -> Said:
    return Said("Ben", "Ada", speaker, connection, OWN, connection.send("再见", speaker))


def await_frames(connection: Connection, count: int) -> None:
    assert connection.wait(lambda: len(connection.pending) >= count, 15)


def test_a_reply_is_awaited_once_and_kept(connection: Connection) -> None:
    one = said(connection, IN_GROUP)
    got = one.await_reply(15)
    assert got.text == "再见"
    assert one.reply is got
    assert one.await_reply(15) is got
    assert connection.pending == []


def test_the_reply_that_does_not_come_is_told_with_who_waits_for_what(connection: Connection) -> None:
    one = said(connection, IN_GROUP)
    one.await_reply(15)
    with pytest.raises(NoFrame, match=r"waited for a reply to Ben '再见': nothing matched within 0\.1 s"):
        one.await_copy(connection, 0.1)


def test_a_copy_is_consumed_on_the_other_connection_and_not_kept(connection: Connection, reader: Reader) -> None:
    one = said(connection, IN_GROUP)
    await_frames(connection, 1)
    assert one.await_copy(connection, 15).text == "再见"
    assert one.reply is None


def test_a_reply_that_has_come_is_taken_and_only_one(connection: Connection) -> None:
    one = said(connection, IN_GROUP)
    for text in (f"好的 {OWN}", f"好的 {FOREIGN}"):
        connection.send(text, IN_GROUP)
    connection.send_raw("an odd frame")
    await_frames(connection, 4)
    assert one.take_reply() is one.reply
    assert one.reply
    assert one.reply.text == "再见"
    assert [frame.text for frame in connection.pending] == [f"好的 {OWN}", f"好的 {FOREIGN}", ""]


def test_a_reply_that_has_not_come_is_not_taken(connection: Connection, reader: Reader) -> None:
    one = said(connection, IN_GROUP)
    await_frames(connection, 1)
    connection.pending.clear()
    assert one.take_reply() is None
    connection.send(OWN, IN_PRIVATE)
    await_frames(connection, 1)
    assert one.take_reply(connection) is None
    assert len(connection.pending) == 1


@pytest.mark.parametrize(
    ("speaker", "answer", "belongs"),
    [
        (IN_GROUP, reply(IN_GROUP, f"好的 {OWN}"), True),
        (IN_GROUP, reply(IN_GROUP, "好的"), True),
        (IN_GROUP, reply(IN_GROUP, f"好的 {FOREIGN}"), False),
        (IN_GROUP, reply(IN_GROUP, f"好的 {OWN} {FOREIGN}"), False),
        (IN_GROUP, reply(Speaker("test", "user-1", "小明", "group-2"), OWN), False),
        (IN_GROUP, reply(Speaker("test", "user-2", "小红", "group-1"), OWN), True),
        (IN_GROUP, reply(IN_PRIVATE, OWN), False),
        (IN_PRIVATE, reply(IN_PRIVATE, OWN), True),
        (IN_PRIVATE, reply(Speaker("test", "user-2", "小红"), OWN), False),
        (IN_PRIVATE, reply(IN_GROUP, OWN), False),
    ],
)
def test_a_reply_belongs_to_the_place_and_carries_no_foreign_marker(
    connection: Connection, speaker: Speaker, answer: Frame, belongs: bool
) -> None:
    assert said(connection, speaker).is_answered_by(answer) is belongs


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_message_of_two_texts_says_both_in_every_layout(layout: str) -> None:
    laid = LAYOUTS[layout]("一", "二")
    assert laid.type == "seglist"
    assert text_of(Seg.from_dict(laid.to_dict())) == "一二"


@pytest.mark.parametrize("emptiness", EMPTINESS)
def test_emptiness_says_nothing(emptiness: str) -> None:
    assert text_of(Seg.from_dict(EMPTINESS[emptiness].to_dict())).strip() == ""
