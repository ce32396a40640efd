"""A small server that speaks dialect saas as it was observed: a web front and a configurator at one address."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import parse_qs

import jwt
import uvicorn
from fastapi import Body, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from support.deployments.polling import wait_until
from support.deployments.ports import free_ports

Json = dict[str, Any]
SECRET = "a secret that is long enough for its algorithm"  # noqa: S105
Authorization = Annotated[str, Header()]


def new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:12]}"


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


def configurator(app: FastAPI, site: Site) -> None:
    @app.get("/api/v2/tenants")
    def list_tenants(page: int, size: int) -> Json:
        items = list(site.tenants.values())[(page - 1) * size : page * size]
        return {"success": True, "data": {"items": items, "pages": -(-len(site.tenants) // size)}}

    @app.delete("/api/v2/agents/{agent_id}")
    def delete_agent(agent_id: str) -> JSONResponse:
        return JSONResponse({"success": site.agents.pop(agent_id, None) is not None})


@contextmanager
def serving() -> Iterator[str]:
    app, site = FastAPI(), Site()
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
