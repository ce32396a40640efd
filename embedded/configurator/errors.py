"""What is answered when a request is refused or fails."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)
_SECRETS = ("password", "refresh_token")


def unauthorized(detail: str) -> HTTPException:
    """Return a 401 that names the scheme expected."""
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


async def answer_invalid_request(_: Request, error: RequestValidationError) -> Response:
    """Answer 422 with type, place, reason and input of each error; what holds or may hold a secret is null."""
    reasons = [
        {name: each[name] for name in ("type", "loc", "msg")} | {"input": _shown(each)} for each in error.errors()
    ]
    # In ASCII, for what was sent may be no text that UTF-8 can spell.
    return Response(json.dumps({"detail": reasons}), 422, media_type="application/json")


def _shown(error: Mapping[str, Any]) -> str | int | None:
    """Return what was sent there, but no body, object or list: these may hold a password."""
    *whole, field = error["loc"]
    sent = error["input"]
    return sent if whole and field not in _SECRETS and isinstance(sent, str | int) else None


class AnswerFailures:
    """Answers 500 without internals when a request fails; the log has them. The connection stays usable."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in the place of what fails before it has answered."""
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception:
            if begun:
                raise
            _log.exception("%s %r failed", scope["method"], scope["path"])
            answer = {"detail": "The configurator failed to answer this request; its log says why."}
            await JSONResponse(answer, 500)(scope, receive, send)
