"""A server that behaves as a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.server import ServerConnection, serve


@contextmanager
def server(handler: Callable[[ServerConnection], None], **options: Any) -> Iterator[str]:
    with serve(handler, "127.0.0.1", 0, **options) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}/ws"
        finally:
            running.shutdown()
            thread.join()
