"""What the recording model endpoint was asked, and what it answered."""

from dataclasses import dataclass

import requests

from support.errors import InfrastructureError
from support.http_sessions import Sessions

_sessions = Sessions()


@dataclass(frozen=True)
class Question:
    """What was asked, as the texts of its messages, of which model, and the tokens that the endpoint has counted.

    The answer is what was answered unless there was trouble.
    """

    number: int
    prompt: str
    answer: str
    model: str
    prompt_tokens: int
    completion_tokens: int


def recorded_prompts(model_url: str, contains: str) -> list[str]:
    """Return the prompts that hold this text, oldest first, each as the texts of its messages."""
    return [question.prompt for question in recorded_questions(model_url, contains)]


def recorded_questions(model_url: str, contains: str) -> list[Question]:
    """Return the questions whose prompts hold this text, oldest first."""
    try:
        response = _sessions.session.get(f"{model_url}/recorded", params={"contains": contains}, timeout=30)
        response.raise_for_status()
    except requests.RequestException as error:
        raise InfrastructureError(
            f"The model endpoint at {model_url} did not say what it recorded ({type(error).__name__}); "
            "expected the embedded recording endpoint."
        ) from error
    return [
        Question(
            each["number"],
            "\n".join(str(message.get("content")) for message in each["messages"]),
            each["reply"],
            each["model"],
            each["usage"]["prompt_tokens"],
            each["usage"]["completion_tokens"],
        )
        for each in response.json()["recorded"]
    ]
