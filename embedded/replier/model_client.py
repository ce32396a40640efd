"""Asking the model endpoint."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from embedded.replier.texts import storable

MODEL = "embedded"
TIMEOUT_SECONDS = 30

Prompt = list[dict[str, str]]


@dataclass(frozen=True)
class Completion:
    """What the model said, and what it cost; the text is empty when it said nothing."""

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class ModelError(Exception):
    """The model gave no answer; `seconds` is how long it was waited for."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class ModelClient:
    """One pooled HTTP session. aiohttp because the openai client costs a multiple of it for each request."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        # As many connections as there are streams that wait for an answer.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        )

    async def complete(self, prompt: Prompt) -> Completion:
        """Return the model's answer; raise ModelError when there is none within 30 s."""
        begun = time.perf_counter()
        body = json.dumps({"model": MODEL, "messages": prompt}, ensure_ascii=False).encode()
        try:
            async with self._session.post(
                self._url, data=body, headers={"Content-Type": "application/json"}
            ) as response:
                content = await response.read()
            if response.status != 200:
                raise ModelError(f"it answered with HTTP status {response.status}", time.perf_counter() - begun)
            return _read(json.loads(content), time.perf_counter() - begun)
        except asyncio.TimeoutError as error:
            raise ModelError(f"no answer within {TIMEOUT_SECONDS} s", time.perf_counter() - begun) from error
        except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError) as error:
            raise ModelError(f"{type(error).__name__}", time.perf_counter() - begun) from error

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


def _read(answer: Any, seconds: float) -> Completion:
    text = answer["choices"][0]["message"]["content"]
    if not isinstance(text, str) or not text:
        raise ModelError("it answered without a text", seconds)
    usage = answer.get("usage") or {}
    return Completion(
        text=storable(text),
        model=storable(str(answer.get("model", MODEL))),
        prompt_tokens=int(usage.get("prompt_tokens", 0)),
        completion_tokens=int(usage.get("completion_tokens", 0)),
        seconds=seconds,
    )
