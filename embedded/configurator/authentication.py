"""/api/v1/auth: registration, login, tokens."""

import logging

from fastapi import APIRouter, HTTPException
from fastapi.concurrency import run_in_threadpool

from embedded.configurator import accounts
from embedded.configurator.errors import unauthorized
from embedded.configurator.login_limit import LoginLimit
from embedded.configurator.schemas import AccessToken, LoggedIn, Login, Notice, Registration, Renewal, UserInfo
from embedded.configurator.security import ACCESS_LIFETIME
from embedded.configurator.services import AuthenticatedCaller, InjectedServices
from embedded.configurator.sessions import TokenPair
from embedded.tables import TenantUser, utc_now

router = APIRouter(prefix="/api/v1/auth")
_log = logging.getLogger(__name__)
_EXPIRES_IN = int(ACCESS_LIFETIME.total_seconds())
_WRONG_CREDENTIALS = "The username or the password is wrong."


@router.post("/register", status_code=201)
async def register(registration: Registration, services: InjectedServices) -> LoggedIn:
    """Create a tenant with its account and log it in."""
    password_hash = await services.passwords.hash(registration.password)
    try:
        account = await run_in_threadpool(accounts.create_account, services.database, registration, password_hash)
    except accounts.NameTaken as error:
        raise HTTPException(409, "This username is taken; choose another one.") from error
    except accounts.EmailTaken as error:
        raise HTTPException(409, "This email address is taken; choose another one.") from error
    _log.info("%s registered as %s", account.user_id, account.tenant_id)
    return _logged_in(account, await run_in_threadpool(services.sessions.open, account))


@router.post("/login")
async def login(attempt: Login, services: InjectedServices) -> LoggedIn:
    """Log in with username and password."""
    key = accounts.username_key(attempt.username)
    _refuse_if_locked(services.login_limit, key)
    account = await run_in_threadpool(accounts.find_account, services.database, key)
    is_right = await services.passwords.verify(account.password_hash if account else None, attempt.password)
    if account is None or not is_right or account.status != "active":
        services.login_limit.count_failure(key)
        raise unauthorized(_WRONG_CREDENTIALS)
    # Asked again: of many guesses at once, only those count that came before the lock.
    _refuse_if_locked(services.login_limit, key)
    services.login_limit.forget(key)
    account = await run_in_threadpool(
        accounts.change_account,
        services.database,
        account.tenant_id,
        last_login_at=utc_now(),
        login_count=TenantUser.login_count + 1,
    )
    if account is None:
        raise unauthorized(_WRONG_CREDENTIALS)
    _log.info("%s logged in", account.user_id)
    return _logged_in(account, await run_in_threadpool(services.sessions.open, account))


@router.get("/me", response_model=UserInfo)
async def me(caller: AuthenticatedCaller) -> TenantUser:
    """Return the caller's account."""
    return caller.account


@router.post("/refresh")
def refresh(renewal: Renewal, services: InjectedServices) -> AccessToken:
    """Exchange a refresh token for a new access token, which ends the one before."""
    if not renewal.refresh_token:
        raise HTTPException(400, "The refresh token is missing: send it as refresh_token.")
    access_token = services.sessions.renew(renewal.refresh_token)
    if access_token is None:
        raise unauthorized("The refresh token is not valid or no longer so: log in again.")
    return AccessToken(access_token=access_token, expires_in=_EXPIRES_IN)


@router.post("/logout")
def logout(caller: AuthenticatedCaller, services: InjectedServices) -> Notice:
    """End the login whose access token was sent, and its refresh token with it."""
    services.sessions.end(caller.session_id)
    return Notice(message="Logged out.")


def _refuse_if_locked(limit: LoginLimit, key: str) -> None:
    seconds = limit.seconds_locked(key)
    if seconds:
        raise HTTPException(
            429,
            f"Too many failed logins for this username; try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


def _logged_in(account: TenantUser, tokens: TokenPair) -> LoggedIn:
    return LoggedIn(
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_in=_EXPIRES_IN,
        user_info=UserInfo.model_validate(account),
    )
