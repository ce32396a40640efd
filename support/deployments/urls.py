"""URLs of backends as users write them."""

from urllib.parse import urlsplit

from support.masking import MASK, mask


def check_http_url(url: str) -> str:
    """Return the URL without a trailing slash; raise ValueError saying which form is allowed."""
    return _check(url, "http", "https")


def check_websocket_url(url: str) -> str:
    """Return the URL without a trailing slash; raise ValueError saying which form is allowed."""
    return _check(url, "ws", "wss")


def shown(url: object) -> str:
    """Return what was given as a URL as a message may show it: not when it may hold a password."""
    return MASK if "@" in str(url) else mask(repr(url))


def with_path(url: str, path: str) -> str:
    """Return the URL with this path, unless it already has one."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + path


def _check(url: str, *schemes: str) -> str:
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in schemes and parts.hostname and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:  # a port that is no number, half an IPv6 address, a host such as bad..host
        well_formed = False
    allowed = " or ".join(f"{scheme}://HOST:PORT" for scheme in schemes)
    if not well_formed:
        raise ValueError(f"{allowed} is allowed")
    if "@" in parts.netloc:
        # Whoever authenticates otherwise, as tenants do, would send it in vain.
        raise ValueError(f"{allowed} is allowed, without a user and a password")
    return url.rstrip("/")
