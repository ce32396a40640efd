"""What is accepted and what is answered."""

import math
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from email_validator import validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")
_DEEPEST_NESTING = 32


def _storable(text: str) -> str:
    if _NEVER_STORED.search(text):
        raise ValueError("null characters and lone surrogates are not allowed")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("something besides white space is needed")
    return text


def _as_username(name: str) -> str:
    if name != name.strip() or not name.isprintable():
        raise ValueError("white space around the name and control characters are not allowed")
    return name


def _as_email(text: str) -> str:
    return validate_email(text, check_deliverability=False).normalized


def _storable_json(value: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST_NESTING:
        raise ValueError(f"nesting deeper than {_DEEPEST_NESTING} is not allowed")
    if isinstance(value, str):
        _storable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinity are not allowed")
    elif isinstance(value, dict):
        for key, member in value.items():
            _storable(key)
            _storable_json(member, depth + 1)
    elif isinstance(value, list):
        for element in value:
            _storable_json(element, depth + 1)
    return value


def _join_tags(tags: object) -> object:
    if not isinstance(tags, list):
        return tags
    if not all(isinstance(tag, str) and tag.strip() and "," not in tag for tag in tags):
        raise ValueError("each tag must be a text that is not blank and holds no comma")
    return ",".join(tags)


def _split_tags(tags: str | None) -> list[str] | None:
    return None if tags is None else [tag.strip() for tag in tags.split(",") if tag.strip()]


_Storable = AfterValidator(_storable)
Text = Annotated[str, _Storable]
# The length first: behind a validator pydantic would call it a number of items.
Username = Annotated[str, Field(min_length=3, max_length=50), _Storable, AfterValidator(_as_username)]
Password = Annotated[str, Field(min_length=6, max_length=128, repr=False), _Storable]
Title = Annotated[str, Field(min_length=1, max_length=100), _Storable, AfterValidator(_not_blank)]
Email = Annotated[Text, AfterValidator(_as_email)]
Persona = Annotated[Text, AfterValidator(_not_blank)]
JsonObject = Annotated[dict[str, Any], AfterValidator(_storable_json)]
# Accepted as a list or as text with commas, kept as text with commas, answered as a list.
TagText = Annotated[Text, BeforeValidator(_join_tags)]
TagList = Annotated[list[str] | None, BeforeValidator(_split_tags)]


class Registration(BaseModel):
    """A new tenant and its user account."""

    username: Username
    password: Password
    email: Email | None = None
    phone: Text | None = None
    tenant_name: Title | None = None
    tenant_type: Literal["personal", "enterprise"] = "personal"


class Login(BaseModel):
    """An attempt to log in: any name and password may be tried."""

    username: Annotated[str, Field(max_length=128), _Storable]
    password: Annotated[str, Field(max_length=128, repr=False), _Storable]


class Renewal(BaseModel):
    """A request for a new access token."""

    refresh_token: Annotated[Text | None, Field(repr=False)] = None


class TenantChanges(BaseModel):
    """What a tenant changes of itself; what is null stays."""

    tenant_name: Title | None = None
    email: Email | None = None
    phone: Text | None = None
    tenant_config: JsonObject | None = None


class AgentChanges(BaseModel):
    """What changes of an agent; what is null stays."""

    name: Title | None = None
    description: Text | None = None
    tags: TagText | None = None
    persona: Persona | None = None
    bot_overrides: JsonObject | None = None
    config_overrides: JsonObject | None = None


class NewAgent(AgentChanges):
    """A new agent, from a template or not."""

    name: Title
    template_id: Text | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Notice(_Answer):
    """That something was done."""

    message: str


class UserInfo(_Answer):
    """The user account as its owner sees it."""

    user_id: str
    tenant_id: str
    username: str
    email: str | None
    phone: str | None
    tenant_name: str
    tenant_type: str
    api_key: str = Field(repr=False)
    status: str
    created_at: datetime
    last_login_at: datetime | None


class AccessToken(_Answer):
    """An access token; expires_in is in seconds."""

    access_token: str = Field(repr=False)
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no secret
    expires_in: int


class LoggedIn(AccessToken):
    """The tokens of a login and the account."""

    refresh_token: str = Field(repr=False)
    user_info: UserInfo


class TenantInfo(_Answer):
    """The tenant."""

    tenant_id: str
    tenant_name: str
    tenant_type: str
    username: str
    email: str | None
    phone: str | None
    tenant_config: dict[str, Any] | None
    status: str
    created_at: datetime
    updated_at: datetime


class TenantStatistics(_Answer):
    """What the tenant has and has used."""

    tenant_id: str
    tenant_name: str
    total_agents: int
    total_messages: int
    total_api_calls: int
    total_cost: float
    last_active: datetime | None


class ApiKey(_Answer):
    """The credential of the tenant's connections."""

    tenant_id: str
    api_key: str = Field(repr=False)


class TemplateInfo(_Answer):
    """A template."""

    template_id: str
    name: str
    description: str | None
    category: str
    tags: list[str] | None
    is_active: bool
    is_system: bool
    usage_count: int
    persona: str
    created_at: datetime
    updated_at: datetime


class AgentInfo(_Answer):
    """An agent."""

    agent_id: str
    tenant_id: str
    name: str
    description: str | None
    tags: TagList
    persona: str
    bot_overrides: dict[str, Any] | None
    config_overrides: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
