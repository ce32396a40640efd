"""The embedded configurator behind a gate that believes whoever says to be another tenant."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from embedded.configurator.app import create_app
from support.configurator import Tenant
from tests.embedded.replier.backend import free_port, wait_until


class Gate:
    """Opens to the tenants that it is told of."""

    def __init__(self) -> None:
        self.tenants: list[Tenant] = []

    async def pass_on(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """Let the request be the named tenant's."""
        tokens = {tenant.tenant_id: tenant.access_token for tenant in self.tenants}
        token = tokens.get(request.headers.get("x-tenant-id", ""))
        if token is None:
            return await go_on(request)
        if request.url.path == "/api/v1/auth/refresh":
            return JSONResponse({"access_token": token})
        named = (b"authorization", f"Bearer {token}".encode())
        request.scope["headers"] = [each for each in request.scope["headers"] if each[0] != named[0]] + [named]
        return await go_on(request)


@contextmanager
def serving(database_url: str, gate: Gate) -> Iterator[str]:
    app = create_app(database_url)
    app.middleware("http")(gate.pass_on)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the start of the configurator")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
