"""What dialect saas is with a web front and without one: what the suite says in terms of v1, as requests of its own."""

import base64
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import requests

from support.configurator.client import ConfiguratorClient
from support.configurator.records import Agent, Template, Tenant
from support.configurator.saas_terms import TEMPLATES, Json, about_token, succeeded, tenant_of, with_status
from support.errors import InfrastructureError
from support.masking import remember_secret

PAGE = 100


class NotOffered(InfrastructureError):
    """The dialect has no such operation; a scenario that needs it must say so by a tag."""


class SaasDialect(ConfiguratorClient, ABC):
    """The operations of v1, each as one or more requests; subclasses say whom they ask."""

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

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self._routes: dict[str, Callable[..., requests.Response]] = {
            r"(?:GET|PUT) /api/v1/tenant/?": self._show_tenant,
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
            before = self._key_ids(tenant, agent.agent_id)
            tenant.replaced.append(tenant.agent_keys[agent.agent_id])
            tenant.agent_keys[agent.agent_id] = self._issue_key(tenant, agent.agent_id)
            for key_id in before:
                self._revoke_key(tenant, agent.agent_id, key_id)
        return tenant.api_key

    def logout(self, tenant: Tenant) -> None:
        """There is no logout."""
        raise NotOffered("Dialect saas has no logout; expected the scenario to say by a tag what it needs.")

    @property
    @abstractmethod
    def _tenants_url(self) -> str:
        """The address below which tenants are read and changed by their ids."""

    @abstractmethod
    def _create_key(self, tenant: Tenant, agent_id: str, key: Json) -> Json:
        """Return the key that was made of this."""

    @abstractmethod
    def _key_ids(self, tenant: Tenant, agent_id: str) -> list[str]:
        """Return the ids of the agent's keys."""

    @abstractmethod
    def _revoke_key(self, tenant: Tenant, agent_id: str, key_id: str) -> None:
        """Let a key of the agent be none."""

    def _issue_key(self, tenant: Tenant, agent_id: str) -> str:
        key = {"name": f"chat {secrets.token_hex(4)}", "permissions": ["chat"]}
        return remember_secret(str(self._create_key(tenant, agent_id, key)["api_key"]))

    def _show_tenant(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path
        body = options.get("json")
        if isinstance(body, dict):
            options["json"] = {"contact_email" if name == "email" else name: value for name, value in body.items()}
        answer = about_token(self.send(method, f"{self._tenants_url}/{tenant_id}", **options))
        if succeeded(answer):
            return with_status(answer, 200, tenant_of(answer.json()["data"]))
        return with_status(answer, 404) if answer.ok else answer

    def _tell_health(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del tenant_id
        return self.send(method, self.url + path, **options)
