"""What the recording model endpoint was asked, and what it answered."""

from typing import Any

import requests

from support.errors import InfrastructureError
from support.http_sessions import Sessions

_sessions = Sessions()


def recorded_prompts(model_url: str, contains: str) -> list[str]:
    """Return the prompts that hold this text, oldest first, each as the texts of its messages."""
    return [
        "\n".join(str(message.get("content")) for message in each["messages"]) for each in _records(model_url, contains)
    ]


def recorded_answers(model_url: str, contains: str) -> list[str]:
    """Return what was answered to each of these prompts, unless there was trouble."""
    return [str(each["reply"]) for each in _records(model_url, contains)]


def _records(model_url: str, contains: str) -> list[dict[str, Any]]:
    try:
        response = _sessions.session.get(f"{model_url}/recorded", params={"contains": contains}, timeout=30)
        response.raise_for_status()
    except requests.RequestException as error:
        raise InfrastructureError(
            f"The model endpoint at {model_url} did not say what it recorded ({type(error).__name__}); "
            "expected the embedded recording endpoint."
        ) from error
    recorded: list[dict[str, Any]] = response.json()["recorded"]
    return recorded
