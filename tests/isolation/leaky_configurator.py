"""The embedded configurator behind a gate that believes whoever says to be another tenant."""

import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from embedded.configurator.app import create_app
from support.configurator import Tenant
from support.deployments.ports import free_ports
from support.polling import wait_until

# Answers a request, perhaps by letting the configurator do it.
PassOn = Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]

# Where a request may name somebody, each with the field or the header.
PLACES = [
    *(("headers", name) for name in ("x-tenant-id", "x-user-id")),
    *((place, name) for place in ("query", "body") for name in ("tenant_id", "user_id")),
]


class Gate:
    """Opens to the tenants that it is told of, where a request names one at the place that it believes."""

    def __init__(self, place: str, name: str) -> None:
        self.tenants: list[Tenant] = []
        self._place = place
        self._name = name

    async def pass_on(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """Let the request be the named tenant's."""
        tokens = {each: tenant.access_token for tenant in self.tenants for each in (tenant.tenant_id, tenant.user_id)}
        token = tokens.get(await self._named(request))
        if token is None:
            return await go_on(request)
        if request.url.path == "/api/v1/auth/refresh":
            return JSONResponse({"access_token": token})
        named = (b"authorization", f"Bearer {token}".encode())
        request.scope["headers"] = [each for each in request.scope["headers"] if each[0] != named[0]] + [named]
        return await go_on(request)

    async def _named(self, request: Request) -> str:
        if self._place == "headers":
            return request.headers.get(self._name, "")
        if self._place == "query":
            return request.query_params.get(self._name, "")
        body = await request.body()
        return str(json.loads(body).get(self._name, "")) if body else ""


@contextmanager
def serving(database_url: str, pass_on: PassOn) -> Iterator[str]:
    app = create_app(database_url)
    app.middleware("http")(pass_on)
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert wait_until(lambda: server.started, 60)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
