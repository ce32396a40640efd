"""Logins: a row of user_sessions is one login with its access token and its refresh token."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from embedded.configurator.security import REFRESH_LIFETIME, TokenKind, Tokens, digest
from embedded.tables import TenantUser, UserSession, utc_now

_COLUMNS: Mapping[TokenKind, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]] = {
    "access": UserSession.token_hash,
    "refresh": UserSession.refresh_token,
}
# Made once, for every request asks one of them.
_LOOK_UPS = {
    kind: select(TenantUser, UserSession.session_id)
    .join(
        UserSession,
        and_(UserSession.user_id == TenantUser.user_id, UserSession.tenant_id == TenantUser.tenant_id),
    )
    .where(
        column == bindparam("digest"),
        UserSession.is_active,
        UserSession.expires_at > bindparam("now"),
        TenantUser.status == "active",
    )
    for kind, column in _COLUMNS.items()
}
_FORGET_EXPIRED = (
    delete(UserSession)
    .where(UserSession.user_id == bindparam("user_id"), UserSession.expires_at < bindparam("now"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class Caller:
    """Whose request it is, and by which login."""

    account: TenantUser
    session_id: str

    @property
    def tenant_id(self) -> str:
        """The id of the caller's tenant: the only one whose data the request may touch."""
        return self.account.tenant_id


@dataclass(frozen=True)
class TokenPair:
    """The tokens of one login."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Sessions:
    """Opens, finds, renews and ends logins."""

    def __init__(self, database: sessionmaker[Session], tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens

    def open(self, account: TenantUser) -> TokenPair:
        """Log the account in; its logins that have expired are forgotten."""
        pair = TokenPair(
            self._tokens.issue("access", account.user_id, account.tenant_id),
            self._tokens.issue("refresh", account.user_id, account.tenant_id),
        )
        now = utc_now()
        with self._database.begin() as session:
            session.execute(_FORGET_EXPIRED, {"user_id": account.user_id, "now": now})
            session.add(
                UserSession(
                    session_id=secrets.token_hex(16),
                    user_id=account.user_id,
                    tenant_id=account.tenant_id,
                    token_hash=digest(pair.access),
                    refresh_token=digest(pair.refresh),
                    expires_at=now + REFRESH_LIFETIME,
                )
            )
        return pair

    def find(self, access_token: str) -> Caller | None:
        """Return whose access token it is, or None when it is nobody's or no longer valid."""
        return self._find("access", access_token)

    def renew(self, refresh_token: str) -> str | None:
        """Return a new access token, which ends the one before; None when the refresh token is not valid."""
        caller = self._find("refresh", refresh_token)
        if caller is None:
            return None
        access_token = self._tokens.issue("access", caller.account.user_id, caller.tenant_id)
        # Active is asked again: a logout may have come in between.
        renewal = (
            update(UserSession)
            .where(UserSession.session_id == caller.session_id, UserSession.is_active)
            .values(token_hash=digest(access_token), last_accessed_at=utc_now())
            .returning(UserSession.id)
        )
        with self._database.begin() as session:
            return access_token if session.scalar(renewal) is not None else None

    def end(self, session_id: str) -> None:
        """Revoke both tokens of a login."""
        with self._database.begin() as session:
            session.execute(update(UserSession).where(UserSession.session_id == session_id).values(is_active=False))

    def _find(self, kind: TokenKind, token: str) -> Caller | None:
        # The look-up comes first, so that nothing but our own tokens is ever parsed.
        with self._database() as session:
            row = session.execute(_LOOK_UPS[kind], {"digest": digest(token), "now": utc_now()}).one_or_none()
        if row is None or not self._tokens.is_valid(token, kind, row[0].user_id, row[0].tenant_id):
            return None
        return Caller(account=row[0], session_id=row[1])
