"""Whatever a user gets wrong is one sentence, an exit code that is not 0, and nothing left running."""

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from support.deployments import Deployment
from tests.suite import PORTS, ROOT, Suite, tenants_of


def test_an_unknown_option_is_answered_with_the_nearest_one(suite: Suite) -> None:
    outcome = suite("-D", "user=3")
    assert outcome.exit_code == 2
    assert "-D user is no setting of this suite; did you mean -D users?" in outcome.output
    assert "Traceback" not in outcome.output
    assert "HOOK-ERROR" not in outcome.output


def test_an_unknown_variable_is_answered_with_the_nearest_one(suite: Suite) -> None:
    outcome = suite(MAIM_USER="3")
    assert outcome.exit_code == 2
    assert "MAIM_USER is no setting of this suite; did you mean MAIM_USERS?" in outcome.output


def test_a_number_out_of_range_is_named_with_the_range(suite: Suite) -> None:
    outcome = suite("-D", "users=501")
    assert outcome.exit_code == 2
    assert "users='501' is refused" in outcome.output
    assert "1..500" in outcome.output


def test_a_refused_setting_is_reported_with_what_else_was_asked_for(suite: Suite) -> None:
    suite.reports = suite.folder / "elsewhere"
    (suite.reports / "an earlier run").mkdir(parents=True)
    (suite.reports / "latest").symlink_to("an earlier run")
    outcome = suite("-D", "users=501", "-D", "agents=9", "-D", "reports=elsewhere", MAIM_MESSAGES="5..7")
    (error,) = outcome.results["errors"]
    assert error.startswith("users='501' is refused")
    assert outcome.results["success"] is False
    asked = outcome.results["parameters"]
    assert (asked["user_count"], asked["agents_per_user"], asked["messages_per_conversation"]) == (3, 9, "5..7")


def test_an_unknown_option_is_reported_in_the_default_folder_if_no_other_can_be_read(suite: Suite) -> None:
    outcome = suite("-D", "report=elsewhere")
    assert outcome.results["success"] is False
    assert "did you mean -D reports?" in outcome.results["errors"][0]


def test_a_missing_profile_is_answered_with_the_nearest_one(suite: Suite) -> None:
    outcome = suite("-D", "deployment=embeded")
    assert outcome.exit_code == 2
    assert "deployment='embeded' is no profile; did you mean embedded?" in outcome.output


def test_a_database_that_does_not_open_is_named_without_its_password(suite: Suite) -> None:
    url = "postgresql+psycopg://me:hunter2@127.0.0.1:9/maim"
    outcome = suite(*PORTS, MAIM_DATABASE_URL=url)
    assert outcome.exit_code == 2
    assert "127.0.0.1:9/maim" in outcome.output
    assert "hunter2" not in outcome.output
    assert outcome.leaves_nothing_running


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://me:hunter2@127.0.0.1:port/maim"])
def test_a_database_url_that_is_none_is_refused(suite: Suite, url: str) -> None:
    outcome = suite(*PORTS, MAIM_DATABASE_URL=url)
    assert outcome.exit_code == 2
    assert "the database URL is no SQLAlchemy URL" in outcome.output
    assert "hunter2" not in outcome.output
    assert outcome.leaves_nothing_running


def test_a_wrong_parameter_of_a_database_is_one_sentence(suite: Suite, tmp_path: Path) -> None:
    outcome = suite(*PORTS, "-D", f"database_url=sqlite:///{tmp_path}/x.db?timeout=abc")
    assert outcome.exit_code == 2
    assert len(outcome.results["errors"]) == 1
    assert "does not open: could not convert string to float: 'abc'" in outcome.output
    assert "HOOK-ERROR" not in outcome.output
    assert outcome.leaves_nothing_running


def test_an_unreachable_deployment_is_one_sentence(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "maimbot.db").touch()
    outcome = suite(
        "-D", "configurator_url=http://127.0.0.1:9", "-D", "replier_url=ws://127.0.0.1:9",
        "-D", f"database_url=sqlite:///{tmp_path}/maimbot.db",
    )  # fmt: skip
    assert outcome.exit_code == 2
    assert "http://127.0.0.1:9" in outcome.output
    assert outcome.results["success"] is False
    assert len(outcome.results["errors"]) == 1


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<html>It works!</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The port of a server that answers everything and is no MaiMBot."""
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_deployment_that_is_no_maimbot_is_told_apart(suite: Suite, elsewhere: int, tmp_path: Path) -> None:
    (tmp_path / "maimbot.db").touch()
    outcome = suite(
        "-D", f"configurator_url=http://127.0.0.1:{elsewhere}", "-D", f"replier_url=ws://127.0.0.1:{elsewhere}",
        "-D", f"database_url=sqlite:///{tmp_path}/maimbot.db",
    )  # fmt: skip
    assert outcome.exit_code == 2
    assert "no MaiMBot" in outcome.output


def test_a_taken_port_names_its_owner_and_leaves_nothing_running(suite: Suite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = suite("-D", "configurator_port=auto", "-D", f"replier_port={port}")
    assert outcome.exit_code == 2
    assert f"port {port} of the replier is taken by process {os.getpid()}" in outcome.output
    assert outcome.leaves_nothing_running
    assert len(outcome.results["errors"]) == 1


@pytest.mark.parametrize("folder", [ROOT, ROOT / "docs"])
def test_behave_on_another_folder_says_what_to_do(suite: Suite, folder: Path) -> None:
    outcome = suite(features=folder)
    sentence = f"`behave {folder}` finds no steps: run `behave` for all features, or `behave features/NAME.feature`."
    assert (outcome.exit_code, outcome.results["errors"]) == (1, [sentence])
    assert f"ConfigError: {sentence}" in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("features/isolatoin.feature:31", "features/isolation.feature"),
        ("feature/flow.feature", "features/flow.feature"),
        ("feature", "features"),
    ],
)
def test_a_missing_feature_is_answered_with_the_nearest_one(suite: Suite, given: str, meant: str) -> None:
    outcome = suite(features=ROOT / given)
    sentence = f"There is no {ROOT / given.removesuffix(':31')}; did you mean {ROOT / meant}?"
    assert (outcome.exit_code, outcome.results["errors"]) == (1, [sentence])
    assert f"ConfigError: {sentence}" in outcome.output


def test_features_run_from_any_folder(suite: Suite) -> None:
    outcome = suite(*PORTS, "--tags=@FLOW-001", features=ROOT / "features" / "flow.feature")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.results["verdicts"]["pass"] == 1


def test_another_server_that_refuses_strangers_is_no_replier_and_what_was_created_to_see_it_is_gone(
    suite: Suite, deployment: Deployment
) -> None:
    outcome = suite(
        "--tags=@FLOW-004", "-D", f"configurator_url={deployment.configurator_url}",
        "-D", f"replier_url={deployment.configurator_url.replace('http', 'ws')}",
        "-D", f"database_url={deployment.database_urls[0]}",
    )  # fmt: skip
    assert outcome.exit_code == 2, outcome.output
    (error,) = outcome.results["errors"]
    assert f"refuses a tenant who has just registered at {deployment.configurator_url}" in error
    assert "give the URL of that deployment's own replier" in error
    assert outcome.results["user_creation"]["users_created"] == 1
    assert tenants_of(outcome, deployment.database_urls[0]) == 0
