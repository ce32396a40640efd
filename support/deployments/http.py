"""Bounded GETs that go straight to a backend, past any proxy of the environment."""

import requests


def get(url: str, timeout: float) -> requests.Response:
    """Return the answer to a GET. Raises requests.RequestException when there is none within these seconds."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=timeout)
