"""The replier's process: its parts put together, /ws and /health."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response, WebSocket
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from embedded.replier.admission import Admission
from embedded.replier.answering import Answering
from embedded.replier.delivery import Connections
from embedded.replier.model_client import ModelClient
from embedded.replier.reception import Reception
from embedded.replier.streams import Streams
from embedded.replier.writer import Writer
from embedded.tables import TenantUser

log = logging.getLogger(__name__)

SECONDS_TO_STORE = 1.0


def create_app(engine: Engine, model_url: str) -> FastAPI:
    """Return the replier over an open database and an OpenAI-compatible model endpoint."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        connections = Connections()
        admission, writer, model = Admission(engine), Writer(engine), ModelClient(model_url)
        streams = Streams(engine, connections.is_present)
        app.state.reception = Reception(admission, connections, streams, writer, Answering(model, writer, connections))
        stopping = asyncio.Event()
        checks = asyncio.create_task(app.state.reception.end_invalid(stopping))
        yield
        log.info("stopping: what is acknowledged is stored")
        stopping.set()
        await streams.close()
        await writer.close(SECONDS_TO_STORE)
        await admission.close(SECONDS_TO_STORE)
        # One that the database does not answer would go on for longer than there is time.
        checks.cancel()
        await model.close()
        engine.dispose()

    app = FastAPI(title="Embedded replier", lifespan=run)

    @app.websocket("/ws")
    async def converse(websocket: WebSocket) -> None:
        await app.state.reception.serve(websocket)

    @app.get("/health")
    def health(response: Response) -> dict[str, str]:
        # A table is read, for SQLite answers a bare SELECT 1 without opening its file.
        try:
            with engine.connect() as connection:
                connection.execute(select(TenantUser.id).limit(1))
        except SQLAlchemyError:
            response.status_code = 503
            return {"status": "unhealthy", "database": "it does not answer"}
        return {"status": "healthy"}

    return app
