"""REST client of dialect saas (contract: saas): what the suite says in terms of v1, said to web front and configurator.

Tenants act at the web front, which knows them by their token. What it does not offer is asked of the configurator, an
internal service that asks nobody who they are; then the front is asked first whether it is the tenant's.
"""

import contextlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import jwt
import requests

from support.configurator.client import UnexpectedAnswer
from support.configurator.records import Tenant
from support.configurator.saas_dialect import PAGE, SaasDialect
from support.configurator.saas_terms import Json, about_token, agent_of, spelt, succeeded, tenant_of, with_status
from support.masking import mask


class SaasClient(SaasDialect):
    """The same operations on a web front and the configurator behind it; each is one or more of their requests."""

    forms = MappingProxyType(
        {
            "user_id": r"user_[0-9a-f]{12}",
            "tenant_id": r"tenant_[0-9a-f]{12}",
            "access_token": r"[\w-]+\.[\w-]+\.[\w-]+",
        }
    )

    def __init__(self, url: str, front_url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self._front = front_url.rstrip("/")
        # No answer but that of the registration says what a user is called.
        self._users: dict[str, Json] = {}
        self._routes |= {
            r"POST /api/v1/auth/register": self._register,
            r"POST /api/v1/auth/login": self._log_in,
            r"(?:GET|OPTIONS) /api/v1/auth/me": self._show_account,
            r"(?:GET|POST) /api/v1/agents/?": self._agents,
            r"(?:GET|PUT|DELETE) /api/v1/agents/(?!templates)(.*)": self._agent,
        }

    @property
    def _tenants_url(self) -> str:
        return f"{self._front}/api/v1/tenants"

    def _create_key(self, tenant: Tenant, agent_id: str, key: Json) -> Json:
        answer = _promised(self.send("POST", self._keys_url(agent_id), headers=_bearer(tenant), json=key), 200)
        created: Json = answer.json()
        return created

    def _key_ids(self, tenant: Tenant, agent_id: str) -> list[str]:
        answer = _promised(self.send("GET", self._keys_url(agent_id), headers=_bearer(tenant)), 200)
        return [each["id"] for each in answer.json()]

    def _revoke_key(self, tenant: Tenant, agent_id: str, key_id: str) -> None:
        _promised(self.send("DELETE", f"{self._keys_url(agent_id)}/{key_id}", headers=_bearer(tenant)), 204)

    def _keys_url(self, agent_id: str) -> str:
        return f"{self._front}/api/v1/agents/{agent_id}/api_keys"

    def _register(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del tenant_id
        answer = self.send(method, self._front + path, **options)
        if not answer.ok:
            # Of what can be read, a taken name and a taken address are all that is refused so.
            is_taken = answer.status_code == 400 and isinstance(options.get("json"), dict)
            return with_status(answer, 409 if is_taken else answer.status_code)
        user = answer.json()
        self._users[user["id"]] = user
        login = self._log_in("POST", json=options["json"])
        if not login.ok:
            # Not as promised, but no refusal either: there is an account now.
            return with_status(answer, 200, {"user_info": self._account(user["id"])})
        return with_status(answer, 201, login.json())

    def _log_in(self, method: str, **options: Any) -> requests.Response:
        given = options.get("json")
        sent = {"data": given} if isinstance(given, dict) else {"data": options.get("data") or json.dumps(given)}
        answer = self.send(method, f"{self._front}/api/v1/auth/login", auth=options.get("auth"), **sent)
        if not answer.ok:
            # An empty field of a form is a missing one.
            is_wrong = isinstance(given, dict) and (answer.status_code == 400 or "" in given.values())
            return with_status(answer, 401 if is_wrong else answer.status_code)
        token = answer.json()["access_token"]
        user_id = _user_of(f"Bearer {token}")
        self._users.setdefault(user_id, {"username": given["username"]} if isinstance(given, dict) else {})
        session = {"access_token": token, "refresh_token": "", "token_type": "bearer"}
        return with_status(answer, 200, {**session, "user_info": self._account(user_id)})

    def _show_account(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        """Let the front say whether it knows the token: nothing there says whose it is but the token itself."""
        del path, tenant_id
        answer = self.send(method, f"{self._front}/api/v1/agents/", **options)
        if not answer.ok or method != "GET":
            return about_token(answer)
        return with_status(answer, 200, self._account(_user_of(options["headers"]["Authorization"])))

    def _agents(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del tenant_id
        if method == "GET":
            answer = about_token(self.send(method, self._front + path, **options))
            return with_status(answer, 200, [agent_of(each) for each in answer.json()]) if answer.ok else answer
        fields = options.get("json")
        if isinstance(fields, dict):
            options["json"] = spelt(fields)
        answer = about_token(self.send(method, self._front + path, **options))
        if answer.status_code == 400 and self._has_agent(options["headers"], fields):
            return with_status(answer, 409)
        return with_status(answer, 200, agent_of(answer.json())) if answer.ok else answer

    def _agent(self, method: str, agent: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del tenant_id
        fields = options.get("json")
        if isinstance(fields, dict):
            options["json"] = spelt(fields)
        # The front offers no deletion.
        asked = "GET" if method == "DELETE" else method
        answer = about_token(self.send(asked, self._front + path, **options))
        # To whom an agent is forbidden it is unknown, in v1.
        answer = with_status(answer, 404) if answer.status_code == 403 else answer
        if not answer.ok:
            return answer
        if method != "DELETE":
            return with_status(answer, 200, agent_of(answer.json()))
        deleted = self.send("DELETE", f"{self.url}/api/v2/agents/{unquote(agent)}")
        return with_status(deleted, 200 if succeeded(deleted) else 404)

    def _has_agent(self, headers: Mapping[str, str], fields: Any) -> bool:
        listed = self.send("GET", f"{self._front}/api/v1/agents/", headers=headers)
        name = fields.get("name") if isinstance(fields, dict) else None
        return listed.ok and name in [each["name"] for each in listed.json()]

    def _account(self, user_id: str) -> Json:
        """Return what v1 tells of an account; its tenant is found by its owner."""
        tenant = self._tenant_of(user_id)
        user = self._users.get(user_id, {})
        named = {"user_id": user_id, "username": user.get("username", ""), "email": user.get("email")}
        return {**tenant_of(tenant), **named, "api_key": "", "last_login_at": None}

    def _tenant_of(self, user_id: str) -> Json:
        # The newest are on the last pages.
        for page in range(self._tenants(1)["pages"] + 1, 0, -1):
            for tenant in self._tenants(page)["items"]:
                if tenant["owner_id"] == user_id:
                    found: Json = tenant
                    return found
        raise UnexpectedAnswer(f"The configurator has no tenant of the user {user_id}; expected the one registered.")

    def _tenants(self, page: int) -> Json:
        query = {"page": str(page), "size": str(PAGE)}
        answer = _promised(self.send("GET", f"{self.url}/api/v2/tenants", params=query), 200)
        found: Json = answer.json()["data"]
        return found


def _bearer(tenant: Tenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.access_token}"}


def _user_of(authorization: str) -> str:
    with contextlib.suppress(jwt.DecodeError):
        claims = jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})
        return str(claims.get("sub", ""))
    return ""


def _promised(answer: requests.Response, status: int) -> requests.Response:
    if answer.status_code != status:
        raise UnexpectedAnswer(
            f"{answer.request.method} {answer.request.path_url} answered {answer.status_code} "
            f"{mask(answer.text)[:500]}; expected {status}."
        )
    return answer
