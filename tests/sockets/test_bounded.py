"""An answer that comes byte by byte is waited for as long as was said, not for ever."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import requests

from support.chat import Reader
from support.configurator import ConfiguratorClient
from support.deployments.probe import get
from support.errors import InfrastructureError

SECONDS = 0.5
PAUSE = 0.05
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
# Each takes 5 s, and all would be well at its end, but for the handshake.
ANSWERS = {
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b" " * 100),
    "header": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: ", b"x" * 96 + b"\r\n\r\n"),
    "status": (b"HTTP/1.1 200 ", b"O" * 75 + b"\r\nContent-Length: 0\r\n\r\n"),
}


@contextmanager
def trickling(at_once: bytes, slowly: bytes) -> Iterator[int]:
    """Answer every request on the port with this."""
    ended = threading.Event()

    def answer(connection: socket.socket) -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    return
                connection.sendall(at_once)
                for byte in slowly:
                    ended.wait(PAUSE)
                    connection.sendall(bytes([byte]))

    def serve(listener: socket.socket) -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.settimeout(PAUSE)
                answer(connection)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(PAUSE)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize("part", ANSWERS)
def test_an_answer_of_the_configurator_that_trickles_is_given_up(part: str) -> None:
    with trickling(*ANSWERS[part]) as port:
        client = ConfiguratorClient(f"http://127.0.0.1:{port}", timeout=SECONDS)
        with pytest.raises(InfrastructureError, match="got no answer"):
            client.request("GET", "/")


def test_a_health_that_trickles_is_given_up() -> None:
    with trickling(*ANSWERS["body"]) as port, pytest.raises(requests.RequestException):
        get(f"http://127.0.0.1:{port}/health", SECONDS)


def test_a_handshake_that_trickles_is_given_up() -> None:
    with (
        trickling(SWITCH, b"X-Long: " + b"x" * 90 + b"\r\n\r\n") as port,
        Reader() as reader,
        pytest.raises(InfrastructureError, match=r"No WebSocket could be opened.*timed out"),
    ):
        reader.open(f"ws://127.0.0.1:{port}/ws", "a-credential", "test", timeout=SECONDS)


def test_each_answer_on_a_connection_has_its_own_time() -> None:
    with trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", b" " * 6) as port:
        client = ConfiguratorClient(f"http://127.0.0.1:{port}", timeout=SECONDS)
        assert [client.request("GET", "/").status_code for _ in range(3)] == [200] * 3
