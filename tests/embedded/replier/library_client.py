"""Says one thing with the client of maim_message 0.6.8: `python -m ... URL TEXT`, the credential in CREDENTIAL."""

import asyncio
import json
import os
import sys
import time
from typing import Any

from maim_message.client import WebSocketClient, create_client_config
from maim_message.message import APIMessageBase, BaseMessageInfo, MessageDim, Seg, SenderInfo, UserInfo


async def converse(url: str, credential: str, text: str) -> dict[str, Any]:
    """Return the payload of the reply."""
    replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def keep(message: APIMessageBase, _meta: dict[str, Any]) -> None:
        await replies.put(message.to_dict())

    client = WebSocketClient(create_client_config(url, credential, platform="test", on_message=keep))
    await client.start()
    if not await client.connect():
        raise ConnectionError(client.get_last_error())
    sender = SenderInfo(None, UserInfo("test", "u1", "甲"))
    info = BaseMessageInfo("test", "m1", time.time(), sender_info=sender)
    await client.send_message(APIMessageBase(info, Seg("text", text), MessageDim(credential, "test")))
    return await replies.get()


async def main() -> None:
    reply = await converse(sys.argv[1], os.environ["CREDENTIAL"], sys.argv[2])
    sys.stdout.write(json.dumps(reply))
    sys.stdout.flush()
    # The library's log thread never ends, so asyncio.run() would wait for it for ever.
    os._exit(0)


asyncio.run(main())
