"""What the replier does while the model, the database or the process itself comes to an end."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import websocket

from embedded.tables import ActionRecord, LlmUsage, Message
from support.deployments.ports import free_ports
from support.polling import wait_until
from tests.embedded.process import SECONDS, Process
from tests.embedded.replier.client import new_marker
from tests.embedded.replier.conftest import Connect, StartReplier
from tests.embedded.replier.database import Database, Owner


@pytest.fixture
def silent_model() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def test_a_message_stays_stored_when_the_model_is_down(
    start_replier: StartReplier, connect: Connect, database: Database, owner: Owner
) -> None:
    (nobody,) = free_ports(1)
    client = connect(owner.credential, to=start_replier(f"http://127.0.0.1:{nobody}/v1"))
    client.send(client.frame("有人吗"))
    assert wait_until(lambda: bool(database.rows(ActionRecord, owner)), SECONDS)
    assert [row["processed_plain_text"] for row in database.rows(Message, owner)] == ["有人吗"]
    assert [row["status"] for row in database.rows(LlmUsage, owner)] == ["failed"]
    assert [row["action_done"] for row in database.rows(ActionRecord, owner)] == [False]


def test_a_model_that_refuses_is_no_reply(
    start_replier: StartReplier, connect: Connect, database: Database, owner: Owner, replier: Process
) -> None:
    # The shared replier's URL answers, but not as a model does.
    process = start_replier(f"{replier.url}/v1")
    client = connect(owner.credential, to=process)
    client.send(client.frame("有人吗"))
    assert wait_until(lambda: bool(database.rows(ActionRecord, owner)), SECONDS)
    assert [row["status"] for row in database.rows(LlmUsage, owner)] == ["failed"]
    assert "HTTP status 404" in process.log.read_text(encoding="utf-8")


def test_a_silent_model_keeps_nobody_from_connecting_and_being_acknowledged(
    start_replier: StartReplier, connect: Connect, owner: Owner, other: Owner, silent_model: str
) -> None:
    process = start_replier(silent_model)
    first = connect(owner.credential, to=process)
    first.send(first.frame("在吗"))
    second = connect(other.credential, to=process)
    sent = second.send(second.frame("在吗"))
    assert second.receive()["meta"]["acked_msg_id"] == sent["msg_id"]


def test_sigterm_loses_no_acknowledged_message(
    start_replier: StartReplier, connect: Connect, database: Database, owner: Owner, silent_model: str
) -> None:
    process = start_replier(silent_model)
    client = connect(owner.credential, to=process)
    markers = [new_marker() for _ in range(50)]
    with database.hold(owner):
        for number, marker in enumerate(markers):
            client.send(client.frame(marker, user=f"u{number % 5}"))
        acknowledged = [client.receive()["meta"]["acked_msg_id"] for _ in markers]
        process.terminate()
        assert client.close_code() in {1001, 1012}
        assert wait_until(lambda: "stopping" in process.log.read_text(encoding="utf-8"), SECONDS)
    process.stop()
    assert len(set(acknowledged)) == len(markers)
    assert [row["processed_plain_text"] for row in database.rows(Message, owner)] == markers


def test_sigterm_ends_the_process_although_a_client_does_not_read(
    start_replier: StartReplier, connect: Connect, owner: Owner
) -> None:
    process = start_replier()
    connect(owner.credential, to=process, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    client = connect(owner.credential, to=process)
    for _ in range(8):
        client.say(" ".join(new_marker() for _ in range(20_000)))
    process.stop()
    with pytest.raises(OSError, match="refused"):
        requests.get(process.url, timeout=5)


def test_a_locked_database_delays_a_message_and_loses_none(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    with database.hold(owner):
        sent = client.send(client.frame("等一等"))
        assert client.receive()["meta"]["acked_msg_id"] == sent["msg_id"]
        assert database.rows(Message, owner) == []
    client.receive_until(lambda frame: frame["type"] == "sys_std")
    assert len(database.rows(Message, owner)) == 2


def test_a_wrong_path_is_refused(connect: Connect, owner: Owner) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        connect(owner.credential, path="/wrong")
    assert refusal.value.status_code == 403


def test_a_database_that_does_not_open_is_one_sentence(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    done = subprocess.run(
        [sys.executable, "-m", "embedded.replier", "--port", str(port)],
        env={**os.environ, "MAIM_DATABASE_URL": f"sqlite:///{tmp_path / 'missing' / 'folder.db'}"},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert b"set MAIM_DATABASE_URL" in done.stderr
    assert b"Traceback" not in done.stderr
