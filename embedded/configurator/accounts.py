"""The accounts of tenants in the database."""

import secrets
import unicodedata
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from embedded.configurator.schemas import Registration
from embedded.tables import TenantUser, utc_now


class NameTaken(Exception):
    """Another account has the username."""


class EmailTaken(Exception):
    """Another account has the email address."""


def username_key(username: str) -> str:
    """Return what two spellings of one name have in common."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def new_api_key() -> str:
    """Return mb_ and 43 URL-safe characters."""
    return f"mb_{secrets.token_urlsafe(32)}"


def create_account(database: sessionmaker[Session], registration: Registration, password_hash: str) -> TenantUser:
    """Create a tenant with its account. Raises NameTaken or EmailTaken."""
    account = TenantUser(
        tenant_id=f"tenant_{secrets.token_hex(8)}",
        user_id=f"user_{secrets.token_hex(8)}",
        username=registration.username,
        username_key=username_key(registration.username),
        email=registration.email,
        email_key=_email_key(registration.email),
        phone=registration.phone,
        password_hash=password_hash,
        api_key=new_api_key(),
        tenant_type=registration.tenant_type,
        tenant_name=registration.tenant_name or registration.username,
    )
    try:
        with database.begin() as session:
            session.add(account)
    except IntegrityError as error:
        # Of many who ask at once only the database knows who was first.
        if find_account(database, account.username_key) is not None:
            raise NameTaken from error
        raise EmailTaken from error
    return account


def find_account(database: sessionmaker[Session], key: str) -> TenantUser | None:
    """Return the account that has this username_key."""
    with database() as session:
        return session.scalar(select(TenantUser).where(TenantUser.username_key == key))


def change_account(database: sessionmaker[Session], tenant_id: str, **changes: Any) -> TenantUser | None:
    """Set columns of the tenant's account and return it; None when it is gone. Raises EmailTaken."""
    if "email" in changes:
        changes["email_key"] = _email_key(changes["email"])
    change = (
        update(TenantUser)
        .where(TenantUser.tenant_id == tenant_id)
        .values(updated_at=utc_now(), **changes)
        .returning(TenantUser)
    )
    try:
        with database.begin() as session:
            return session.scalars(change).one_or_none()
    except IntegrityError as error:
        raise EmailTaken from error


def _email_key(email: str | None) -> str | None:
    return None if email is None else email.casefold()
