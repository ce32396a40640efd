"""Requests whose last bytes are sent together."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from support.http_sessions import LastByteTogether

TIMES = 5


class Server(ThreadingHTTPServer):
    """Remembers what each request said, and how many had arrived but for their last byte."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.nearly_here = threading.Semaphore(0)
        self.said: list[str] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        rest = self.rfile.read(int(self.headers["Content-Length"]) - 1)
        server.nearly_here.release()
        server.said.append((rest + self.rfile.read(1)).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("kind", "bodies"),
    [("json", [f'{{"number": {n}}}' for n in range(TIMES)]), ("data", [f"number={n}" for n in range(TIMES)])],
)
def test_no_last_byte_is_sent_before_all_others_are(server: Server, kind: str, bodies: list[str]) -> None:
    together = LastByteTogether(TIMES)

    def send(number: int) -> requests.Response:
        if number == TIMES - 1:
            assert all(server.nearly_here.acquire(timeout=10) for _ in range(TIMES - 1))
            assert server.said == []
        url, body = f"http://127.0.0.1:{server.server_port}/", {kind: {"number": number}}
        return requests.post(url, auth=together, timeout=10, **body)  # type: ignore[arg-type]

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(send, range(TIMES)))
    together.await_sent()
    assert [answer.status_code for answer in answers] == [204] * TIMES
    assert sorted(server.said) == bodies
    assert [str(answer.request.body) for answer in answers] == bodies
