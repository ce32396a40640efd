"""URLs of backends as users write them."""

from urllib.parse import urlsplit


def check_http_url(url: str) -> str:
    """Return the URL without a trailing slash; raise ValueError saying which form is allowed."""
    return _check(url, "http", "https")


def check_websocket_url(url: str) -> str:
    """Return the URL without a trailing slash; raise ValueError saying which form is allowed."""
    return _check(url, "ws", "wss")


def with_path(url: str, path: str) -> str:
    """Return the URL with this path, unless it already has one."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + path


def _check(url: str, *schemes: str) -> str:
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        well_formed = False
    if not well_formed:
        allowed = " or ".join(f"{scheme}://HOST:PORT" for scheme in schemes)
        raise ValueError(f"{allowed} is allowed")
    return url.rstrip("/")
