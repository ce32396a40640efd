"""Odd frames that are sent to a real replier, and to one that they harm; and clients that leave it."""

import json
import threading
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.chat import Connection, Reader, try_frames
from support.chat.leaving import LEAVINGS
from support.chat.odd_frames import ODD_FRAMES
from support.chat.plan import new_speaker
from support.configurator import Tenant
from support.deployments import Deployment
from tests.chat.server import server


@pytest.fixture
def connection(deployment: Deployment, reader: Reader, tenant: Tenant) -> Connection:
    credential = f"{tenant.api_key}:{tenant.agents[0].agent_id}"
    return reader.open(deployment.replier_url, credential, "test", title="odd")


def test_each_odd_frame_is_followed_by_a_proper_one_that_is_answered(connection: Connection) -> None:
    names = ["half a frame", "no payload", "binary data"]
    trials = try_frames(connection, new_speaker("test"), [(name, ODD_FRAMES[name]) for name in names], 15)
    assert [(trial.name, trial.harm) for trial in trials] == [(name, None) for name in names]
    for trial in trials:
        assert trial.barrier
        assert trial.barrier.connection is connection
        assert trial.barrier.acknowledgement.acked == trial.barrier.sent.msg_id
    assert len({trial.marker for trial in trials}) == len(names)


def test_what_is_sent_before_the_proper_frame_is_what_the_change_made_of_a_message(connection: Connection) -> None:
    (trial,) = try_frames(connection, new_speaker("test"), [("no payload", ODD_FRAMES["no payload"])], 15)
    (other,) = try_frames(connection, new_speaker("test"), [("no change", lambda frame: frame)], 15)
    sent = [line for line in str(connection.transcript).splitlines() if " > " in line]
    assert len(sent) == 4
    assert "payload" not in sent[0]
    assert f"你好 {other.marker}" in sent[2]
    assert trial.harm is None
    assert connection.expect_reply(other.marker, 15)
    assert connection.unexpected() == []


def test_an_odd_frame_can_be_sent_many_times_before_the_proper_one(connection: Connection) -> None:
    changes = [(name, ODD_FRAMES[name]) for name in ("no payload", "an empty object")]
    trials = try_frames(connection, new_speaker("test"), changes, 15, times=7)
    sent = [line for line in str(connection.transcript).splitlines() if " > " in line]
    assert [trial.harm for trial in trials] == [None, None]
    assert ["payload" in line for line in sent[:8]] == [False] * 7 + [True]
    assert [line.endswith("{}") for line in sent[8:]] == [True] * 7 + [False]


def test_the_first_harm_ends_the_trial(reader: Reader) -> None:
    seen: list[str] = []

    def give_up_at_a_null(peer: ServerConnection) -> None:
        for raw in peer:
            seen.append(str(raw))
            if raw == "null":
                peer.close(1011, "internal error")

    with server(give_up_at_a_null) as url:
        connection = reader.open(url, "key", "test", title="odd")
        changes = [(name, ODD_FRAMES[name]) for name in ("a lone null", "an empty object")]
        trials = try_frames(connection, new_speaker("test"), changes, 15)
    assert [(trial.name, trial.barrier) for trial in trials] == [("a lone null", None)]
    assert "closed 1011 internal error" in str(trials[0].harm)
    assert "{}" not in seen


def test_silence_is_a_harm_that_says_how_long_was_waited(reader: Reader) -> None:
    def say_nothing(peer: ServerConnection) -> None:
        for _ in peer:
            pass

    with server(say_nothing) as url:
        connection = reader.open(url, "key", "test", title="odd")
        (trial,) = try_frames(connection, new_speaker("test"), [("a lone null", ODD_FRAMES["a lone null"])], 0.2)
        reader.close(connection)
    assert "nothing matched within 0.2 s" in str(trial.harm)


@pytest.mark.parametrize(
    ("leaving", "code"), [("with a goodbye", 1000), ("without a goodbye", None), ("in the middle of a message", None)]
)
def test_a_server_sees_how_a_client_leaves(reader: Reader, leaving: str, code: int | None) -> None:
    codes: list[int | None] = []
    left = threading.Event()

    def listen(peer: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            peer.recv()
        codes.append(peer.protocol.close_rcvd.code if peer.protocol.close_rcvd else None)
        left.set()

    with server(listen) as url:
        LEAVINGS[leaving](reader, reader.open(url, "key", "test"))
        assert left.wait(15)
    assert codes == [code]


def test_a_connection_that_is_not_read_gets_its_frames_when_it_is_read_again(reader: Reader) -> None:
    is_paused = threading.Event()

    def send_two(peer: ServerConnection) -> None:
        peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": "one"}}))
        is_paused.wait(15)
        peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": "two"}}))
        with suppress(ConnectionClosed):
            peer.recv()

    with server(send_two) as url:
        connection = reader.open(url, "key", "test")
        connection.expect("ack", lambda frame: frame.acked == "one", "the first", 15)
        reader.pause(connection)
        is_paused.set()
        assert connection.wait(lambda: len(connection.pending), 0.2) == 0
        reader.resume(connection)
        assert connection.expect("ack", lambda frame: frame.acked == "two", "the second", 15)
