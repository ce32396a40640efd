"""REST client of dialect v1 (contract: configurator-v1), in whose terms the suite speaks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import requests

from support.configurator.exchange import Exchange
from support.configurator.records import Agent, CreationLog, Template, Tenant
from support.errors import InfrastructureError
from support.http_sessions import Sessions
from support.masking import mask, remember_secret

# A slow configurator is a finding of the scenario that waits for it; this only keeps every wait bounded.
TIMEOUT_SECONDS = 15.0


class UnexpectedAnswer(AssertionError):
    """The configurator answered with another status than the operation promises."""


class ConfiguratorClient:
    """Operations on one configurator; safe to share between threads.

    Every verb raises UnexpectedAnswer when the status is not the promised one and InfrastructureError when the
    configurator cannot be reached.
    """

    # The capabilities that are lacking, each with the reason why what needs it does not apply.
    lacking: Mapping[str, str] = MappingProxyType({})
    # What ids, keys and tokens look like, by their names in Tenant.
    forms: Mapping[str, str] = MappingProxyType(
        {
            "user_id": r"user_[0-9a-f]{16}",
            "tenant_id": r"tenant_[0-9a-f]{16}",
            "api_key": r"mb_[\w-]{43}",
            "access_token": r"[\w-]+\.[\w-]+\.[\w-]+",
            "refresh_token": r"[\w-]+\.[\w-]+\.[\w-]+",
        }
    )

    def __init__(
        self,
        url: str,
        *,
        log: CreationLog | None = None,
        observe: Callable[[Exchange], None] = lambda _: None,
        timeout: float = TIMEOUT_SECONDS,
        before_token: Callable[[], None] = lambda: None,
    ) -> None:
        self.url = url.rstrip("/")
        self._log = log
        self._observe = observe
        self._timeout = timeout
        # Called before a login or a renewal; what means to make many at once calls it once, before them all.
        self.before_token = before_token
        self._sessions = Sessions()

    def request(
        self, method: str, path: str, *, token: str | None = None, tenant_id: str = "", **options: Any
    ) -> requests.Response:
        """Send one request and return whatever is answered.

        `tenant_id` is for dialects whose address says whose tenant is meant; `options` are those of requests.
        """
        headers = {**options.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.send(method, self.url + path, headers=headers, **options)

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one request to any address, and note the exchange."""
        try:
            response = self._sessions.session.request(method, url, timeout=self._timeout, **options)
        except requests.RequestException as error:
            raise InfrastructureError(
                f"{method} {url} got no answer ({type(error).__name__}: {mask(str(error))}); "
                "expected the configurator to be running and reachable there."
            ) from error
        if response.status_code >= 500:
            # v1 resets the pooled connection after an unhandled error: the next request must not meet it.
            self._sessions.session.close()
        self._observe(Exchange.of(response))
        return response

    def try_to_register(self, account: dict[str, Any]) -> requests.Response:
        """Send a registration that may be refused; what it may create is in the ledger before."""
        username, password = account.get("username"), account.get("password")
        # One that is all spaces would mask ordinary text.
        if isinstance(password, str) and not password.isspace():
            remember_secret(password)
        if self._log and isinstance(username, str):
            self._log.will_register(username)
        response = self.request("POST", "/api/v1/auth/register", json=account)
        names = _registered(response)
        if self._log and names:
            # Under the name of the answer: a deployment may have altered the one that was sent.
            self._log.registered(*names)
        elif self._log and isinstance(username, str) and 400 <= response.status_code < 500:
            self._log.not_registered(username)
        # Any other answer leaves open whether it was registered.
        return response

    def register_user(
        self, username: str, password: str, email: str | None = None, tenant_name: str | None = None, **fields: Any
    ) -> Tenant:
        """Register a user, and with it a tenant; `fields` are further fields of the request, such as phone."""
        account = {"username": username, "password": password, "email": email, "tenant_name": tenant_name, **fields}
        response = self.try_to_register({name: value for name, value in account.items() if value is not None})
        return _tenant(_json(response, 201), password)

    def try_to_log_in(self, username: str, password: str, **options: Any) -> requests.Response:
        """Send a login that may be refused; `options` are those of requests."""
        body = {"username": username, "password": password}
        return self.request("POST", "/api/v1/auth/login", json=body, **options)

    def login(self, username: str, password: str) -> Tenant:
        """Log in; the tenant returned holds the new tokens."""
        self.before_token()
        return _tenant(_json(self.try_to_log_in(username, remember_secret(password)), 200), password)

    def renew(self, tenant: Tenant) -> None:
        """Exchange the refresh token for a new access token, which is kept in the tenant."""
        self.before_token()
        body = {"refresh_token": tenant.refresh_token}
        answer = _json(self.request("POST", "/api/v1/auth/refresh", json=body), 200)
        tenant.replaced.append(tenant.access_token)
        tenant.access_token = remember_secret(answer["access_token"])

    def logout(self, tenant: Tenant) -> None:
        """End the session whose access token the tenant holds."""
        _json(self.request("POST", "/api/v1/auth/logout", token=tenant.access_token), 200)

    def who_am_i(self, tenant: Tenant) -> dict[str, Any]:
        """Return the account to which the tenant's access token leads."""
        account: dict[str, Any] = _json(self.request("GET", "/api/v1/auth/me", token=tenant.access_token), 200)
        return account

    def try_to_read_templates(self, **filters: str) -> requests.Response:
        """Ask for the catalogue, all of it or what a filter (category, is_active) lets through."""
        return self.request("GET", "/api/v1/agents/templates", params=filters)

    def try_to_read_template(self, template_id: str) -> requests.Response:
        """Ask for one template, which may not exist."""
        return self.request("GET", _path_of_template(template_id))

    def try_to_alter_template(self, tenant: Tenant, template_id: str) -> dict[str, requests.Response]:
        """Try to change and to delete a template, which no tenant may."""
        path, token = _path_of_template(template_id), tenant.access_token
        return {
            "to change it": self.request("PUT", path, token=token, json={"persona": "altered"}),
            "to delete it": self.request("DELETE", path, token=token),
        }

    def read_template(self, template_id: str) -> dict[str, Any]:
        """Return one template, as it is on the wire."""
        template: dict[str, Any] = _json(self.try_to_read_template(template_id), 200)
        return template

    def read_catalogue(self, **filters: str) -> list[dict[str, Any]]:
        """Return the templates as they are on the wire."""
        catalogue: list[dict[str, Any]] = _json(self.try_to_read_templates(**filters), 200)
        return catalogue

    def list_templates(self) -> list[Template]:
        """Return the active templates, in order of their ids (the order on the wire changes with their use)."""
        rows = self.read_catalogue()
        templates = [Template(row["template_id"], row["name"], row["category"], row["persona"]) for row in rows]
        return sorted(templates, key=lambda template: template.template_id)

    def try_to_create_agent(self, tenant: Tenant, fields: dict[str, Any], **options: Any) -> requests.Response:
        """Send the creation of an agent that may be refused; it is in the ledger before. `options` are of requests."""
        if self._log:
            self._log.will_create_agent(tenant.tenant_id, str(fields.get("name")))
        whose = {"token": tenant.access_token, "tenant_id": tenant.tenant_id}
        response = self.request("POST", "/api/v1/agents/", **whose, json=fields, **options)
        if self._log and response.status_code == 200:
            self._log.agent_created(response.json()["tenant_id"], response.json()["agent_id"])
        return response

    def create_agent(self, tenant: Tenant, agent_name: str, template_id: str | None = None, **fields: Any) -> Agent:
        """Create an agent of this tenant; `fields` are further fields of the request, such as persona."""
        body = {"name": agent_name, "template_id": template_id, **fields}
        answer = _json(self.try_to_create_agent(tenant, body), 200)
        agent = Agent(answer["agent_id"], answer["tenant_id"], answer["name"], template_id, answer["persona"])
        tenant.agents.append(agent)
        return agent

    def read_agent(self, tenant: Tenant, agent: Agent) -> dict[str, Any]:
        """Return one of the tenant's agents, as it is on the wire."""
        shown: dict[str, Any] = _json(self.request("GET", _path_of(agent.agent_id), token=tenant.access_token), 200)
        return shown

    def try_to_change_agent(self, tenant: Tenant, agent_id: str, changes: dict[str, Any]) -> requests.Response:
        """Send changes of an agent that may be refused."""
        return self.request("PUT", _path_of(agent_id), token=tenant.access_token, json=changes)

    def try_to_delete_agent(self, tenant: Tenant, agent_id: str) -> requests.Response:
        """Send the deletion of an agent, which the tenant may not have."""
        return self.request("DELETE", _path_of(agent_id), token=tenant.access_token)

    def list_agents(self, tenant: Tenant) -> list[dict[str, Any]]:
        """Return the agents that the tenant sees, as they are on the wire."""
        whose = {"token": tenant.access_token, "tenant_id": tenant.tenant_id}
        agents: list[dict[str, Any]] = _json(self.request("GET", "/api/v1/agents/", **whose), 200)
        return agents

    def change_agent(self, tenant: Tenant, agent: Agent, **changes: Any) -> dict[str, Any]:
        """Change fields of one of the tenant's agents; returns the agent as it is then on the wire."""
        changed: dict[str, Any] = _json(self.try_to_change_agent(tenant, agent.agent_id, changes), 200)
        return changed

    def delete_agent(self, tenant: Tenant, agent: Agent) -> None:
        """Delete one of the tenant's agents."""
        _json(self.try_to_delete_agent(tenant, agent.agent_id), 200)
        tenant.agents.remove(agent)

    def read_tenant(self, tenant: Tenant) -> dict[str, Any]:
        """Return the tenant's profile, as it is on the wire."""
        profile: dict[str, Any] = _json(
            self.request("GET", "/api/v1/tenant/", token=tenant.access_token, tenant_id=tenant.tenant_id), 200
        )
        return profile

    def try_to_change_tenant(self, tenant: Tenant, changes: dict[str, Any]) -> requests.Response:
        """Send changes of the tenant's profile that may be refused."""
        whose = {"token": tenant.access_token, "tenant_id": tenant.tenant_id}
        return self.request("PUT", "/api/v1/tenant/", **whose, json=changes)

    def change_tenant(self, tenant: Tenant, **changes: Any) -> dict[str, Any]:
        """Change fields of the tenant's profile; returns it as it is then on the wire."""
        profile: dict[str, Any] = _json(self.try_to_change_tenant(tenant, changes), 200)
        return profile

    def try_to_upgrade_tenant(self, tenant: Tenant) -> requests.Response:
        """Ask for the tenant to become an enterprise."""
        return self.request("POST", "/api/v1/tenant/upgrade", token=tenant.access_token)

    def get_tenant_stats(self, tenant: Tenant) -> dict[str, Any]:
        """Return the tenant's statistics: total_agents, total_messages, total_api_calls, total_cost, ..."""
        stats: dict[str, Any] = _json(self.request("GET", "/api/v1/tenant/stats", token=tenant.access_token), 200)
        return stats

    def regenerate_api_key(self, tenant: Tenant) -> str:
        """Replace the tenant's API key; returns the new one and keeps it in the tenant."""
        answer = _json(self.request("POST", "/api/v1/tenant/regenerate-api-key", token=tenant.access_token), 200)
        tenant.replaced.append(tenant.api_key)
        tenant.api_key = remember_secret(answer["api_key"])
        return tenant.api_key

    def agent_key(self, tenant: Tenant, agent_id: str) -> str:
        """Return the key that this tenant has for the agent, in dialects where each agent has its own."""
        return tenant.agent_keys.get(agent_id, "")

    def read_api_key(self, tenant: Tenant) -> str:
        """Return the API key that the tenant sees."""
        key: str = _json(self.request("GET", "/api/v1/tenant/api-key", token=tenant.access_token), 200)["api_key"]
        return key


