"""REST client of dialect saas where no web front is (contract: saas): everything is asked of the configurator.

That is an internal service and asks nobody who they are: there are tenants, but no accounts, passwords or tokens. A
tenant is called by its own name, which no other has.
"""

from types import MappingProxyType
from typing import Any

import requests

from support.configurator.client import UnexpectedAnswer
from support.configurator.records import Tenant
from support.configurator.saas_dialect import PAGE, SaasDialect
from support.configurator.saas_terms import Json, agent_of, spelt, succeeded, tenant_of, with_status
from support.masking import mask


class FrontlessClient(SaasDialect):
    """The same operations on a configurator alone."""

    lacking = MappingProxyType(
        {
            "accounts": "Without a web front nobody has an account: the configurator asks nobody who they are.",
            **SaasDialect.lacking,
        }
    )
    forms = MappingProxyType({"tenant_id": r"tenant_[0-9a-f]{12}"})

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self._routes |= {
            r"POST /api/v1/auth/register": self._register,
            r"GET /api/v1/agents/?": self._list_agents,
            r"POST /api/v1/agents/?": self._create_agent,
            r"(?:GET|PUT|DELETE) /api/v1/agents/(?!templates)(.*)": self._agent,
        }

    def register_user(
        self, username: str, password: str, email: str | None = None, tenant_name: str | None = None, **fields: Any
    ) -> Tenant:
        """Create a tenant of this name; the password is nobody's, for none is asked for."""
        tenant = super().register_user(username, password, email, tenant_name, **fields)
        tenant.password = ""
        return tenant

    def who_am_i(self, tenant: Tenant) -> Json:
        """Return what is told of the tenant to everybody: it has access as long as there is something to tell."""
        return _account(self.read_tenant(tenant))

    @property
    def _tenants_url(self) -> str:
        return f"{self.url}/api/v2/tenants"

    @property
    def _agents_url(self) -> str:
        return f"{self.url}/api/v2/agents"

    @property
    def _keys_url(self) -> str:
        return f"{self.url}/api/v2/api-keys"

    def _create_key(self, tenant: Tenant, agent_id: str, key: Json) -> Json:
        body = {"tenant_id": tenant.tenant_id, "agent_id": agent_id, **key}
        created: Json = _data(self.send("POST", self._keys_url, json=body))
        return created

    def _key_ids(self, tenant: Tenant, agent_id: str) -> list[str]:
        query = {"tenant_id": tenant.tenant_id, "agent_id": agent_id}
        return [each["api_key_id"] for each in _data(self.send("GET", self._keys_url, params=query))["items"]]

    def _revoke_key(self, tenant: Tenant, agent_id: str, key_id: str) -> None:
        del tenant, agent_id
        _data(self.send("DELETE", f"{self._keys_url}/{key_id}"))

    def _register(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path, tenant_id
        account = options.get("json")
        if isinstance(account, dict):
            email = {"contact_email": account["email"]} if "email" in account else {}
            options["json"] = {"tenant_name": account.get("username"), "tenant_type": "personal", **email}
        answer = self.send(method, self._tenants_url, **options)
        if succeeded(answer):
            made = {"user_info": _account(tenant_of(answer.json()["data"])), "access_token": "", "refresh_token": ""}
            return with_status(answer, 201, made)
        if not answer.ok:
            return answer
        is_taken = isinstance(account, dict) and self._has_tenant(account.get("username"))
        return with_status(answer, 409 if is_taken else 400)

    def _list_agents(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path, options
        answer, agents = self._all(method, self._agents_url, tenant_id=tenant_id)
        if succeeded(answer):
            return with_status(answer, 200, [agent_of(each) for each in agents])
        return with_status(answer, 404) if answer.ok else answer

    def _create_agent(self, method: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path
        fields = options.get("json")
        if isinstance(fields, dict):
            options["json"] = {**spelt(fields), "tenant_id": tenant_id}
        answer = self.send(method, self._agents_url, **options)
        if succeeded(answer):
            return with_status(answer, 200, agent_of(answer.json()["data"]))
        if not answer.ok:
            return answer
        is_taken = isinstance(fields, dict) and self._has_agent(tenant_id, fields.get("name"))
        return with_status(answer, 409 if is_taken else 400)

    def _agent(self, method: str, agent: str, *, path: str, tenant_id: str, **options: Any) -> requests.Response:
        del path, tenant_id
        fields = options.get("json")
        if isinstance(fields, dict):
            options["json"] = spelt(fields)
        url = f"{self._agents_url}/{agent}"
        answer = self.send(method, url, **options)
        if succeeded(answer):
            return with_status(answer, 200, None if method == "DELETE" else agent_of(answer.json()["data"]))
        if answer.ok:
            is_there = method == "PUT" and succeeded(self.send("GET", url))
            return with_status(answer, 400 if is_there else 404)
        return answer

    def _has_tenant(self, name: Any) -> bool:
        return name in [each["tenant_name"] for each in self._all("GET", self._tenants_url)[1]]

    def _has_agent(self, tenant_id: str, name: Any) -> bool:
        return name in [each["name"] for each in self._all("GET", self._agents_url, tenant_id=tenant_id)[1]]

    def _all(self, method: str, url: str, **query: str) -> tuple[requests.Response, list[Json]]:
        """Return the last answer, and what was listed on all pages."""

        def ask(page: int) -> requests.Response:
            return self.send(method, url, params={**query, "page": str(page), "size": str(PAGE)})

        answers = [ask(1)]
        pages = answers[0].json()["data"]["pages"] if succeeded(answers[0]) else 1
        answers += map(ask, range(2, pages + 1))
        return answers[-1], [each for answer in answers if succeeded(answer) for each in answer.json()["data"]["items"]]


def _account(tenant: Json) -> Json:
    """Return in terms of v1 what there is of an account: the tenant, called by its own name."""
    return {**tenant, "username": tenant["tenant_name"], "user_id": "", "api_key": ""}


def _data(answer: requests.Response) -> Any:
    if not succeeded(answer):
        raise UnexpectedAnswer(
            f"{answer.request.method} {answer.request.path_url} answered {answer.status_code} "
            f"{mask(answer.text)[:500]}; expected it to be done."
        )
    return answer.json()["data"]
