"""/api/v1/tenant: the caller's tenant, its statistics and its API key."""

import logging
from datetime import datetime, timezone

from fastapi import APIRouter, HTTPException
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from embedded.configurator import accounts
from embedded.configurator.errors import unauthorized
from embedded.configurator.schemas import ApiKey, Notice, TenantChanges, TenantInfo, TenantStatistics
from embedded.configurator.services import AuthenticatedCaller, InjectedServices
from embedded.configurator.sessions import Caller
from embedded.tables import Agent, LlmUsage, Message, TenantUser, UserSession

router = APIRouter(prefix="/api/v1/tenant")
_log = logging.getLogger(__name__)


@router.get("", response_model=TenantInfo)
async def read_tenant(caller: AuthenticatedCaller) -> TenantUser:
    """Return the tenant."""
    return caller.account


@router.put("", response_model=TenantInfo)
def change_tenant(changes: TenantChanges, caller: AuthenticatedCaller, services: InjectedServices) -> TenantUser:
    """Change what is given and return the tenant."""
    return _change(services.database, caller, **changes.model_dump(exclude_none=True))


@router.get("/stats")
def read_statistics(caller: AuthenticatedCaller, services: InjectedServices) -> TenantStatistics:
    """Count what the tenant has; last_active is its last login, renewal or message."""
    tenant_id = caller.tenant_id
    with services.database() as session:
        agents = session.scalar(select(func.count(Agent.id)).where(Agent.tenant_id == tenant_id))
        messages, last_message = session.execute(
            select(func.count(Message.id), func.max(Message.time)).where(Message.tenant_id == tenant_id)
        ).one()
        calls, cost = session.execute(
            select(func.count(LlmUsage.id), func.sum(LlmUsage.cost)).where(LlmUsage.tenant_id == tenant_id)
        ).one()
        last_access = session.scalar(
            select(func.max(UserSession.last_accessed_at)).where(UserSession.tenant_id == tenant_id)
        )
    moments = [last_access, None if last_message is None else _as_datetime(last_message)]
    return TenantStatistics(
        tenant_id=tenant_id,
        tenant_name=caller.account.tenant_name,
        total_agents=agents or 0,
        total_messages=messages,
        total_api_calls=calls,
        total_cost=cost or 0.0,
        last_active=max((moment for moment in moments if moment is not None), default=None),
    )


@router.post("/upgrade")
async def upgrade(caller: AuthenticatedCaller) -> Notice:
    """Refuse: who pays for it is decided elsewhere, so no tenant makes itself an enterprise."""
    if caller.account.tenant_type == "enterprise":
        raise HTTPException(400, "The tenant is an enterprise already.")
    raise HTTPException(403, "A tenant cannot upgrade itself; ask the operator of the deployment.")


@router.get("/api-key", response_model=ApiKey)
async def read_api_key(caller: AuthenticatedCaller) -> TenantUser:
    """Return the current API key."""
    return caller.account


@router.post("/regenerate-api-key", response_model=ApiKey)
def regenerate_api_key(caller: AuthenticatedCaller, services: InjectedServices) -> TenantUser:
    """Replace the API key; the old one ends at once."""
    account = _change(services.database, caller, api_key=accounts.new_api_key())
    _log.info("%s has a new API key", caller.tenant_id)
    return account


def _change(database: sessionmaker[Session], caller: Caller, **changes: object) -> TenantUser:
    try:
        account = accounts.change_account(database, caller.tenant_id, **changes)
    except accounts.EmailTaken as error:
        raise HTTPException(409, "This email address is taken; choose another one.") from error
    if account is None:
        raise unauthorized("The tenant was removed.")
    return account


def _as_datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, timezone.utc).replace(tzinfo=None)
