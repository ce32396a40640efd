"""/api/v1/agents/templates: what agents are made from."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from embedded.configurator.schemas import TemplateInfo, Text
from embedded.configurator.services import InjectedServices
from embedded.tables import AgentTemplate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

router = APIRouter(prefix="/api/v1/agents/templates")
_SYSTEM_TEMPLATES = Path(__file__).with_name("templates.toml")


def add_missing_templates(database: sessionmaker[Session]) -> None:
    """Write the system's templates that the database does not hold yet; those that it holds stay as they are."""
    for template_id, fields in tomllib.loads(_SYSTEM_TEMPLATES.read_text(encoding="utf-8")).items():
        template = AgentTemplate(template_id=template_id, is_system=True, **fields)
        # Another configurator that starts at the same time may write it first.
        with suppress(IntegrityError), database.begin() as session:
            if _find(session, template_id) is None:
                session.add(template)


@router.get("", response_model=list[TemplateInfo])
def list_templates(
    services: InjectedServices, category: Annotated[Text | None, Query()] = None, is_active: bool = True
) -> list[AgentTemplate]:
    """Return the templates, all categories or one; those that are not active only when asked for."""
    query = select(AgentTemplate).where(AgentTemplate.is_active == is_active).order_by(AgentTemplate.id)
    if category is not None:
        query = query.where(AgentTemplate.category == category)
    with services.database() as session:
        return list(session.scalars(query))


@router.get("/{template_id}", response_model=TemplateInfo)
def read_template(template_id: Text, services: InjectedServices) -> AgentTemplate:
    """Return one template."""
    with services.database() as session:
        template = _find(session, template_id)
    if template is None:
        raise HTTPException(404, "There is no such template.")
    return template


def _find(session: Session, template_id: str) -> AgentTemplate | None:
    return session.scalar(select(AgentTemplate).where(AgentTemplate.template_id == template_id))
