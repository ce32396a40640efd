"""Puts the configurator together."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import sessionmaker

from embedded.configurator import agents, authentication, health, templates, tenant
from embedded.configurator.errors import AnswerFailures, answer_invalid_request
from embedded.configurator.login_limit import LoginLimit
from embedded.configurator.paths import OneSpellingOfPaths
from embedded.configurator.security import PASSWORD_MEMORY_KIB, Passwords, Tokens
from embedded.configurator.services import Services
from embedded.configurator.sessions import Sessions
from embedded.database import open_database


def create_app(database_url: str, password_memory: int = PASSWORD_MEMORY_KIB) -> FastAPI:
    """Return the application over a database that is ready for use; to hash a password takes this memory (KiB).

    Raises sqlalchemy.exc.SQLAlchemyError.
    """
    engine = open_database(database_url)
    database = sessionmaker(engine, expire_on_commit=False)
    templates.add_missing_templates(database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    # No generated documentation pages: they load scripts from another host.
    app = FastAPI(title="MaiMBot configurator", openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    # The secret is nowhere but in this process: tokens end with it.
    sessions = Sessions(database, Tokens(secrets.token_bytes(32)))
    app.state.services = Services(database, Passwords(password_memory), sessions, LoginLimit())
    # The templates come before the agents: /agents/templates is no agent's id.
    for subject in (health, authentication, tenant, templates, agents):
        app.include_router(subject.router)
    app.exception_handler(RequestValidationError)(answer_invalid_request)
    app.add_middleware(AnswerFailures)
    app.add_middleware(OneSpellingOfPaths)
    return app
