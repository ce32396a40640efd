"""Bounded GETs that go straight to a backend, past any proxy of the environment."""

import requests

from support.http_sessions import new_session


def get(url: str, timeout: float) -> requests.Response:
    """Return the answer to a GET. Raises requests.RequestException when there is none within these seconds."""
    with new_session() as session:
        return session.get(url, timeout=timeout)