def _path_of_template(template_id: str) -> str:
    return f"/api/v1/agents/templates/{quote(template_id, safe='')}"


def _path_of(agent_id: str) -> str:
    return f"/api/v1/agents/{quote(agent_id, safe='')}"


def _registered(response: requests.Response) -> tuple[str, str, str] | None:
    """Return the user name, tenant id and user id that an answer, promised or not, has of who was registered.

    Raises UnexpectedAnswer when the promised answer has none.
    """
    try:
        user = response.json()["user_info"] if response.ok else {}
        return user["username"], user["tenant_id"], user["user_id"]
    except (requests.JSONDecodeError, LookupError, TypeError) as error:
        if response.status_code == 201:
            raise UnexpectedAnswer(
                f"{response.request.method} {response.request.path_url} answered 201 {mask(response.text)[:500]!r}; "
                "expected who was registered, by user_info with username, tenant_id and user_id."
            ) from error
        return None


def _json(response: requests.Response, status: int) -> Any:
    if response.status_code != status:
        raise UnexpectedAnswer(
            f"{response.request.method} {response.request.path_url} answered {response.status_code} "
            f"{mask(response.text)[:500]}; expected {status}."
        )
    try:
        return response.json()
    except requests.JSONDecodeError as error:
        raise UnexpectedAnswer(
            f"{response.request.method} {response.request.path_url} answered {status} without JSON "
            f"({mask(response.text)[:200]!r}); expected a JSON body."
        ) from error


def _tenant(answer: dict[str, Any], password: str) -> Tenant:
    user = answer["user_info"]
    return Tenant(
        username=user["username"],
        user_id=user["user_id"],
        tenant_id=user["tenant_id"],
        tenant_name=user["tenant_name"],
        password=password,
        api_key=remember_secret(user["api_key"]),
        access_token=remember_secret(answer["access_token"]),
        refresh_token=remember_secret(answer["refresh_token"]),
    )
