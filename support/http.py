"""HTTP to the addresses of a deployment."""

import threading

import requests


class Sessions(threading.local):
    """A session of requests for each thread, which keeps its connections open."""

    def __init__(self) -> None:
        self.session = requests.Session()
        # Proxy settings of the environment are not for a deployment's own address.
        self.session.trust_env = False
