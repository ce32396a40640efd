"""/api/v1/agents: the caller's agents."""

import logging
import secrets

from fastapi import APIRouter, HTTPException
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from embedded.configurator.schemas import AgentChanges, AgentInfo, NewAgent, Notice, Text
from embedded.configurator.services import AuthenticatedCaller, InjectedServices
from embedded.configurator.sessions import Caller
from embedded.tables import Agent, AgentTemplate, utc_now

router = APIRouter(prefix="/api/v1/agents")
_log = logging.getLogger(__name__)
_DEFAULT_PERSONA = "你是一个友善、真诚的聊天伙伴，说话自然简短，认真回应对方说的每一句话。"


@router.post("", response_model=AgentInfo)
def create_agent(new: NewAgent, caller: AuthenticatedCaller, services: InjectedServices) -> Agent:
    """Create an agent; its persona is the one given, else the template's, else a default."""
    with services.database.begin() as session:
        template_persona = _use_template(session, new.template_id) if new.template_id else _DEFAULT_PERSONA
        fields = new.model_dump() | {"persona": new.persona or template_persona}
        agent = Agent(agent_id=f"agent_{secrets.token_hex(8)}", tenant_id=caller.tenant_id, **fields)
        session.add(agent)
    _log.info("%s created %s", caller.tenant_id, agent.agent_id)
    return agent


@router.get("", response_model=list[AgentInfo])
def list_agents(caller: AuthenticatedCaller, services: InjectedServices) -> list[Agent]:
    """Return the tenant's agents, oldest first."""
    with services.database() as session:
        return list(session.scalars(select(Agent).where(Agent.tenant_id == caller.tenant_id).order_by(Agent.id)))


@router.get("/{agent_id}", response_model=AgentInfo)
def read_agent(agent_id: Text, caller: AuthenticatedCaller, services: InjectedServices) -> Agent:
    """Return one of the tenant's agents."""
    with services.database() as session:
        return _found(session.scalar(select(Agent).where(_is_own(caller, agent_id))))


@router.put("/{agent_id}", response_model=AgentInfo)
def change_agent(
    agent_id: Text, changes: AgentChanges, caller: AuthenticatedCaller, services: InjectedServices
) -> Agent:
    """Change what is given and return the agent."""
    change = (
        update(Agent)
        .where(_is_own(caller, agent_id))
        .values(updated_at=utc_now(), **changes.model_dump(exclude_none=True))
        .returning(Agent)
    )
    with services.database.begin() as session:
        return _found(session.scalars(change).one_or_none())


@router.delete("/{agent_id}")
def delete_agent(agent_id: Text, caller: AuthenticatedCaller, services: InjectedServices) -> Notice:
    """Remove the agent; what it said and cost stays in the tenant's statistics."""
    with services.database.begin() as session:
        _found(session.scalars(delete(Agent).where(_is_own(caller, agent_id)).returning(Agent)).one_or_none())
    _log.info("%s deleted %s", caller.tenant_id, agent_id)
    return Notice(message="The agent was deleted.")


def _is_own(caller: Caller, agent_id: str) -> ColumnElement[bool]:
    return and_(Agent.tenant_id == caller.tenant_id, Agent.agent_id == agent_id)


def _found(agent: Agent | None) -> Agent:
    # Another tenant's agent and none at all look alike.
    if agent is None:
        raise HTTPException(404, "There is no such agent.")
    return agent


def _use_template(session: Session, template_id: str) -> str:
    """Count the use of a template and return its persona."""
    use = (
        update(AgentTemplate)
        .where(AgentTemplate.template_id == template_id, AgentTemplate.is_active)
        .values(usage_count=AgentTemplate.usage_count + 1)
        .returning(AgentTemplate.persona)
    )
    persona = session.scalar(use)
    if persona is None:
        raise HTTPException(404, "There is no such template.")
    return persona
