"""No secret leaves the suite, however it is spelt."""

import json
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from support.errors import InfrastructureError
from support.masking import MASK, mask, mask_file, remember_secret

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidXNlcl8xIn0.c2lnbmF0dXJl"
KEY = "mb_0123456789abcdefghijABCDEFGHIJ0123456789abc"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {JWT}",
        f'{{"access_token": "{JWT}"}}',
        f"x-apikey: {KEY}:agent_0123456789abcdef",
        f"ws://127.0.0.1:8095/ws?api_key={KEY}%3Aagent_1&platform=test",
    ],
)
def test_tokens_and_keys_are_known_by_their_shape(text: str) -> None:
    masked = mask(text)
    assert JWT not in masked
    assert KEY not in masked
    assert MASK in masked


def test_fields_that_hold_secrets_are_masked_whatever_they_hold() -> None:
    assert mask('{"username": "a", "password": "pa\\"ss", "api_key": "k"}') == (
        f'{{"username": "a", "password": "{MASK}", "api_key": "{MASK}"}}'
    )


@pytest.mark.parametrize(
    "text",
    [
        'sent {{"body": "{{\\"user\\": \\"a\\", \\"password\\": \\"{}\\", \\"email\\": null}}"}}',
        'sent \\\\\\"password\\\\\\": \\\\\\"{}\\\\\\", \\\\\\"email\\\\\\": null',
        "sent {{'user': 'a', 'password': '{}', 'email': None}}",
        'sent {{"new_password" : "{}", "user": "a"}}',
        "GET /ws?token={}&platform=test HTTP/1.1",
        "GET /ws?platform=test&access_token={} HTTP/1.1",
        "GET /ws?apikey={} HTTP/1.1",
        "username=a&password={}&email=",
        "LLM_API_KEY={} is set",
        "Authorization: Bearer {}\nAccept: */*",
        "authorization: Basic {}\naccept: */*",
        "X-API-Key: {}\nAccept: */*",
        "x-apikey: {}\naccept: */*",
        "Incorrect API key provided: {}.",
    ],
)
def test_a_secret_is_known_by_its_place_wherever_a_program_shows_it_and_nothing_beside_it_is_masked(text: str) -> None:
    assert mask(text.format("sk-proj-Unseen_0123456789")) == text.format(MASK)


@pytest.mark.parametrize("password", ['pa"ss', "pa\\", 'pa\\"ss', "pa'ss", "密码123"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_field_is_masked_to_its_end_and_no_further_however_deep_it_stands_in_json(password: str, depth: int) -> None:
    def written(secret: str) -> str:
        text: object = {"password": secret, "user": "a"}
        for _ in range(depth):
            text = json.dumps(text)
        return str(text)

    assert mask(written(password)) == written(MASK)


@pytest.mark.parametrize("end", ['"', '\\"', "\\\\'", ""])
@pytest.mark.parametrize("place", ["?api_key=", "x-api-key: "])
def test_json_in_which_a_place_is_masked_stays_json(place: str, end: str) -> None:
    assert json.loads(mask(json.dumps(f"GET {place}hunter22{end}"))) == f"GET {place}{MASK}{end}"


@pytest.mark.parametrize("end", ["", "\\", "\\\\" * 50 + "\\"])
def test_a_field_that_breaks_off_is_masked_to_the_end_of_its_line(end: str) -> None:
    assert mask(f'{{"password": "hunter2{end}\nand more') == f'{{"password": "{MASK}\nand more'


def test_the_password_of_a_url_is_masked_and_the_host_is_not() -> None:
    assert mask("postgresql+psycopg://me:hunter2@127.0.0.1/maim") == f"postgresql+psycopg://{MASK}@127.0.0.1/maim"


def test_a_secret_is_masked_also_where_a_key_touches_its_name() -> None:
    assert "hunter2" not in mask(f"{KEY}api_key=hunter2")


def test_a_remembered_secret_is_masked_anywhere_also_when_it_holds_another() -> None:
    remember_secret("correct-horse")
    remember_secret("correct-horse-battery")
    assert mask("said correct-horse-battery and correct-horse") == f"said {MASK} and {MASK}"


@pytest.mark.parametrize("secret", [JWT, KEY, f"{KEY}:agent_0123456789abcdef", f"{KEY}:agent_1!more", f"say {KEY}"])
def test_a_remembered_secret_is_masked_whatever_its_shape(secret: str) -> None:
    assert remember_secret(secret) == secret
    assert mask(f"<{secret}>").replace(":agent_0123456789abcdef", "") == f"<{MASK}>"


def test_ordinary_text_stays_as_it_is() -> None:
    text = (
        "testuser_1 asked agent_0123456789abcdef about mb and eye\n"
        "the token: it ends soon; its password is refused; a task-oriented-and-long-word\n"
        'send Authorization: Bearer <access token>, {"total_tokens": 7, "password": null}'
    )
    assert mask(text) == text


@pytest.mark.parametrize(
    "spell",
    [
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: json.dumps(json.dumps(secret)),
        lambda secret: repr((secret,)),
        quote,
        lambda secret: quote(secret, safe=""),
        quote_plus,
        lambda secret: b64encode(secret.encode()).decode(),
        lambda secret: urlsafe_b64encode(secret.encode()).decode(),
    ],
)
def test_a_remembered_secret_is_masked_however_it_is_spelt(spell: Callable[[str], str]) -> None:
    secret = remember_secret('p@ss "wörd"/\\密码? 1')
    assert spell(secret).strip("\"'(),=\\") not in mask(f"<{spell(secret)}>")
    assert MASK in mask(f"<{spell(secret)}>")


def test_a_remembered_secret_that_is_no_unicode_is_masked() -> None:
    remember_secret("half a character \ud83c")
    assert mask("<half a character \ud83c>") == f"<{MASK}>"


def test_a_file_is_rewritten_without_its_secrets_and_with_all_else_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "replier.log"
    many_lines = b"\xff\x00 one of many lines\r\n" * 100_000
    path.write_bytes(many_lines + f"x-apikey: {KEY}\n".encode() + b"the end")
    path.chmod(0o640)
    mask_file(path)
    assert path.read_bytes() == many_lines + f"x-apikey: {MASK}\n".encode() + b"the end"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_without_secrets_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "model.log"
    path.write_text("serving", encoding="utf-8")
    inode = path.stat().st_ino
    mask_file(path)
    assert path.stat().st_ino == inode


def test_a_file_that_cannot_be_rewritten_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "replier.log"
    path.write_text(KEY, encoding="utf-8")
    (tmp_path / f"replier.log.{os.getpid()}.tmp").mkdir()
    with pytest.raises(InfrastructureError, match=r"cannot be rewritten without the secrets in it \(.*directory"):
        mask_file(path)
    assert path.read_text(encoding="utf-8") == KEY


@pytest.mark.parametrize("kept", ["", "*", "***", "mb_0123456"])
def test_a_message_goes_on_behind_an_answer_that_is_cut_off_in_a_secret(kept: str) -> None:
    answer = f'{{"user": "Lin", "api_key": "{kept}'
    masked = mask(f"It answered {answer!r}; expected a refusal.")
    assert masked == f"It answered '{answer.removesuffix(kept)}***'; expected a refusal."
