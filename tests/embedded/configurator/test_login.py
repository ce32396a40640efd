import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine, text

from tests.embedded.configurator.api import PASSWORD, Account, Configurator, unique_name


def test_login_answers_like_registration(configurator: Configurator, account: Account) -> None:
    again = configurator.log_in(account.username)
    assert {**again.info, "last_login_at": None} == account.info
    assert datetime.fromisoformat(again.info["last_login_at"]) >= datetime.fromisoformat(account.info["created_at"])
    assert again.access != account.access
    assert again.refresh != account.refresh


def test_me_is_the_account_of_the_token(configurator: Configurator, account: Account, other: Account) -> None:
    assert configurator.get("/api/v1/auth/me", account.access).json() == account.info
    assert configurator.get("/api/v1/auth/me", other.access).json() == other.info


def test_unknown_user_and_wrong_password_look_alike(configurator: Configurator, account: Account) -> None:
    wrong = configurator.try_to_log_in(account.username, "wrong password")
    unknown = configurator.try_to_log_in(unique_name(), "wrong password")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


def test_a_suspended_tenant_cannot_log_in(configurator: Configurator, account: Account, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text("UPDATE tenant_users SET status = 'suspended' WHERE tenant_id = :id"), {"id": account.tenant_id}
        )
    assert configurator.try_to_log_in(account.username).status_code == 401


def test_many_logins_at_once_all_succeed_with_tokens_of_their_own(configurator: Configurator, account: Account) -> None:
    with ThreadPoolExecutor(10) as pool:
        logins = list(pool.map(lambda _: configurator.log_in(account.username), range(20)))
    assert len({login.access for login in logins} | {login.refresh for login in logins}) == 40
    for login in logins:
        assert configurator.get("/api/v1/auth/me", login.access).status_code == 200


def test_too_many_wrong_passwords_lock_the_name_and_no_other(
    configurator: Configurator, account: Account, other: Account
) -> None:
    statuses = [configurator.try_to_log_in(account.username, "wrong password").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    locked = configurator.try_to_log_in(account.username.upper())
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 300
    assert configurator.try_to_log_in(other.username).status_code == 200
    assert configurator.get("/api/v1/auth/me", account.access).status_code == 200


def test_names_that_nobody_has_are_locked_alike(configurator: Configurator) -> None:
    nobody = unique_name()
    statuses = [configurator.try_to_log_in(nobody, "wrong password").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_guessing_in_parallel_does_not_get_round_the_lock(configurator: Configurator, account: Account) -> None:
    # All are on their way before the first is answered; the right one is the last.
    guesses = [begin_login(configurator, account.username, "wrong password") for _ in range(30)]
    guesses.append(begin_login(configurator, account.username, PASSWORD))
    statuses = [finish(guess) for guess in guesses]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429


def test_a_login_that_succeeds_forgets_the_failures_before(configurator: Configurator, account: Account) -> None:
    for _ in range(2):
        for _ in range(9):
            assert configurator.try_to_log_in(account.username, "wrong password").status_code == 401
        assert configurator.try_to_log_in(account.username).status_code == 200


def begin_login(configurator: Configurator, username: str, password: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", configurator.port, timeout=15)
    body = json.dumps({"username": username, "password": password})
    connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
    return connection


def finish(connection: http.client.HTTPConnection) -> int:
    with connection.getresponse() as response:
        status = response.status
    connection.close()
    return status
