"""What a registration leaves in the ledger, whatever is answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.configurator import ConfiguratorClient, UnexpectedAnswer
from support.masking import mask
from support.purge import Ledger, Selection

ACCOUNT = {"username": "ada_run-1", "password": "a password"}
NAMED = Selection.of(["ada_run-1"])
REGISTERED = Selection.of(["ada_run-1", "Ada_run-1"], ["tenant_1"], ["user_1"])
IDS = json.dumps({"user_info": {"username": "Ada_run-1", "tenant_id": "tenant_1", "user_id": "user_1"}})
ANSWERS = {
    "as promised": (201, IDS, REGISTERED),
    "with another status": (200, IDS, REGISTERED),
    "without ids": (200, "{}", NAMED),
    "with a list": (201, "[]", NAMED),
    "without JSON": (201, "welcome", NAMED),
    "with the way to somewhere": (303, "", NAMED),
    "invalid": (422, "{}", NAMED),
    "taken": (409, "{}", NAMED),
    "taken, by this one": (409, IDS, NAMED),
    "broken": (500, "{}", NAMED),
}


class Answers(BaseHTTPRequestHandler):
    """Answers every request by the status and the body that its path begins with."""

    def do_POST(self) -> None:
        answer = self.path.split("/")[1]
        status, body, _ = ANSWERS[answer.replace("%20", " ")]
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_name_that_nobody_else_can_have_stays_in_the_ledger_whatever_is_answered(
    answer: str, url: str, tmp_path: Path
) -> None:
    ledger = _registering(ACCOUNT, f"{url}/{answer}", tmp_path)

    assert (ledger.selection(), ledger.in_doubt) == (ANSWERS[answer][2], frozenset())


@pytest.mark.parametrize("answer", ANSWERS)
def test_whoever_has_a_name_that_anybody_may_have_is_ours_only_by_ids(answer: str, url: str, tmp_path: Path) -> None:
    ledger = _registering({**ACCOUNT, "username": " " * 10}, f"{url}/{answer}", tmp_path)

    named = ANSWERS[answer][2]
    assert ledger.selection() == Selection.of(named.usernames - {ACCOUNT["username"]}, named.tenant_ids, named.user_ids)
    refused = ANSWERS[answer][0] in (409, 422)
    assert ledger.in_doubt == (frozenset() if refused else {" " * 10})


def test_a_password_is_masked_from_the_moment_it_is_sent(url: str, tmp_path: Path) -> None:
    password = "6 of letters that nobody else has"  # noqa: S105
    _registering({**ACCOUNT, "password": password}, f"{url}/broken", tmp_path)

    assert mask(f"registering ada / {password}") == "registering ada / ***"


def test_a_password_of_spaces_masks_no_text(url: str, tmp_path: Path) -> None:
    _registering({**ACCOUNT, "password": " " * 6}, f"{url}/broken", tmp_path)

    assert mask("  " * 6) == "  " * 6


def _registering(account: dict[str, str], url: str, folder: Path) -> Ledger:
    ledger = Ledger.create(folder / "ledger.jsonl", "run-1", ["sqlite:////tmp/deployment.db"])
    with suppress(UnexpectedAnswer):
        ConfiguratorClient(url, log=ledger).try_to_register(account)
    return Ledger.read(ledger.path)


def test_another_status_than_the_promised_one_is_an_unexpected_answer(url: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"answered 200 .* expected 201"):
        ConfiguratorClient(f"{url}/with another status").register_user(**ACCOUNT)


@pytest.mark.parametrize("answer", ["with a list", "without JSON"])
def test_who_is_accepted_is_told_who_it_is(answer: str, url: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"answered 201 .* expected who was registered"):
        ConfiguratorClient(f"{url}/{answer}").try_to_register(ACCOUNT)
