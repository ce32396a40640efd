"""REST client of dialect saas (contract: saas): what the suite says in terms of v1, said to web front and configurator.

Tenants act at the web front, which knows them by their token. What it does not offer is asked of the configurator, an
internal service that asks nobody who they are; then the front is asked first whether it is the tenant's.
"""

import base64
import contextlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import jwt
import requests

from support.configurator.client import ConfiguratorClient, UnexpectedAnswer
from support.configurator.records import Agent, Template, Tenant
from support.configurator.saas_terms import TEMPLATES, Json, about_token, agent_of, spelt, tenant_of, with_status
from support.errors import InfrastructureError
from support.masking import mask, remember_secret

_PAGE = 100


class NotOffered(InfrastructureError):
    """The dialect has no such operation; a scenario that needs it must say so by a tag."""


class SaasClient(ConfiguratorClient):
    """The same operations on a web front and the configurator behind it; each is one or more of their requests."""

    lacking = MappingProxyType(
        {
            "renewal": "Dialect saas has no refresh tokens: one access token lasts 8 days.",
            "logout": "Dialect saas has no logout.",
            "statistics": "Dialect saas keeps no statistics of a tenant.",
            "catalogue": "Dialect saas has no catalogue of templates: the persona is given with each agent.",
            "profile": "Dialect saas keeps no profile: an account has a user name and an email address.",
            "tenant_key": "Dialect saas gives a tenant no key: each agent has keys.",
            "tags": "Dialect saas has no tags of agents.",
            "times": "Dialect saas does not tell a tenant when an agent was made or changed.",
            "v1_addresses": "Dialect saas has other addresses.",
        }
    )
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
        self._routes: Mapping[str, Callable[..., requests.Response]] = {
            r"POST /api/v1/auth/register": self._register,
            r"POST /api/v1/auth/login": self._log_in,
            r"(?:GET|OPTIONS) /api/v1/auth/me": self._show_account,
            r"(?:GET|PUT) /api/v1/tenant/?": self._show_tenant,
            r"(?:GET|POST) /api/v1/agents/?": self._agents,
            r"(?:GET|PUT|DELETE) /api/v1/agents/(?!templates)(.*)": self._agent,
            r"GET /health": self._tell_health,
        }

    def request(
        self, method: str, path: str, *, token: str | None = None, tenant_id: str = "", **options: Any
    ) -> requests.Response:
        """Do what the request of v1 asks for, and answer in its terms; raises NotOffered for what has no like."""
        headers = {**options.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        for pattern, do in self._routes.items():
            if match := re.fullmatch(pattern, f"{method} {path}", re.DOTALL):
                return do(method, *match.groups(), headers=headers, path=path, tenant_id=tenant_id, **options)
        raise NotOffered(
            f"Dialect saas has nothing like {method} {path}; expected the scenario to say by a tag what it needs."
        )

    def list_templates(self) -> list[Template]:
        """Return what the suite takes for templates where there is no catalogue."""
        return list(TEMPLATES)

    def create_agent(self, tenant: Tenant, agent_name: str, template_id: str | None = None, **fields: Any) -> Agent:
        """Create an agent of this tenant, and issue the key with which it is talked to."""
        agent = super().create_agent(tenant, agent_name, template_id, **fields)
        tenant.agent_keys[agent.agent_id] = self._issue_key(tenant, agent.agent_id)
        return agent

    def agent_key(self, tenant: Tenant, agent_id: str) -> str:
        """Return the tenant's key for the agent or, where it was issued none, one made of their ids."""
        if agent_id in tenant.agent_keys:
            return tenant.agent_keys[agent_id]
        parts = f"{tenant.tenant_id}_{agent_id}_{secrets.token_hex(8)}_v1"
        return remember_secret(f"mmc_{base64.b64encode(parts.encode()).decode()}")

    def regenerate_api_key(self, tenant: Tenant) -> str:
        """Issue a new key for each agent of the tenant, and revoke the old one."""
        for agent in tenant.agents:
            path = f"{self._front}/api/v1/agents/{agent.agent_id}/api_keys"
            before = [each["id"] for each in _promised(self.send("GET", path, headers=_bearer(tenant)), 200).json()]
            tenant.replaced.append(tenant.agent_keys[agent.agent_id])
            tenant.agent_keys[agent.agent_id] = self._issue_key(tenant, agent.agent_id)
            for key_id in before:
                _promised(self.send("DELETE", f"{path}/{key_id}", headers=_bearer(tenant)), 204)
        return tenant.api_key

    def logout(self, tenant: Tenant) -> None:
        """There is no logout."""
        raise NotOffered("Dialect saas has no logout; expected the scenario to say by a tag what it needs.")

    def _issue_key(self, tenant: Tenant, agent_id: str) -> str:
        body = {"name": f"chat {secrets.token_hex(4)}", "permissions": ["chat"]}
        url = f"{self._front}/api/v1/agents/{agent_id}/api_keys"
        answer = _promised(self.send("POST", url, headers=_bearer(tenant), json=body), 200)
        return remember_secret(str(answer.json()["api_key"]))

    def _tell_health(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del tenant_id
        return self.send(method, self.url + path, **options)

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
        return with_status(answer, 201, login.json()) if login.ok else login

    def _log_in(self, method: str, **options: Any) -> requests.Response:
        given = options.get("json")
        sent = {"data": given} if isinstance(given, dict) else {"data": options.get("data") or json.dumps(given)}
        answer = self.send(method, f"{self._front}/api/v1/auth/login", **sent)
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

    def _show_tenant(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path
        body = options.get("json")
        if isinstance(body, dict):
            options["json"] = {"contact_email" if name == "email" else name: value for name, value in body.items()}
        answer = about_token(self.send(method, f"{self._front}/api/v1/tenants/{tenant_id}", **options))
        if not answer.ok:
            return answer
        told = answer.json()
        return with_status(answer, 200, tenant_of(told["data"])) if told["success"] else with_status(answer, 404)

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
        return with_status(deleted, 200 if deleted.ok and deleted.json()["success"] else 404)

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
        query = {"page": str(page), "size": str(_PAGE)}
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
