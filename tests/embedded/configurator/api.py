"""A real configurator process on a free port, and a client that says what tests need in one line."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.embedded.process import Process

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that only a test has


@dataclass
class Account:
    """A registered account and its tokens."""

    username: str
    access: str
    refresh: str
    info: dict[str, Any]

    @property
    def tenant_id(self) -> str:
        return str(self.info["tenant_id"])


class Configurator(Process):
    """One running configurator."""

    def __init__(self, folder: Path, database_url: str) -> None:
        super().__init__("embedded.configurator", folder, {"MAIM_DATABASE_URL": database_url})
        self.database_url = database_url
        self._session = requests.Session()
        self._session.trust_env = False

    def stop(self) -> None:
        self._session.close()
        super().stop()

    def request(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = {**options.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self._session.request(
            method, self.url + path, headers=headers, timeout=15, allow_redirects=False, **options
        )

    def get(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.request("GET", path, token, **options)

    def post(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.request("POST", path, token, **options)

    def put(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.request("PUT", path, token, **options)

    def delete(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.request("DELETE", path, token, **options)

    def try_to_register(self, **fields: Any) -> requests.Response:
        return self.post("/api/v1/auth/register", json={"username": unique_name(), "password": PASSWORD, **fields})

    def register(self, **fields: Any) -> Account:
        response = self.try_to_register(**fields)
        assert response.status_code == 201, response.text
        return _account(response)

    def try_to_log_in(self, username: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/api/v1/auth/login", json={"username": username, "password": password})

    def log_in(self, username: str) -> Account:
        response = self.try_to_log_in(username)
        assert response.status_code == 200, response.text
        return _account(response)

    def create_agent(self, account: Account, **fields: Any) -> dict[str, Any]:
        response = self.post("/api/v1/agents/", account.access, json={"name": "agent", **fields})
        assert response.status_code == 200, response.text
        agent: dict[str, Any] = response.json()
        return agent


def unique_name() -> str:
    return f"user_{secrets.token_hex(8)}"


def _account(response: requests.Response) -> Account:
    answer = response.json()
    info = answer["user_info"]
    return Account(info["username"], answer["access_token"], answer["refresh_token"], info)
