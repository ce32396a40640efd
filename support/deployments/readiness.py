"""When a backend counts as ready: it is alive, its health answers 200, and the port is its own."""

from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from support.deployments import ports
from support.deployments.probe import get
from support.deployments.processes import is_alive, listens
from support.masking import mask

_PROBE_SECONDS = 2.0
_LINES = 20


def what_is_missing(process: psutil.Process, health_url: str) -> str | None:
    """Return the condition that the backend does not fulfil, or None when it is ready."""
    if not is_alive(process):
        return "its process is not running"
    try:
        status = get(health_url, _PROBE_SECONDS).status_code
    except requests.ConnectionError:
        return f"GET {health_url} is refused"
    except requests.RequestException as error:
        return f"GET {health_url} has no answer ({type(error).__name__})"
    if status != 200:
        return f"GET {health_url} answers {status} in place of 200"
    port = urlsplit(health_url).port
    if port and not listens(process, port):
        return f"port {port} is not its own, but belongs to {ports.owner(port)}"
    return None


def log_tail(log_file: Path) -> str:
    """Return the last lines of a backend's log under a heading, ready to end an error message."""
    with log_file.open(encoding="utf-8", errors="replace") as log:
        lines = deque(log, maxlen=_LINES)
    if not lines:
        return f"It wrote nothing to {log_file}."
    return f"The last lines of {log_file}:\n" + mask("".join(lines)).rstrip()
