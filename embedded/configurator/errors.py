"""What is answered when a request is refused or fails."""

import logging

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


def unauthorized(detail: str) -> HTTPException:
    """Return a 401 that names the scheme expected."""
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


async def answer_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    """Answer 422 with type, place and reason of each error, but not with what was sent: it may be a password."""
    reasons = [{name: each[name] for name in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": reasons}, 422)


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
