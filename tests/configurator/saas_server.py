"""A small server that speaks dialect saas as it was observed: a web front and a configurator at one address.

It answers as the real ones do where nothing else is asked for: a refusal of the configurator is a 200.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import jwt
import uvicorn
from fastapi import Body, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from support.deployments.ports import free_ports
from support.polling import wait_until

Json = dict[str, Any]
SECRET = "a secret that is long enough for its algorithm"  # noqa: S105
Authorization = Annotated[str, Header()]


def new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:12]}"


class NewTenant(BaseModel):
    tenant_name: str
    tenant_type: Literal["personal", "enterprise"]
    contact_email: str | None = None


class NewAgent(BaseModel):
    tenant_id: str
    name: str
    description: str | None = None
    template_id: str | None = None
    config: Json | None = None


class NewKey(BaseModel):
    tenant_id: str
    agent_id: str
    name: str
    permissions: list[str]


class Site:
    """What there is: users by name, and tenants, agents and keys by id."""

    def __init__(self) -> None:
        self.users: dict[str, Json] = {}
        self.tenants: dict[str, Json] = {}
        self.agents: dict[str, Json] = {}
        self.keys: dict[str, Json] = {}

    def user_of(self, authorization: str) -> str:
        if not authorization:
            raise HTTPException(401, "Not authenticated")
        try:
            return str(jwt.decode(authorization.removeprefix("Bearer "), SECRET, ["HS256"])["sub"])
        except jwt.PyJWTError:
            raise HTTPException(403, "Could not validate credentials") from None

    def agent_of(self, authorization: str, agent_id: str) -> Json:
        user_id = self.user_of(authorization)
        if agent_id not in self.agents:
            raise HTTPException(404, "Agent not found")
        if self.tenants[self.agents[agent_id]["tenant_id"]]["owner_id"] != user_id:
            raise HTTPException(403, "Permission denied")
        return self.agents[agent_id]

    def tenant_of(self, user_id: str) -> Json:
        return next(tenant for tenant in self.tenants.values() if tenant["owner_id"] == user_id)


def front(app: FastAPI, site: Site) -> None:
    @app.post("/api/v1/auth/register")
    def register(user: Annotated[Json, Body()]) -> Json:
        if user["username"] in site.users:
            raise HTTPException(400, "The user with this username already exists in the system.")
        site.users[user["username"]] = {**user, "id": new_id("user")}
        tenant: Json = {"id": new_id("tenant"), "tenant_name": f"{user['username']}'s", "contact_email": user["email"]}
        kind = {"tenant_type": "personal", "status": "active", "owner_id": site.users[user["username"]]["id"]}
        site.tenants[tenant["id"]] = tenant | kind
        return {name: site.users[user["username"]][name] for name in ("id", "username", "email")}

    @app.post("/api/v1/auth/login")
    async def log_in(request: Request) -> Json:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if form.keys() < {"username", "password"}:
            raise HTTPException(422, "Field required")
        user = site.users.get(form["username"])
        if not user or user["password"] != form["password"]:
            raise HTTPException(400, "Incorrect username or password")
        return {"access_token": jwt.encode({"sub": user["id"]}, SECRET, "HS256"), "token_type": "bearer"}

    @app.get("/api/v1/agents/")
    def list_agents(authorization: Authorization = "") -> list[Json]:
        tenant = site.tenant_of(site.user_of(authorization))
        return [agent for agent in site.agents.values() if agent["tenant_id"] == tenant["id"]]

    @app.post("/api/v1/agents/")
    def create_agent(agent: Annotated[Json, Body()], authorization: Authorization = "") -> Json:
        tenant = site.tenant_of(site.user_of(authorization))
        if agent["name"] in [each["name"] for each in site.agents.values() if each["tenant_id"] == tenant["id"]]:
            raise HTTPException(400, "taken")
        agent_id = new_id("agent")
        site.agents[agent_id] = {**agent, "id": agent_id, "tenant_id": tenant["id"]}
        return site.agents[agent_id]

    @app.get("/api/v1/agents/{agent_id}")
    def read_agent(agent_id: str, authorization: Authorization = "") -> Json:
        return site.agent_of(authorization, agent_id)

    @app.put("/api/v1/agents/{agent_id}")
    def change_agent(agent_id: str, changes: Annotated[Json, Body()], authorization: Authorization = "") -> Json:
        site.agent_of(authorization, agent_id).update(changes)
        return site.agents[agent_id]

    @app.get("/api/v1/agents/{agent_id}/api_keys")
    def list_keys(agent_id: str, authorization: Authorization = "") -> list[Json]:
        site.agent_of(authorization, agent_id)
        return [key for key in site.keys.values() if key["agent_id"] == agent_id]

    @app.post("/api/v1/agents/{agent_id}/api_keys")
    def issue_key(agent_id: str, authorization: Authorization = "") -> Json:
        site.agent_of(authorization, agent_id)
        key_id = new_id("key")
        site.keys[key_id] = {"id": key_id, "agent_id": agent_id, "api_key": f"mmc_{uuid.uuid4().hex}"}
        return site.keys[key_id]

    @app.delete("/api/v1/agents/{agent_id}/api_keys/{key_id}", status_code=204)
    def revoke_key(agent_id: str, key_id: str, authorization: Authorization = "") -> Response:
        site.agent_of(authorization, agent_id)
        del site.keys[key_id]
        return Response(status_code=204)

    @app.get("/api/v1/tenants/{tenant_id}")
    def read_tenant(tenant_id: str) -> Json:
        return {"success": tenant_id in site.tenants, "data": site.tenants.get(tenant_id)}


def done(data: Any) -> Json:
    return {"success": True, "message": "success: true", "data": data, "error_code": None}


# Code and text say nothing that could be relied on.
REFUSED: Json = {"success": False, "message": "success", "data": None, "error_code": "200"}


def told(found: Any) -> Json:
    return REFUSED if found is None else done(found)


def listed(rows: list[Json], page: int, size: int) -> Json:
    return done({"items": rows[(page - 1) * size : page * size], "pages": -(-len(rows) // size)})


def configurator(app: FastAPI, site: Site) -> None:
    @app.get("/health")
    def health() -> Json:
        return {"status": "healthy"}

    @app.get("/api/v2/tenants")
    def list_tenants(page: int, size: Annotated[int, Query(le=100)]) -> Json:
        return listed(list(site.tenants.values()), page, size)

    @app.post("/api/v2/tenants")
    def create_tenant(tenant: NewTenant) -> Json:
        if tenant.tenant_name in [each["tenant_name"] for each in site.tenants.values()]:
            return REFUSED
        tenant_id = new_id("tenant")
        site.tenants[tenant_id] = {**tenant.model_dump(), "id": tenant_id, "status": "active", "owner_id": None}
        return done(site.tenants[tenant_id])

    @app.get("/api/v2/tenants/{tenant_id}")
    def read_tenant(tenant_id: str) -> Json:
        return told(site.tenants.get(tenant_id))

    @app.put("/api/v2/tenants/{tenant_id}")
    def change_tenant(tenant_id: str, changes: Annotated[Json, Body()]) -> Json:
        site.tenants.get(tenant_id, {}).update(changes)
        return told(site.tenants.get(tenant_id))

    @app.get("/api/v2/agents")
    def list_agents(tenant_id: str, page: int, size: Annotated[int, Query(le=100)]) -> Json:
        agents = [agent for agent in site.agents.values() if agent["tenant_id"] == tenant_id]
        return listed(agents, page, size) if tenant_id in site.tenants else REFUSED

    @app.post("/api/v2/agents")
    def create_agent(agent: NewAgent) -> Json:
        taken = [(each["tenant_id"], each["name"]) for each in site.agents.values()]
        if agent.tenant_id not in site.tenants or (agent.tenant_id, agent.name) in taken or "\0" in agent.name:
            return REFUSED
        agent_id = new_id("agent")
        site.agents[agent_id] = {**agent.model_dump(), "id": agent_id}
        return done(site.agents[agent_id])

    @app.get("/api/v2/agents/{agent_id}")
    def read_agent(agent_id: str) -> Json:
        return told(site.agents.get(agent_id))

    @app.put("/api/v2/agents/{agent_id}")
    def change_agent(agent_id: str, changes: Annotated[Json, Body()]) -> Json:
        if agent_id not in site.agents or "\0" in changes.get("name", ""):
            return REFUSED
        site.agents[agent_id].update(changes)
        return done(site.agents[agent_id])

    @app.delete("/api/v2/agents/{agent_id}")
    def delete_agent(agent_id: str) -> Json:
        return REFUSED if site.agents.pop(agent_id, None) is None else done({"id": agent_id})

    @app.get("/api/v2/api-keys")
    def list_keys(tenant_id: str, agent_id: str) -> Json:
        keys = [key for key in site.keys.values() if (key["tenant_id"], key["agent_id"]) == (tenant_id, agent_id)]
        return done({"items": [{**key, "api_key_id": key["id"]} for key in keys], "pagination": {}})

    @app.post("/api/v2/api-keys")
    def create_key(key: NewKey) -> Json:
        if site.agents.get(key.agent_id, {}).get("tenant_id") != key.tenant_id:
            return REFUSED
        key_id = new_id("key")
        site.keys[key_id] = {**key.model_dump(), "id": key_id, "api_key": f"mmc_{uuid.uuid4().hex}"}
        return done(site.keys[key_id])

    @app.delete("/api/v2/api-keys/{key_id}")
    def delete_key(key_id: str) -> Json:
        return REFUSED if site.keys.pop(key_id, None) is None else done({"api_key_id": key_id})


@contextmanager
def serving(site: Site | None = None, *, with_front: bool = True) -> Iterator[str]:
    app, site = FastAPI(), site or Site()
    if with_front:
        front(app, site)
    configurator(app, site)
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_until(lambda: server.started, 15)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
