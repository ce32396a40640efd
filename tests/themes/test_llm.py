"""The model that plays the user: asked as one, and never replaced silently."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from support.deployments import Deployment
from support.errors import InfrastructureError
from support.prompts import recorded_prompts
from support.themes.llm import TopicWriter

KEY = "sk-not-to-be-shown"
THEME = ["最近心情怎么样", "有什么烦恼吗"]


@contextmanager
def service(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A service that answers every request so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answering(status: int, body: str, kind: str = "application/json") -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body.encode())))
        request.end_headers()
        request.wfile.write(body.encode())

    return answer


def test_the_model_is_asked_as_the_user_with_persona_theme_and_what_was_said(deployment: Deployment) -> None:
    persona = "你是测试用的灯塔看守人"
    writer = TopicWriter(f"{deployment.model_url}/v1", KEY, "embedded")
    message = writer(persona, THEME, [("你好", "你好，今天风很大"), ("你怕黑吗", "习惯了")])
    assert "习惯了" in message
    (prompt,) = recorded_prompts(str(deployment.model_url), persona)
    places = [prompt.find(text) for text in (persona, *THEME, "你好\n", "今天风很大", "你怕黑吗", "习惯了")]
    assert -1 not in places
    assert places == sorted(places)


def test_the_first_message_is_asked_for_without_any_before_it(deployment: Deployment) -> None:
    assert TopicWriter(f"{deployment.model_url}/v1", KEY, "embedded")("你是船长", THEME, [])


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (401, '{"error": {"message": "the key is wrong"}}', "the key is wrong"),
        (404, '{"error": {"message": "no such model"}}', "no such model"),
        (200, '{"choices": []}', "IndexError"),
        (200, '{"choices": [{"message": {"role": "assistant", "content": "  "}}]}', "answered without a text"),
        (200, '{"choices": [{"message": {"role": "assistant", "content": null}}]}', "answered without a text"),
        (200, '"a text"', "AttributeError"),
        (200, "no json", "JSONDecodeError"),
    ],
)
def test_a_model_that_writes_no_message_is_named_with_the_reason(status: int, body: str, why: str) -> None:
    with service(answering(status, body)) as url, pytest.raises(InfrastructureError) as error:
        TopicWriter(url, KEY, "writer")("你是船长", THEME, [])
    assert why in str(error.value)
    assert "The model 'writer' that plays the user" in str(error.value)
    assert url in str(error.value)
    assert KEY not in str(error.value)


def test_a_page_in_place_of_an_answer_is_a_failure() -> None:
    with service(answering(200, "<html>", "text/html")) as url, pytest.raises(InfrastructureError, match="failed"):
        TopicWriter(url, KEY, "writer")("你是船长", THEME, [])


def test_a_model_that_hangs_is_waited_for_no_longer_than_allowed() -> None:
    ended = Event()
    with service(lambda _: bool(ended.wait(30))) as url:  # type: ignore[arg-type]
        try:
            with pytest.raises(InfrastructureError, match="APITimeoutError"):
                TopicWriter(url, KEY, "writer", timeout=0.1)("你是船长", THEME, [])
        finally:
            ended.set()
