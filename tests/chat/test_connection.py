"""Connections to a real replier, and to servers that misbehave."""

import contextlib
import json
import threading

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.server import ServerConnection

from support.chat import Reader, Refused
from support.chat.connection import Connection, NoFrame
from support.chat.marker import new_marker
from support.chat.plan import new_speaker
from support.configurator import Tenant
from support.deployments import Deployment
from support.errors import InfrastructureError
from support.transport import Closed
from tests.chat.server import server


def credential(tenant: Tenant) -> str:
    return f"{tenant.api_key}:{tenant.agents[0].agent_id}"


@pytest.fixture
def connection(deployment: Deployment, reader: Reader, tenant: Tenant) -> Connection:
    return reader.open(deployment.replier_url, credential(tenant), "test", title="a test")


def test_a_message_is_acknowledged_and_answered_with_its_marker(connection: Connection) -> None:
    marker = new_marker()
    sent = connection.send(f"你好 {marker}", new_speaker("test"))
    assert connection.expect_acknowledgement(sent, 15).acked == sent.msg_id
    assert marker in connection.expect_reply(marker, 15).text
    assert connection.pending == []


def test_a_frame_is_unexpected_unless_it_is_consumed_or_the_first_acknowledgement(connection: Connection) -> None:
    marker = new_marker()
    sent = connection.send(f"你好 {marker}", new_speaker("test"))
    assert connection.wait(lambda: len(connection.pending) == 2, 15)
    assert [frame.kind for frame in connection.unexpected()] == ["reply"]
    connection.expect_reply(marker, 15)
    assert connection.unexpected() == []
    connection.pending.append(connection.expect_acknowledgement(sent, 15))
    assert [frame.kind for frame in connection.unexpected()] == ["ack"]


