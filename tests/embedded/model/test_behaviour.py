import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

from support.polling import wait_until
from tests.embedded.process import SECONDS, start

StartAsking = Callable[[str], "Future[requests.Response]"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = start("embedded.model", tmp_path_factory.mktemp("model"), {})
    yield process.url
    process.stop()


@pytest.fixture(autouse=True)
def usual(url: str) -> Iterator[None]:
    yield
    requests.delete(f"{url}/behaviour", timeout=5)


def behave(url: str, **behaviour: Any) -> int:
    return requests.put(f"{url}/behaviour", json=behaviour, timeout=5).status_code


def count_recorded(url: str, text: str) -> int:
    return int(requests.get(f"{url}/recorded", params={"contains": text}, timeout=5).json()["count"])


def ask(url: str, text: str) -> requests.Response:
    request = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return requests.post(f"{url}/v1/chat/completions", json=request, timeout=10)


@pytest.fixture
def start_asking(url: str) -> Iterator[StartAsking]:
    """Ask in a thread of its own, and return when the endpoint has the request."""
    with ThreadPoolExecutor() as pool:

        def start(text: str) -> "Future[requests.Response]":
            answer = pool.submit(ask, url, text)
            assert wait_until(lambda: count_recorded(url, text) > 0, SECONDS)
            return answer

        yield start
        requests.delete(f"{url}/behaviour", timeout=5)


def test_a_status_and_a_body_are_answered_to_the_text_that_they_are_for_and_to_no_other(url: str) -> None:
    assert behave(url, contains="苹果", status=503, body="overloaded") == 204
    answer = ask(url, "一个苹果")
    assert (answer.status_code, answer.text) == (503, "overloaded")
    assert ask(url, "一个梨").status_code == 200


def test_behaviours_for_several_texts_stand_side_by_side(url: str) -> None:
    behave(url, contains="苹果", status=500)
    behave(url, contains="梨", status=429)
    behave(url, contains="梨", status=503)
    assert [ask(url, text).status_code for text in ("苹果", "梨")] == [500, 503]
    requests.delete(f"{url}/behaviour", params={"contains": "梨"}, timeout=5)
    assert [ask(url, text).status_code for text in ("苹果", "梨")] == [500, 200]


def test_a_broken_off_answer_ends_in_its_middle(url: str) -> None:
    behave(url, break_off=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(url, "你好")


@pytest.mark.parametrize("trouble", [{"hang": True}, {"delay_seconds": 600}])
def test_a_request_that_waits_keeps_no_other_waiting_and_goes_on_when_the_behaviour_is_forgotten(
    url: str, start_asking: StartAsking, trouble: dict[str, Any]
) -> None:
    marker = f"mk-{uuid.uuid4().hex}"
    behave(url, contains=marker, **trouble)
    waiting = start_asking(f"苹果 {marker}")
    assert ask(url, "梨").status_code == 200
    assert not waiting.done()
    requests.delete(f"{url}/behaviour", timeout=5)
    assert marker in waiting.result(10).text


def test_a_delayed_request_is_answered_after_its_delay(url: str) -> None:
    behave(url, delay_seconds=0.05, status=503)
    begun = time.monotonic()
    assert ask(url, "你好").status_code == 503
    assert time.monotonic() - begun >= 0.05


def test_what_the_endpoint_was_asked_is_recorded_however_it_answers(url: str) -> None:
    behave(url, contains="香蕉", status=500)
    ask(url, "香蕉")
    assert count_recorded(url, "香蕉") == 1


@pytest.mark.parametrize("wrong", [{"delay": 1}, {"delay_seconds": -1}, {"status": 700}, {"hang": "perhaps"}])
def test_a_behaviour_that_cannot_be_is_refused(url: str, wrong: dict[str, Any]) -> None:
    assert behave(url, **wrong) == 422
