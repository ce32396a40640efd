"""What a client can ask of the configurator, by the words that the features call it (dialect v1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from support.configurator.client import ConfiguratorClient

# Well-formed, and nobody's.
AGENT_OF_NOBODY = "agent_0123456789abcdef"


@dataclass(frozen=True)
class Operation:
    """One route, with a body that is valid when the route takes one."""

    name: str
    method: str
    # May hold {agent_id} or {template_id}.
    path: str
    body: Mapping[str, Any] | None = None
    needs_token: bool = True
    # A capability that dialects may lack.
    needs: str = ""

    def attempt(
        self,
        configurator: ConfiguratorClient,
        authorization: str | bytes | None = None,
        *,
        agent_id: str = AGENT_OF_NOBODY,
        tenant_id: str = "",
        slash: bool | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send the request and return whatever is answered.

        `authorization` is the whole header; `tenant_id` says whose tenant is meant, where the address does; `slash`
        says whether the path ends with one, in place of its usual form; `options` are those of requests and go before
        the operation's own body.
        """
        path = self.path.format(agent_id=agent_id, template_id="friendly_assistant")
        if slash is not None:
            path = path.rstrip("/") + "/" * slash
        headers = {**options.pop("headers", {})}
        if authorization is not None:
            headers["Authorization"] = authorization
        return configurator.request(
            self.method, path, tenant_id=tenant_id, headers=headers, **{"json": self.body, **options}
        )


OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("register", "POST", "/api/v1/auth/register", needs_token=False, needs="accounts"),
        Operation("log in", "POST", "/api/v1/auth/login", needs_token=False, needs="accounts"),
        Operation("renew the session", "POST", "/api/v1/auth/refresh", needs_token=False, needs="renewal"),
        Operation("end the session", "POST", "/api/v1/auth/logout", needs="logout"),
        Operation("read the account", "GET", "/api/v1/auth/me", needs="accounts"),
        Operation("read the tenant", "GET", "/api/v1/tenant/"),
        Operation("change the tenant", "PUT", "/api/v1/tenant/", {"phone": "+86 10 8888 6666"}),
        Operation("read the statistics", "GET", "/api/v1/tenant/stats", needs="statistics"),
        Operation("upgrade the tenant", "POST", "/api/v1/tenant/upgrade", needs="profile"),
        Operation("read the API key", "GET", "/api/v1/tenant/api-key", needs="tenant_key"),
        Operation("regenerate the API key", "POST", "/api/v1/tenant/regenerate-api-key", needs="tenant_key"),
        Operation("list the agents", "GET", "/api/v1/agents/"),
        Operation("create an agent", "POST", "/api/v1/agents/", {"name": "Cy"}),
        Operation("read the agent", "GET", "/api/v1/agents/{agent_id}"),
        Operation("change the agent", "PUT", "/api/v1/agents/{agent_id}", {"name": "Another name"}),
        Operation("delete the agent", "DELETE", "/api/v1/agents/{agent_id}"),
        Operation("list the templates", "GET", "/api/v1/agents/templates", needs_token=False, needs="catalogue"),
        Operation(
            "read a template", "GET", "/api/v1/agents/templates/{template_id}", needs_token=False, needs="catalogue"
        ),
        Operation("ask for its health", "GET", "/health", needs_token=False),
    )
}
