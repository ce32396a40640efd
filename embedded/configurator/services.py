"""What the routes need: services, and the caller whom an access token names."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session, sessionmaker

from embedded.configurator.errors import unauthorized
from embedded.configurator.login_limit import LoginLimit
from embedded.configurator.security import Passwords
from embedded.configurator.sessions import Caller, Sessions


@dataclass(frozen=True)
class Services:
    """What a configurator works with, made once at launch."""

    database: sessionmaker[Session]
    passwords: Passwords
    sessions: Sessions
    login_limit: LoginLimit


async def _services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


InjectedServices = Annotated[Services, Depends(_services_of)]
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def _authenticate(bearer: _Bearer, services: InjectedServices) -> Caller:
    if bearer is None:
        raise unauthorized("This needs an access token: send Authorization: Bearer <access token>.")
    caller = await run_in_threadpool(services.sessions.find, bearer.credentials)
    if caller is None:
        raise unauthorized("The access token is not valid or no longer so: log in again.")
    return caller


AuthenticatedCaller = Annotated[Caller, Depends(_authenticate)]
