"""Passwords and tokens."""

import asyncio
import hashlib
import os
import secrets
from datetime import timedelta
from typing import Literal

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from embedded.tables import utc_now

# A launch may want tokens that end while it looks on.
ACCESS_LIFETIME = timedelta(seconds=int(os.environ.get("MAIM_ACCESS_SECONDS") or 24 * 60 * 60))
REFRESH_LIFETIME = timedelta(seconds=int(os.environ.get("MAIM_REFRESH_SECONDS") or 30 * 24 * 60 * 60))
_ALGORITHM = "HS256"
# What OWASP recommends for argon2id with two passes.
PASSWORD_MEMORY_KIB = 19456

TokenKind = Literal["access", "refresh"]


class Passwords:
    """Hashes and verifies passwords with argon2, at most one per core at once and never on the event loop."""

    def __init__(self, memory: int) -> None:
        """Let each hash take this memory (KiB), to which its time is proportional."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory, parallelism=1)
        self._cores = asyncio.Semaphore(os.cpu_count() or 1)
        self._hash_of_nobody = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """Return what is stored for the password."""
        async with self._cores:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the hash's; without a hash it is no one's, which takes as long to find out."""
        async with self._cores:
            try:
                await asyncio.to_thread(self._hasher.verify, password_hash or self._hash_of_nobody, password)
            except VerifyMismatchError:
                return False
        return True


class Tokens:
    """Issues and checks JWTs signed with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, kind: TokenKind, user_id: str, tenant_id: str) -> str:
        """Return a new token, unlike any other."""
        now = utc_now()
        claims = {
            "user_id": user_id,
            "tenant_id": tenant_id,
            "type": kind,
            "iat": now,
            "exp": now + (ACCESS_LIFETIME if kind == "access" else REFRESH_LIFETIME),
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def is_valid(self, token: str, kind: TokenKind, user_id: str, tenant_id: str) -> bool:
        """Whether the token was signed with our secret as this kind, for this user and tenant, and lives."""
        try:
            claims = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": ["exp", "iat", "jti"]})
        except jwt.InvalidTokenError:
            return False
        issued_for = (claims.get("type"), claims.get("user_id"), claims.get("tenant_id"))
        return issued_for == (kind, user_id, tenant_id)


def digest(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
