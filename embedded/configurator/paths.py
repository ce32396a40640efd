"""A path means the same with and without a slash at its end."""

from starlette.types import ASGIApp, Receive, Scope, Send


class OneSpellingOfPaths:
    """Routes are declared without the slash. No redirect: its target would be the Host header, which anyone sets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without the slash."""
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].removesuffix("/")}
        await self._app(scope, receive, send)
