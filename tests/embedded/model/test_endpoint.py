from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.embedded.process import start

GOOD: dict[str, Any] = {"model": "embedded", "messages": [{"role": "user", "content": "你好"}]}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = start("embedded.model", tmp_path_factory.mktemp("model"), {})
    yield process.url
    process.stop()


def complete(url: str, request: Any) -> requests.Response:
    headers = {"Authorization": "Bearer anything"}
    return requests.post(f"{url}/v1/chat/completions", json=request, headers=headers, timeout=5)


def test_a_completion_has_the_shape_of_openais(url: str) -> None:
    completion = complete(url, GOOD).json()
    choice = completion["choices"][0]
    assert completion["object"] == "chat.completion"
    assert (choice["message"]["role"], choice["finish_reason"]) == ("assistant", "stop")
    usage = completion["usage"]
    assert usage["prompt_tokens"] == 2
    assert usage["completion_tokens"] == len(choice["message"]["content"])
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_content_may_come_in_parts(url: str) -> None:
    parts = [{"type": "text", "text": "你好"}, {"type": "text", "text": " mk-0123abcd"}]
    completion = complete(url, {"model": "m", "messages": [{"role": "user", "content": parts}]}).json()
    assert "mk-0123abcd" in completion["choices"][0]["message"]["content"]


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "字" * 200_000], ids=["surrogate", "nul", "long"])
def test_every_text_is_answered(url: str, text: str) -> None:
    assert complete(url, {"model": "m", "messages": [{"role": "user", "content": text}]}).status_code == 200


@pytest.mark.parametrize(
    ("request_", "param"),
    [
        ([], None),
        ({"messages": GOOD["messages"]}, "model"),
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": ["text"]}, "messages"),
        ({"model": "m", "messages": [{"content": "text"}]}, "messages"),
        ({"model": "m", "messages": [{"role": "user", "content": 5}]}, "messages"),
        ({**GOOD, "stream": True}, "stream"),
    ],
)
def test_a_bad_request_is_answered_with_openais_error(url: str, request_: Any, param: str | None) -> None:
    answer = complete(url, request_)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]


def test_a_body_that_is_no_json_is_answered_with_openais_error(url: str) -> None:
    answer = requests.post(f"{url}/v1/chat/completions", data=b'{"model"', timeout=5)
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_an_unknown_route_is_answered_with_openais_error(url: str) -> None:
    answer = requests.get(f"{url}/v1/nothing", timeout=5)
    assert answer.status_code == 404
    assert "error" in answer.json()


def test_models_are_listed(url: str) -> None:
    assert [each["id"] for each in requests.get(f"{url}/v1/models", timeout=5).json()["data"]] == ["embedded"]


def test_what_was_asked_can_be_read_and_forgotten(url: str) -> None:
    requests.delete(f"{url}/recorded", timeout=5)
    for text in ("mk-aaaaaaaa 苹果", "mk-bbbbbbbb"):
        complete(url, {"model": "m", "messages": [{"role": "user", "content": text}]})
    found = requests.get(f"{url}/recorded", params={"contains": "苹果"}, timeout=5).json()
    assert found["count"] == 1
    record = found["recorded"][0]
    assert (record["number"], record["model"]) == (1, "m")
    assert record["messages"] == [{"role": "user", "content": "mk-aaaaaaaa 苹果"}]
    assert "mk-aaaaaaaa" in record["reply"]
    requests.delete(f"{url}/recorded", timeout=5)
    assert requests.get(f"{url}/recorded", timeout=5).json() == {"count": 0, "recorded": []}
