"""How the model endpoint is told to misbehave, as real ones do."""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field


class Behaviour(BaseModel):
    """What happens to requests with a message that contains a text; the empty one is in every message.

    First it waits for `delay_seconds` or, with `hang`, until the behaviour is forgotten. Then it answers: with the
    status and the body if one is given, only with the beginning of its answer with `break_off`, else as usual; with
    `answer_itself` a planner is told to answer the newest message even when this model wrote it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contains: str = ""
    delay_seconds: float = Field(0, ge=0, le=600)
    hang: bool = False
    break_off: bool = False
    answer_itself: bool = False
    status: int = Field(200, ge=200, le=599)
    body: str | None = None


class Behaviours:
    """The behaviours of an endpoint, one for each text."""

    def __init__(self) -> None:
        self._behaviours: dict[str, tuple[Behaviour, asyncio.Event]] = {}

    def set(self, behaviour: Behaviour) -> None:
        """Behave so from now on; the former behaviour for the same text is forgotten."""
        self.forget(behaviour.contains)
        self._behaviours[behaviour.contains] = behaviour, asyncio.Event()

    def forget(self, contains: str | None = None) -> None:
        """Behave as usual for this text, or for every text; what has hung or was delayed goes on."""
        for text in [*self._behaviours] if contains is None else [contains]:
            if text in self._behaviours:
                self._behaviours.pop(text)[1].set()

    async def wait(self, texts: Sequence[str]) -> Behaviour | None:
        """Wait as the behaviour for these texts says; return it, or None when it was forgotten or there is none."""
        for contains, (behaviour, forgotten) in self._behaviours.items():
            if any(contains in text for text in texts):
                seconds = None if behaviour.hang else behaviour.delay_seconds
                try:
                    await asyncio.wait_for(forgotten.wait(), seconds)
                except asyncio.TimeoutError:
                    return behaviour
                return None
        return None
