"""What the three backends share as processes: command line, serving, stopping."""

import argparse
import gc
import logging
import os
from collections.abc import Sequence
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

try:
    import resource
except ImportError:  # Windows knows no such limit
    resource = None  # type: ignore[assignment]

DEFAULT_DATABASE_URL = "sqlite:///maimbot.db"


def parse_arguments(default_port: int, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read --host and --port. Secrets and URLs come by environment, for a command line can be read by everyone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=default_port)
    return parser.parse_args(arguments)


def database_url() -> str:
    """Return MAIM_DATABASE_URL, or SQLite in the current directory."""
    return os.environ.get("MAIM_DATABASE_URL") or DEFAULT_DATABASE_URL


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until SIGTERM; then running requests and the app's shutdown get up to 1.5 s together."""
    _allow_many_open_files()
    gc.freeze()
    gc.enable()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    logging.getLogger(__name__).info("serving on http://%s:%d", host, port)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        # Its access log and its line for each WebSocket would show keys that came in a query string.
        access_log=False,
        log_level=logging.WARNING,
        timeout_graceful_shutdown=1,
        # Longer than clients keep an idle connection (aiohttp: 15 s): else a request can meet the close, and is lost.
        timeout_keep_alive=75,
        ws="websockets-sansio",
        # A PING every 20 s, unless a launch wants it sooner; closed 20 s later when no PONG has come.
        ws_ping_interval=float(os.environ.get("MAIM_PING_SECONDS") or 20),
        ws_ping_timeout=20,
        # Frames are short: to compress them costs more than it saves.
        ws_per_message_deflate=False,
    )


def _allow_many_open_files() -> None:
    """Raise the limit that the shell gave as far as the system lets us: each stream that waits holds two sockets."""
    if resource:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # macOS names no hard limit, and has one
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
