import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.embedded.configurator.api import PASSWORD, Account, Configurator, unique_name

USER_INFO = {
    "user_id", "tenant_id", "username", "email", "phone", "tenant_name", "tenant_type", "api_key", "status",
    "created_at", "last_login_at",
}  # fmt: skip


def test_registration_answers_tokens_and_the_account(configurator: Configurator) -> None:
    name = unique_name()
    sent = {"username": name, "email": f"{name}@example.com", "phone": "+86 10", "tenant_name": "Acme", "extra": 1}
    response = configurator.try_to_register(**sent)
    assert response.status_code == 201
    answer = response.json()
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 86400)
    info = answer["user_info"]
    assert set(info) == USER_INFO
    assert {key: info[key] for key in ("username", "email", "phone", "tenant_name")} == {
        key: sent[key] for key in ("username", "email", "phone", "tenant_name")
    }
    assert (info["tenant_type"], info["status"], info["last_login_at"]) == ("personal", "active", None)
    assert re.fullmatch(r"user_[0-9a-f]{16}", info["user_id"])
    assert re.fullmatch(r"tenant_[0-9a-f]{16}", info["tenant_id"])
    assert re.fullmatch(r"mb_[\w-]{43}", info["api_key"])
    assert datetime.fromisoformat(info["created_at"]).tzinfo is None


def test_a_tenant_is_named_after_its_user_unless_it_has_a_name(account: Account) -> None:
    assert account.info["tenant_name"] == account.username


def test_an_enterprise_registers_as_such(configurator: Configurator) -> None:
    assert configurator.register(tenant_type="enterprise").info["tenant_type"] == "enterprise"


@pytest.mark.parametrize("username", ["ab3", "x" * 50, "张三丰", "two words", "O'Brien", "emoji😀"])
def test_ordinary_usernames_are_accepted(configurator: Configurator, username: str) -> None:
    # The same name may have been taken by an earlier run on a lasting database.
    assert configurator.try_to_register(username=username).status_code in {201, 409}


@pytest.mark.parametrize(
    "username",
    [
        "", "ab", "x" * 51, "   ", " abc", "abc ", "a\tbc", "a\nbc", "abc\x7f", "a\u200bbc", "\u3000abc", "a\x00bc",
        "a\ud800bc", 12345, None, ["abc"],
    ],
)  # fmt: skip
def test_usernames_that_mislead_or_do_not_fit_are_refused(configurator: Configurator, username: object) -> None:
    assert configurator.try_to_register(username=username).status_code == 422


@pytest.mark.parametrize("password", ["x" * 6, "x" * 128, "密码密码密码", " " * 6])
def test_passwords_of_6_to_128_characters_are_accepted(configurator: Configurator, password: str) -> None:
    account = configurator.register(password=password)
    assert configurator.try_to_log_in(account.username, password).status_code == 200


@pytest.mark.parametrize("password", ["", "x" * 5, "x" * 129, "\ud800" * 6, "\x00" * 6, None, 1234567])
def test_other_passwords_are_refused(configurator: Configurator, password: object) -> None:
    assert configurator.try_to_register(password=password).status_code == 422


@pytest.mark.parametrize("email", ["", "nobody", "a@localhost", "a@host.test", "a@b@c.com", "\ud800@a.com", 5])
def test_email_addresses_that_no_mail_reaches_are_refused(configurator: Configurator, email: object) -> None:
    assert configurator.try_to_register(email=email).status_code == 422


@pytest.mark.parametrize(
    "field", [{"tenant_type": "gold"}, {"tenant_name": " "}, {"tenant_name": "\x00"}, {"phone": "\x00"}]
)
def test_other_fields_have_limits_too(configurator: Configurator, field: dict[str, str]) -> None:
    assert configurator.try_to_register(**field).status_code == 422


def test_usernames_that_differ_by_case_or_width_only_are_one_name(configurator: Configurator) -> None:
    name = unique_name()
    configurator.register(username=name)
    assert configurator.try_to_register(username=name).status_code == 409
    assert configurator.try_to_register(username=name.upper()).status_code == 409
    assert configurator.try_to_register(username=name.replace("u", "ｕ", 1)).status_code == 409
    assert configurator.log_in(name.upper()).username == name


def test_an_email_address_belongs_to_one_account_whatever_its_case(configurator: Configurator) -> None:
    email = f"{unique_name()}@example.com"
    configurator.register(email=email)
    response = configurator.try_to_register(email=email.upper())
    assert response.status_code == 409
    assert "email" in response.json()["detail"]


def test_of_many_who_register_one_name_at_once_exactly_one_gets_it(configurator: Configurator) -> None:
    name = unique_name()
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(lambda _: configurator.try_to_register(username=name).status_code, range(8)))
    assert statuses == {201: 1, 409: 7}


def test_neither_password_nor_tokens_are_stored(configurator: Configurator, database: Engine) -> None:
    account = configurator.register()
    with database.connect() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM tenant_users WHERE tenant_id = :id"), {"id": account.tenant_id}),
            *connection.execute(text("SELECT * FROM user_sessions WHERE tenant_id = :id"), {"id": account.tenant_id}),
        ]
    stored = str(rows)
    assert len(rows) == 2
    assert "$argon2id$" in stored
    for secret in (PASSWORD, account.access, account.refresh):
        assert secret not in stored


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"password": "hush-hush"}},
        {"json": {"username": "ab", "password": "hush-hush"}},
        {"json": {"username": "abc", "password": ["hush-hush"]}},
        {"data": '{"username": "abc", "password": "hush-hush"}', "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_a_refusal_does_not_repeat_the_password(configurator: Configurator, options: dict[str, Any]) -> None:
    response = configurator.post("/api/v1/auth/register", **options)
    assert response.status_code == 422
    assert "hush" not in response.text
    assert {"type", "loc", "msg", "input"} == set(response.json()["detail"][0])


def test_a_refusal_tells_what_was_sent_and_what_is_wrong_with_it(configurator: Configurator) -> None:
    [reason] = configurator.try_to_register(username="ab").json()["detail"]
    assert (reason["type"], reason["loc"], reason["input"]) == ("string_too_short", ["body", "username"], "ab")
