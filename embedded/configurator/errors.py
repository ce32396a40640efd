"""What is answered when a request is refused or fails."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

_log = logging.getLogger(__name__)


def unauthorized(detail: str) -> HTTPException:
    """Return a 401 that names the scheme expected."""
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


async def answer_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    """Answer 422 with type, place and reason of each error, but not with what was sent: it may be a password."""
    reasons = [{name: each[name] for name in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": reasons}, 422)


async def answer_failure(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer 500 without internals when a request fails; the log has them. The connection stays usable."""
    try:
        return await answer(request)
    except Exception:
        _log.exception("%s %r failed", request.method, request.url.path)
        return JSONResponse({"detail": "The configurator failed to answer this request; its log says why."}, 500)
