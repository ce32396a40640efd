"""The model endpoint's HTTP interface."""

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from embedded.model.answers import answer
from embedded.model.behaviour import Behaviour, Behaviours
from embedded.model.one_text import Turn
from embedded.model.recording import Recording

MODEL_NAME = "embedded"


class BadRequestError(ValueError):
    """A request that OpenAI's interface refuses with status 400; `param` names the field at fault."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def create_app() -> Starlette:
    """Return the endpoint with an empty recording.

    Starlette and no FastAPI: nothing here needs more, and it starts in half the time.
    """
    recording, behaviours = Recording(), Behaviours()
    numbers = itertools.count(1)
    started = int(time.time())

    async def complete(request: Request) -> Response:
        # Read by hand: a pydantic model for each request would cost more than the answer.
        body = await request.body()
        model, messages = _read_request(body)
        turns = [_read_turn(message) for message in messages]
        reply = answer(turns)
        usage = _usage(turns, reply)
        recording.add(model, messages, reply, usage, len(body))
        behaviour = await behaviours.wait([text for _, text in turns])
        if behaviour and behaviour.answer_itself:
            reply = answer(turns, answer_itself=True)
            usage = _usage(turns, reply)
        usual = _json(_completion(f"chatcmpl-{next(numbers)}", model, reply, usage))
        return _misbehave(behaviour, usual) if behaviour else usual

    async def models(_request: Request) -> Response:
        entry = {"id": MODEL_NAME, "object": "model", "created": started, "owned_by": "embedded"}
        return _json({"object": "list", "data": [entry]})

    async def recorded(request: Request) -> Response:
        found = recording.find(request.query_params.get("contains", ""))
        return _json({"count": len(found), "recorded": found})

    async def forget(_request: Request) -> Response:
        recording.clear()
        return Response(status_code=204)

    async def behave(request: Request) -> Response:
        behaviours.set(Behaviour.model_validate_json(await request.body()))
        return Response(status_code=204)

    async def behave_as_usual(request: Request) -> Response:
        behaviours.forget(request.query_params.get("contains"))
        return Response(status_code=204)

    async def health(_request: Request) -> Response:
        return _json({"status": "healthy"})

    async def refuse(_request: Request, error: Exception) -> Response:
        return _error(400, str(error), getattr(error, "param", None))

    async def refuse_behaviour(_request: Request, error: Exception) -> Response:
        return _error(422, str(error))

    async def refuse_route(request: Request, error: Exception) -> Response:
        status, detail = getattr(error, "status_code", 500), getattr(error, "detail", "")
        return _error(status, f"{request.method} {request.url.path}: {detail}.")

    return Starlette(
        routes=[
            Route("/v1/chat/completions", complete, methods=["POST"]),
            Route("/v1/models", models),
            Route("/recorded", recorded),
            Route("/recorded", forget, methods=["DELETE"]),
            Route("/behaviour", behave, methods=["PUT"]),
            Route("/behaviour", behave_as_usual, methods=["DELETE"]),
            Route("/health", health),
        ],
        exception_handlers={BadRequestError: refuse, ValidationError: refuse_behaviour, HTTPException: refuse_route},
    )


def _read_request(body: bytes) -> tuple[str, list[dict[str, Any]]]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is no JSON; send a chat completion request as JSON.") from error
    if not isinstance(request, dict):
        raise BadRequestError("The body is no JSON object; send a chat completion request.")
    if request.get("stream"):
        raise BadRequestError("Streaming is not offered; send the request without stream.", "stream")
    model, messages = request.get("model"), request.get("messages")
    if not isinstance(model, str) or not model:
        raise BadRequestError("model must be the name of a model; see /v1/models.", "model")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("messages must be a list with at least one message.", "messages")
    return model, messages


def _read_turn(message: object) -> Turn:
    if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
        raise BadRequestError("Each of messages must be an object with a role.", "messages")
    content = message.get("content")
    if content is None:
        return message["role"], ""
    if isinstance(content, str):
        return message["role"], content
    if isinstance(content, list) and all(isinstance(part, Mapping) for part in content):
        return message["role"], "".join(str(part.get("text", "")) for part in content)
    raise BadRequestError("content must be a text, a list of parts or null.", "messages")


def _completion(identifier: str, model: str, reply: str, usage: dict[str, int]) -> dict[str, Any]:
    return {
        "id": identifier,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}],
        "usage": usage,
    }


def _usage(turns: list[Turn], reply: str) -> dict[str, int]:
    prompt_tokens, completion_tokens = sum(_tokens(text) for _, text in turns), _tokens(reply)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def _misbehave(behaviour: Behaviour, usual: Response) -> Response:
    if behaviour.break_off:
        return _BrokenOff(usual.body, media_type="application/json")
    body = usual.body if behaviour.body is None else behaviour.body
    return Response(body, behaviour.status, media_type="application/json")


class _BrokenOff(Response):
    """Only the first half of a body, after which the server closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def _json(content: object, status: int = 200) -> Response:
    # Not JSONResponse: it fails on a lone surrogate, which a prompt may hold.
    return Response(json.dumps(content), status, media_type="application/json")


def _tokens(text: str) -> int:
    """Count a token for each character, so that the same text always costs the same."""
    return len(text)


def _error(status: int, message: str, param: str | None = None) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return _json({"error": error}, status)
