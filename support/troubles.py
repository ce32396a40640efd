"""What goes wrong with the embedded model endpoint, by the words that features call it."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import requests

from support.errors import InfrastructureError
from support.http_sessions import Sessions

Trouble = Mapping[str, Any]

_sessions = Sessions()
# What the endpoint says when it answers at great length.
LONG_ANSWER = "这是一个很长的故事。" * 30_000

TROUBLES: Mapping[str, Trouble] = {
    "hangs": {"hang": True},
    "would answer itself": {"answer_itself": True},
    "takes its time": {"delay_seconds": 0.1},
    "fails with an error of its own": {"status": 500, "body": '{"error": {"message": "out of memory"}}'},
    "is overloaded": {"status": 429, "body": '{"error": {"message": "too many requests"}}'},
    "is behind a broken gateway": {"status": 502, "body": "<html>Bad Gateway</html>"},
    "breaks off in mid-answer": {"break_off": True},
    "answers garbage": {"body": "{{ not JSON"},
    "answers something else": {"body": "[null]"},
    "answers without a choice": {"body": '{"choices": []}'},
    "answers without a text": {"body": '{"choices": [{"message": {"role": "assistant", "content": null}}]}'},
    "answers at great length": {"body": json.dumps({"choices": [{"message": {"content": LONG_ANSWER}}]})},
}


def cause(model_url: str, trouble: Trouble) -> str:
    """Let the model endpoint have this trouble with each prompt that holds the words which are returned."""
    words = f"（{secrets.token_hex(6)}）"
    _tell("PUT", model_url, json={"contains": words, **trouble})
    return words


def end(model_url: str, words: str) -> None:
    """Let the model endpoint answer as usual what holds these words; what has waited until now is answered, too."""
    _tell("DELETE", model_url, params={"contains": words})


def _tell(method: str, model_url: str, **request: Any) -> None:
    url = f"{model_url}/behaviour"
    try:
        _sessions.session.request(method, url, timeout=30, **request).raise_for_status()
    except requests.RequestException as error:
        raise InfrastructureError(
            f"The model endpoint could not be told how to behave ({method} {url}: {type(error).__name__}); "
            "expected the embedded one, with model_url= pointing to it."
        ) from error