def test_a_message_counts_as_acknowledged_whether_the_acknowledgement_was_consumed_or_not(reader: Reader) -> None:
    def acknowledge_the_first(peer: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": json.loads(peer.recv())["msg_id"]}}))
            peer.recv()

    with server(acknowledge_the_first) as url:
        connection = reader.open(url, "key", "test")
        first, second = (connection.send("你好", new_speaker("test")) for _ in range(2))
        assert connection.wait(lambda: connection.has_acknowledged(first), 15)
        connection.expect_acknowledgement(first, 15)
        assert connection.has_acknowledged(first)
        assert not connection.has_acknowledged(second)


def test_of_two_acknowledgements_of_one_frame_the_second_is_unexpected(reader: Reader) -> None:
    def acknowledge_twice(peer: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for raw in peer:
                acknowledgement = {"type": "sys_ack", "meta": {"acked_msg_id": json.loads(raw)["msg_id"]}}
                for _ in range(2):
                    peer.send(json.dumps(acknowledgement))

    with server(acknowledge_twice) as url:
        connection = reader.open(url, "key", "test")
        connection.send("你好", new_speaker("test"))
        assert connection.wait(lambda: len(connection.pending) == 2, 15)
        assert connection.unexpected() == connection.pending[1:]


def test_credentials_may_stand_in_the_query(deployment: Deployment, reader: Reader, tenant: Tenant) -> None:
    connection = reader.open(deployment.replier_url, credential(tenant), "test", in_query=True)
    marker = new_marker()
    connection.send(f"你好 {marker}", new_speaker("test"))
    connection.expect_reply(marker, 15)


def test_proxies_of_the_environment_are_not_asked(
    deployment: Deployment, reader: Reader, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    marker = new_marker()
    connection = reader.open(deployment.replier_url, credential(tenant), "test")
    connection.send(f"你好 {marker}", new_speaker("test"))
    connection.expect_reply(marker, 15)


def test_a_refusal_says_how(deployment: Deployment, reader: Reader, tenant: Tenant) -> None:
    with pytest.raises(Refused, match="HTTP 403"):
        reader.open(deployment.replier_url, f"{tenant.api_key}x:{tenant.agents[0].agent_id}", "test")


def test_nobody_at_the_url_is_an_infrastructure_error(reader: Reader) -> None:
    with pytest.raises(InfrastructureError, match=r"No WebSocket could be opened at ws://127\.0\.0\.1:9/ws"):
        reader.open("ws://127.0.0.1:9/ws", "key", "test", timeout=2)


def test_a_frame_that_does_not_come_is_told_with_what_came_instead(connection: Connection) -> None:
    marker = new_marker()
    connection.send(f"你好 {marker}", new_speaker("test"))
    assert connection.wait(lambda: len(connection.pending) == 2, 15)
    with pytest.raises(NoFrame) as error:
        connection.expect_reply("mk-0000000000000000", 0.05)
    assert "waited for a reply with mk-0000000000000000: nothing matched within 0.1 s" in str(error.value)
    assert marker in str(error.value)


def test_a_close_of_the_server_ends_the_wait_at_once_with_code_and_reason(reader: Reader) -> None:
    with server(lambda peer: peer.close(1008, "not any more")) as url:
        connection = reader.open(url, "key", "test")
        with pytest.raises(NoFrame, match="closed 1008 not any more"):
            connection.expect_reply("mk-0000000000000000", 15)


def test_a_server_that_vanishes_ends_the_wait_at_once(reader: Reader) -> None:
    with server(lambda peer: peer.socket.close()) as url:
        connection = reader.open(url, "key", "test")
        with pytest.raises(NoFrame, match="closed without a close frame"):
            connection.expect_reply("mk-0000000000000000", 15)


def test_a_ping_is_answered_while_nobody_waits_for_anything(reader: Reader) -> None:
    answered = threading.Event()

    def ping(peer: ServerConnection) -> None:
        if peer.ping().wait(15):
            answered.set()

    with server(ping) as url:
        reader.open(url, "key", "test")
        assert answered.wait(15)


def test_closing_tells_the_server_and_ends_the_connection(reader: Reader) -> None:
    code: list[int | None] = []
    closed = threading.Event()

    def listen(peer: ServerConnection) -> None:
        with contextlib.suppress(Exception):
            peer.recv()
        code.append(peer.close_code)
        closed.set()

    with server(listen) as url:
        connection = reader.open(url, "key", "test")
        reader.close(connection)
        assert closed.wait(15)
    assert code == [1000]
    with pytest.raises(NoFrame):
        connection.send("你好", new_speaker("test"))


def test_the_transcript_is_numbered_and_holds_both_directions_without_the_key(
    connection: Connection, tenant: Tenant
) -> None:
    marker = new_marker()
    connection.send(f"你好 {marker}", new_speaker("test"))
    connection.expect_reply(marker, 15)
    transcript = str(connection.transcript)
    assert transcript.startswith(f"connection {connection.transcript.number}: a test\n")
    assert "> {" in transcript
    assert "< {" in transcript
    assert tenant.api_key not in transcript


def test_an_event_of_a_closed_socket_whose_number_another_has_got_keeps_nobody_waiting(reader: Reader) -> None:
    def say_nothing(peer: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            peer.recv()

    with server(say_nothing) as url:
        connection = reader.open(url, "key", "test")
        reader._read(connection)
        assert connection.closed is None
        reader.close(connection)
        reader._read(connection)
    assert connection.closed == Closed(1000, "by the client")


def test_whoever_answers_a_ping_is_there(connection: Connection) -> None:
    assert [connection.ping(15), connection.ping(15)] == [True, True]
    assert connection.pongs == 2


def test_whoever_does_not_answer_a_ping_is_not(reader: Reader) -> None:
    mute, done = threading.Event(), threading.Event()

    def be_mute(peer: ServerConnection) -> None:
        send = peer.protocol.send_frame

        def send_no_pong(frame: Frame) -> None:
            if frame.opcode is not Opcode.PONG:
                send(frame)

        peer.protocol.send_frame = send_no_pong  # type: ignore[method-assign]
        mute.set()
        done.wait(15)

    with server(be_mute) as url:
        connection = reader.open(url, "key", "test")
        # The handshake ends before the handler begins, and until then PONGs are sent.
        assert mute.wait(15)
        assert not connection.ping(0.2)
        done.set()
