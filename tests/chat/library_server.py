"""A server of maim_message's own that sends each message back; run by the interpreter of either generation."""

import asyncio
import gc
import sys
from typing import Any

from maim_message.server import WebSocketServer, create_server_config

KEY = "key-of-a-library-server"


async def serve(port: int) -> None:
    async def admit(metadata: dict[str, Any]) -> bool:
        return bool(metadata["api_key"] == KEY)

    async def name(metadata: dict[str, Any]) -> str:
        return str(metadata["api_key"])

    async def answer(message: Any, _: dict[str, Any]) -> None:
        await server.send_message(message)

    server = WebSocketServer(
        create_server_config(
            host="127.0.0.1",
            port=port,
            path="/ws",
            on_auth=admit,
            on_auth_extract_user=name,
            on_message=answer,
        )
    )
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    # Version 0.7.5 holds its listener by nothing: it is gone at the first garbage collection.
    gc.disable()
    asyncio.run(serve(int(sys.argv[1])))
