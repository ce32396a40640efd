"""A configurator that refuses whoever names somebody keeps its tenants apart, and lets owners at what is theirs."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from support.configurator import ConfiguratorClient
from support.deployments import Deployment
from support.expectations import all_held
from support.isolation import Grounds, try_channels
from support.isolation.at_configurator import AT_CONFIGURATOR
from tests.isolation.conftest import register
from tests.isolation.leaky_configurator import PLACES, serving


async def refuse_names(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    body = await request.body()
    places = {"headers": request.headers, "query": request.query_params, "body": json.loads(body) if body else {}}
    if any(name in places[place] for place, name in PLACES):
        return JSONResponse({"detail": "You are whom your token names."}, 403)
    return await go_on(request)


def test_owners_name_nobody_and_are_not_refused(grounds: Grounds, deployment: Deployment) -> None:
    with serving(deployment.database_urls[0], refuse_names) as url:
        strict = replace(grounds, configurator=ConfiguratorClient(url))
        tenants = [register(strict.configurator, name) for name in ("Acme", "Mallory")]
        cells = try_channels(strict, [(tenants[1], tenants[0])], AT_CONFIGURATOR)

    all_held(cells)
    assert len(cells) == len(AT_CONFIGURATOR)
