"""The tables of dialect v1 (names of tables and columns as in contract page configurator-v1)."""

from datetime import datetime, timezone
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Float, Index, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def utc_now() -> datetime:
    """Return the time as the v1 dialect stores and shows it: naive, in UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


class Table(DeclarativeBase):
    """Every table has a surrogate key; there are no foreign keys, as in v1."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime,
        float: Float,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)


class TenantUser(Table):
    """A tenant and its one user account."""

    __tablename__ = "tenant_users"

    tenant_id: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str]
    # Names that differ only by case are one name.
    username_key: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    # So are email addresses.
    email_key: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    password_hash: Mapped[str]
    api_key: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default="active")
    tenant_type: Mapped[str] = mapped_column(default="personal")
    tenant_name: Mapped[str]
    tenant_config: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_login_at: Mapped[datetime | None]
    login_count: Mapped[int] = mapped_column(default=0)


class UserSession(Table):
    """One login: its access and refresh token are valid while it is active. Tokens are kept only as digests."""

    __tablename__ = "user_sessions"

    session_id: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(index=True)
    tenant_id: Mapped[str] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(index=True)
    refresh_token: Mapped[str | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_accessed_at: Mapped[datetime] = mapped_column(default=utc_now)
    ip_address: Mapped[str | None]
    user_agent: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class AgentTemplate(Table):
    """What an agent can be made from."""

    __tablename__ = "agent_templates"

    template_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str | None]
    category: Mapped[str] = mapped_column(default="general")
    tags: Mapped[list[str] | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_system: Mapped[bool] = mapped_column(default=False)
    usage_count: Mapped[int] = mapped_column(default=0)
    persona: Mapped[str]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class Agent(Table):
    """One tenant's agent."""

    __tablename__ = "agents"

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str | None]
    tags: Mapped[str | None]
    template_id: Mapped[str | None]
    persona: Mapped[str]
    bot_overrides: Mapped[dict[str, Any] | None]
    config_overrides: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class ChatStream(Table):
    """One conversation of one agent: a group's, or a user's private chat, on one platform."""

    __tablename__ = "chat_streams"

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    platform: Mapped[str]
    chat_stream_id: Mapped[str] = mapped_column(unique=True)
    stream_id: Mapped[str] = mapped_column(unique=True)
    create_time: Mapped[float]
    last_active_time: Mapped[float]
    group_platform: Mapped[str | None]
    group_id: Mapped[str | None]
    group_name: Mapped[str | None]
    user_platform: Mapped[str]
    user_id: Mapped[str]
    user_nickname: Mapped[str]


class Message(Table):
    """A message of a user (user_id is theirs) or of the agent (user_id is the agent's id)."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_of_stream", "chat_stream_id", "id"),)

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    platform: Mapped[str]
    chat_stream_id: Mapped[str]
    message_id: Mapped[str]
    time: Mapped[float]
    reply_to: Mapped[str | None]
    chat_info_stream_id: Mapped[str]
    chat_info_platform: Mapped[str]
    chat_info_user_id: Mapped[str]
    chat_info_group_id: Mapped[str | None]
    user_platform: Mapped[str]
    user_id: Mapped[str]
    user_nickname: Mapped[str | None]
    processed_plain_text: Mapped[str]
    additional_config: Mapped[dict[str, Any] | None]


class LlmUsage(Table):
    """One question to the model endpoint."""

    __tablename__ = "llm_usage"

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    platform: Mapped[str]
    model_name: Mapped[str]
    user_id: Mapped[str]
    request_type: Mapped[str]
    endpoint: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    total_tokens: Mapped[int]
    cost: Mapped[float]
    time_cost: Mapped[float | None]
    status: Mapped[str]
    timestamp: Mapped[datetime] = mapped_column(default=utc_now)


class PersonInfo(Table):
    """A person whom an agent knows. person_id is unique over all tenants, so it is derived from all of its owners."""

    __tablename__ = "person_info"

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    person_id: Mapped[str] = mapped_column(unique=True)
    is_known: Mapped[bool] = mapped_column(default=True)
    person_name: Mapped[str | None]
    platform: Mapped[str]
    user_id: Mapped[str]
    nickname: Mapped[str | None]
    know_times: Mapped[float]
    know_since: Mapped[float]
    last_know: Mapped[float]


class GroupInfo(Table):
    """A group that an agent has talked in. v1's group_id is unique over all tenants; correct is unique per agent."""

    __tablename__ = "group_info"
    __table_args__ = (UniqueConstraint("tenant_id", "agent_id", "platform", "group_id"),)

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    group_id: Mapped[str]
    group_name: Mapped[str | None]
    platform: Mapped[str]
    create_time: Mapped[float]
    last_active: Mapped[float]


class ActionRecord(Table):
    """What an agent decided to do about a message."""

    __tablename__ = "action_records"

    tenant_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    chat_stream_id: Mapped[str]
    action_id: Mapped[str]
    time: Mapped[float]
    action_name: Mapped[str]
    action_reasoning: Mapped[str | None]
    action_data: Mapped[str]
    action_done: Mapped[bool] = mapped_column(default=False)
    chat_info_stream_id: Mapped[str]
    chat_info_platform: Mapped[str]
