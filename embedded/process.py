"""What the three backends share as processes: command line, serving, stopping."""

import argparse
import logging
import os
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

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


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM; then running requests and the app's shutdown get up to 1.5 s together."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    # uvicorn's access log would show keys that came in a query string.
    uvicorn.run(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws_ping_interval=20,
        ws_ping_timeout=20,
    )
