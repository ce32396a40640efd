"""A backend of the embedded deployment that tells everything: python talkative.py embedded.replier --port 8095.

It prints the headers of every request and connection, as maim_message 0.6 does, and the bodies, and notes them down as
they were in the file that HEARD names.
"""

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import uvicorn


class Talkative:
    """An application that prints what another receives and sends."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the other serve."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        tell("headers", {name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
        tell("query", scope["query_string"].decode())

        async def tell_received() -> Any:
            message = await receive()
            tell("body", message.get("body", b"").decode(errors="replace"))
            return message

        async def tell_sent(message: Any) -> None:
            tell("body", message.get("body", b"").decode(errors="replace"))
            await send(message)

        await self._app(scope, tell_received, tell_sent)


def tell(what: str, value: Any) -> None:
    if value:
        print(what, value)
        with Path(os.environ["HEARD"]).open("a", encoding="utf-8") as heard:
            heard.write(json.dumps({what: value}) + "\n")


serve = uvicorn.run
uvicorn.run = lambda app, **options: serve(Talkative(app), **options)
module = sys.argv.pop(1)
sys.path.insert(0, str(Path.cwd()))
runpy.run_module(module, run_name="__main__", alter_sys=True)
