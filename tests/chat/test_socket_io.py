"""The packets of Socket.IO, against a server that behaves as a test wants."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection

from support.chat import Reader, Refused
from support.chat.connection import NoFrame
from tests.chat.server import server

Handler = Callable[[ServerConnection], None]


@contextmanager
def socket_io_server(handler: Handler, opening: str = '0{"sid":"1"}', answer: str = '40{"sid":"2"}') -> Iterator[str]:
    """A server that is found at no other path than that of Engine.IO."""

    def route(peer: ServerConnection, request: Request) -> Response | None:
        if request.path == "/ws/?EIO=4&transport=websocket":
            return None
        return peer.respond(HTTPStatus.NOT_FOUND, "not here")

    def handle(peer: ServerConnection) -> None:
        peer.send(opening)
        if peer.recv() == "40":
            peer.send(answer)
            handler(peer)

    with server(handle, process_request=route) as url:
        yield url


def wait(peer: ServerConnection) -> None:
    with contextlib.suppress(Exception):
        peer.recv()


def test_a_question_whether_we_are_there_is_answered_and_counted(reader: Reader) -> None:
    answers: list[str | bytes] = []

    def probe(peer: ServerConnection) -> None:
        peer.send("2")
        answers.append(peer.recv())
        peer.send("6")
        peer.send("2")
        answers.append(peer.recv())

    with socket_io_server(probe) as url:
        connection = reader.open(url, "key", "test")
        assert connection.wait(lambda: connection.closed, 15)
    assert (answers, connection.pings, connection.pending) == (["3", "3"], 2, [])


@pytest.mark.parametrize("packet", ["41", "1"])
def test_a_packet_that_ends_the_connection_ends_the_wait_at_once(reader: Reader, packet: str) -> None:
    def end(peer: ServerConnection) -> None:
        peer.send(packet)
        wait(peer)

    with socket_io_server(end) as url:
        connection = reader.open(url, "key", "test")
        with pytest.raises(NoFrame, match=f"closed without a close frame by the packet '{packet}'"):
            connection.expect_reply("mk-0000000000000000", 15)


def test_closing_says_goodbye_in_both_languages(reader: Reader) -> None:
    said: list[str | bytes] = []
    closed = threading.Event()

    def listen(peer: ServerConnection) -> None:
        with contextlib.suppress(Exception):
            said.append(peer.recv())
            peer.recv()
        closed.set()

    with socket_io_server(listen) as url:
        reader.close(reader.open(url, "key", "test"))
        assert closed.wait(15)
    assert said == ["41"]


def test_a_refusal_of_socket_io_is_a_refusal(reader: Reader) -> None:
    with (
        socket_io_server(wait, answer='44{"message":"no"}') as url,
        pytest.raises(Refused, match=r'refused the connection with the packet .44\{"message":"no"\}'),
    ):
        reader.open(url, "key", "test")


def test_an_event_without_a_frame_is_a_frame_that_nobody_expects(reader: Reader) -> None:
    def babble(peer: ServerConnection) -> None:
        for packet in ('42["message"]', "42 no JSON", '42["message",7]'):
            peer.send(packet)
        wait(peer)

    with socket_io_server(babble) as url:
        connection = reader.open(url, "key", "test")
        assert connection.wait(lambda: len(connection.pending) == 3, 15)
    assert [frame.kind for frame in connection.pending] == ["other"] * 3


def test_something_else_at_the_path_is_refused_as_it_was_at_first(reader: Reader) -> None:
    with (
        socket_io_server(wait, opening="welcome") as url,
        pytest.raises(Refused, match="HTTP 404"),
    ):
        reader.open(url, "key", "test")
