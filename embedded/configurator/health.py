"""Whether the configurator can do its work."""

import logging

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from embedded.configurator.services import InjectedServices
from embedded.tables import TenantUser, utc_now

router = APIRouter()
_log = logging.getLogger(__name__)


@router.get("/health")
@router.get("/api/health")
def health(services: InjectedServices) -> JSONResponse:
    """Answer healthy only after the database has answered."""
    # A table is read, for SQLite answers a bare SELECT 1 without opening its file.
    try:
        with services.database() as session:
            session.execute(select(TenantUser.id).limit(1))
    except SQLAlchemyError:
        _log.exception("The database does not answer")
        return JSONResponse({"status": "unhealthy", "database": "unhealthy"}, 503)
    return JSONResponse({"status": "healthy", "database": "healthy", "timestamp": utc_now().isoformat()})
