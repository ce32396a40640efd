"""The client against maim_message's own servers: WebSocket (0.6.8) and Socket.IO (0.7.5), each in its environment."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.chat import Connection, Reader, ask
from support.chat.connection import NoFrame
from support.chat.early import talk_with_the_handshake
from support.chat.plan import new_speaker
from support.deployments.ports import free_ports
from support.polling import wait_until
from support.transport import SocketIo, Transport, spoken_at
from tests.chat.library_server import KEY

ROOT = Path(__file__).parents[2]
OWN, SOCKET_IO = Path(sys.executable), ROOT / ".tools/socket_io/bin/python"
TEXTS = [
    "麦麦，你好 👩\u200d👩\u200d👧",
    'a "quote", a \\ and a\nline',
    "é e\u0301 \u202eright to left",
    '42["message",{}]',
    "\x00\x7f\u2028",
]


@dataclass(frozen=True)
class Server:
    url: str
    spoken: type[Transport]
    process: "subprocess.Popen[bytes]"

    def open(self, reader: Reader, key: str = KEY) -> Connection:
        return reader.open(self.url, key, "test")


@contextmanager
def run_server(python: Path, spoken: type[Transport], log: Path) -> Iterator[Server]:
    (port,) = free_ports(1)
    command = [str(python), str(Path(__file__).with_name("library_server.py")), str(port)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            assert wait_until(lambda: listens(port) or process.poll() is not None, 60)
            assert process.poll() is None, log.read_text()
            yield Server(f"ws://127.0.0.1:{port}/ws", spoken, process)
        finally:
            process.kill()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=[(OWN, Transport), (SOCKET_IO, SocketIo)], ids=["WebSocket", "Socket.IO"])
def environment(request: pytest.FixtureRequest) -> tuple[Path, type[Transport]]:
    python, spoken = request.param
    if not python.exists():
        reason = f"{python} is missing, which `make test` makes from tests/chat/socket_io.lock."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python, spoken


@pytest.fixture(scope="module")
def server(environment: tuple[Path, type[Transport]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(*environment, tmp_path_factory.mktemp("server") / "log") as running:
        yield running


def test_how_a_server_speaks_is_found_out(server: Server) -> None:
    assert spoken_at(server.url, 15) is server.spoken


def test_messages_are_acknowledged_and_answered_in_their_order(server: Server, reader: Reader) -> None:
    connection, speaker = server.open(reader), new_speaker("test")
    asked = [ask(connection, speaker) for _ in range(20)]
    assert connection.wait(lambda: len(connection.pending) == 2 * len(asked), 15)
    frames = list(connection.pending)
    assert [frame.acked for frame in frames if frame.kind == "ack"] == [each.sent.msg_id for each in asked]
    assert [frame.markers for frame in frames if frame.kind == "reply"] == [{each.marker} for each in asked]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_to_the_letter(server: Server, reader: Reader, text: str) -> None:
    answered = ask(server.open(reader), new_speaker("test"), text).await_answer(15)
    assert answered.reply.text == answered.sent.text
    assert answered.reply.text.startswith(text)


def test_who_comes_again_is_answered_again(server: Server, reader: Reader) -> None:
    speaker = new_speaker("test")
    for _ in range(2):
        connection = server.open(reader)
        ask(connection, speaker).await_answer(15)
        reader.close(connection)
        with pytest.raises(NoFrame, match="by the client"):
            ask(connection, speaker)


def test_a_wrong_key_ends_the_connection_without_a_reply(server: Server, reader: Reader) -> None:
    connection = server.open(reader, "another key")
    assert connection.wait(lambda: connection.closed, 15)
    assert connection.unexpected() == []


def test_who_does_not_wait_to_be_admitted_is_understood(server: Server) -> None:
    admission = talk_with_the_handshake(server.url, KEY, new_speaker("test"), 1)
    # The WebSocket server loses what comes with the handshake.
    assert admission.outcome == ("answered" if server.spoken is SocketIo else "neither"), admission.detail


def test_a_server_that_ends_ends_the_wait_at_once(
    environment: tuple[Path, type[Transport]], tmp_path: Path, reader: Reader
) -> None:
    with run_server(*environment, tmp_path / "log") as server:
        connection = server.open(reader)
        ask(connection, new_speaker("test")).await_answer(15)
        server.process.kill()
        with pytest.raises(NoFrame, match="closed without a close frame"):
            connection.expect_reply("mk-0000000000000000", 15)
