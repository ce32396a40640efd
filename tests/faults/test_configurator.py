"""A configurator that fails after it has done what it was asked: the run tells, and removes that, too."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from support.deployments import Deployment
from tests.suite import Outcome, Suite, tenants_of

Fail = Callable[[BaseHTTPRequestHandler], None]


def answer_500(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(500)
    handler.send_header("Content-Length", "21")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(b"Internal Server Error")


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class Gateway(ThreadingHTTPServer):
    """Passes requests on to the configurator, and fails over the answer to the third registration."""

    def __init__(self, configurator_url: str, fail: Fail) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.configurator_url = configurator_url
        self.fail = fail
        self.registrations = 0
        self.lock = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about connections that were reset: we did that."""


class Passing(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        answer = requests.request(
            self.command, self.server.configurator_url + self.path, data=body, headers=headers, timeout=30
        )
        with self.server.lock:
            self.server.registrations += self.path.endswith("/register")
            fails = self.path.endswith("/register") and self.server.registrations == 3
        if fails:
            self.server.fail(self)
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def run_behind(suite: Suite, deployment: Deployment) -> Iterator[Callable[[Fail], Outcome]]:
    """Run the flow's registrations, attached to the deployment behind a gateway that fails so."""
    gateways: list[Gateway] = []

    def run(fail: Fail) -> Outcome:
        gateway = Gateway(deployment.configurator_url, fail)
        gateways.append(gateway)
        threading.Thread(target=gateway.serve_forever).start()
        return suite(
            "--tags=@FLOW-002", "-D", "users=6", "-D", f"configurator_url=http://127.0.0.1:{gateway.server_port}",
            "-D", f"replier_url={deployment.replier_url}", "-D", f"model_url={deployment.model_url}",
            "-D", f"database_url={deployment.database_urls[0]}",
        )  # fmt: skip

    yield run
    for gateway in gateways:
        gateway.shutdown()
        gateway.server_close()


@pytest.mark.parametrize(
    ("fail", "verdict", "error"),
    [
        (answer_500, "fail", "POST /api/v1/auth/register answered 500 Internal Server Error; expected 201"),
        (reset, "inconclusive", "/api/v1/auth/register got no answer (ConnectionError"),
    ],
)
def test_a_registration_whose_answer_is_lost_fails_the_run_and_is_removed(
    run_behind: Callable[[Fail], Outcome], deployment: Deployment, fail: Fail, verdict: str, error: str
) -> None:
    outcome = run_behind(fail)
    assert outcome.exit_code == 1, outcome.output
    assert "Traceback" not in outcome.output
    (scenario,) = (each for each in outcome.results["scenarios"] if each["id"] == "FLOW-002")
    assert scenario["verdict"] == verdict
    assert error in scenario["error"]
    assert outcome.results["user_creation"]["success"] is False
    # One is the tenant of the first contact.
    assert outcome.results["cleanup"]["users_cleaned"] == 7
    assert outcome.results["cleanup"]["residue"] == []
    assert tenants_of(outcome, deployment.database_urls[0]) == 0
