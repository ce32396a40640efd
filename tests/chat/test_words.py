"""What connections, frames and conversations tell a person, word for word."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.chat import Connection, Plan, Reader, Speaker, hold_conversations
from support.chat.connection import NoFrame
from support.chat.envelope import read_frame, standard_frame, text_message
from support.chat.reader import with_query
from support.chat.transcript import Transcript
from support.configurator import Agent, Tenant
from support.errors import InfrastructureError
from tests.chat.server import server

SPEAKER = Speaker("test", "user-1", "小明", "group-1")


def echo(peer: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        for raw in peer:
            peer.send(raw)


@pytest.fixture
def connection(reader: Reader) -> Iterator[Connection]:
    with server(echo) as url:
        yield reader.open(url, "key", "test", title="an echo")


@pytest.fixture
def plan() -> Plan:
    tenant = Tenant("testuser_1", "user_1", "tenant_1", "Acme", "", "", "", "")
    agent = Agent("agent_1", "tenant_1", "Ada", None, "你是Ada。")
    return Plan(tenant, agent, SPEAKER, ["一", "二"], "key")


def raw_reply(text: str) -> str:
    return json.dumps(standard_frame(text_message("key", SPEAKER, text, "msg_9"), "msg_8"))


def test_a_missing_frame_is_told_with_the_last_five_that_came_instead(connection: Connection) -> None:
    number = connection.transcript.number
    with pytest.raises(NoFrame) as error:
        connection.expect("reply", lambda _: True, "a reply", 0.04)
    assert str(error.value) == (
        f"Connection {number} (an echo) waited for a reply: nothing matched within 0.0 s. "
        "Frames that did not match: none."
    )
    for text in "abcdef":
        connection.send(text, SPEAKER)
    assert connection.wait(lambda: len(connection.pending) == 6, 15)
    with pytest.raises(NoFrame) as error:
        connection.expect("ack", lambda _: True, "an ack", 0.04)
    assert str(error.value).endswith(
        "Frames that did not match: reply 'b', reply 'c', reply 'd', reply 'e', reply 'f'."
    )


def test_frames_are_consumed_in_the_order_in_which_they_came(connection: Connection) -> None:
    for text in "abc":
        connection.send(text, SPEAKER)
    assert [connection.expect("reply", lambda _: True, "a reply", 15).text for _ in range(3)] == ["a", "b", "c"]
    assert connection.pending == []


def test_what_cannot_be_sent_is_told_with_the_connection_and_its_end(connection: Connection, reader: Reader) -> None:
    reader.close(connection)
    with pytest.raises(NoFrame) as error:
        connection.send("你好", SPEAKER)
    assert str(error.value) == (
        f"A frame could not be sent on connection {connection.transcript.number} (an echo): closed 1000 by the client."
    )


def test_ids_are_those_that_were_given_or_else_fresh(connection: Connection) -> None:
    given = connection.send("你好", SPEAKER, "msg_1", "msg_2")
    assert (given.message_id, given.msg_id, given.text) == ("msg_1", "msg_2", "你好")
    assert connection.expect("reply", lambda _: True, "it", 15).message_id == "msg_1"
    fresh = [connection.send("你好", SPEAKER) for _ in range(2)]
    assert len({each for sent in fresh for each in (sent.message_id, sent.msg_id)}) == 4
    assert all(sent.message_id.startswith("msg_") and len(sent.message_id) == 36 for sent in fresh)


def test_the_transcript_shows_what_was_sent_what_came_and_how_it_ended(connection: Connection, reader: Reader) -> None:
    connection.send_frame({"type": "好"})
    assert connection.wait(lambda: len(connection.pending) == 1, 15)
    connection.send_raw(b"1234")
    reader.close(connection)
    head, *lines = str(connection.transcript).splitlines()
    assert head == f"connection {connection.transcript.number}: an echo"
    told = [line[10:] for line in lines]
    assert told[:3] == ['> {"type": "好"}', '< {"type": "好"}', "> 4 bytes, binary"]
    assert told[-1] == "* closed 1000 by the client"
    times = [float(line[:9]) for line in lines]
    assert times[0] >= 0
    assert times == sorted(times)
    assert times[-1] < 3600


def test_of_a_long_text_the_transcript_shows_the_beginning() -> None:
    transcript = Transcript("long")
    transcript.add(">", "x" * 5000)
    transcript.add("<", "y" * 5003)
    _, whole, cut = str(transcript).splitlines()
    assert whole.endswith(f" > {'x' * 5000}")
    assert cut.endswith(f" < {'y' * 5000}... 3 more characters")


def test_transcripts_are_numbered_one_after_the_other() -> None:
    one, two = Transcript("one"), Transcript("two")
    assert two.number == one.number + 1


def test_a_frame_is_told_by_its_kind_and_its_beginning() -> None:
    assert str(read_frame(raw_reply("你" * 300), 0)) == f"reply {'你' * 200!r}"
    assert str(read_frame('{"type": "sys_ack", "meta": {"acked_msg_id": "msg_2"}}', 0)) == "ack 'msg_2'"
    assert str(read_frame("no json", 0)) == "other 'no json'"


def test_a_reply_is_for_its_receiver_before_its_sender() -> None:
    frame = json.loads(raw_reply("你好"))
    assert read_frame(json.dumps(frame), 0).message_id == "msg_9"
    frame["payload"]["message_info"]["receiver_info"] = {
        "user_info": {"platform": "test", "user_id": "user-2", "user_nickname": "小红"},
        "group_info": {"platform": "test", "group_id": "group-2", "group_name": "群"},
    }
    read = read_frame(json.dumps(frame), 0)
    assert (read.user_id, read.group_id) == ("user-2", "group-2")
    del frame["payload"]["message_info"]["receiver_info"]["group_info"]
    assert read_frame(json.dumps(frame), 0).group_id == "group-1"
    frame["payload"]["message_info"].pop("sender_info")
    assert (read_frame(json.dumps(frame), 0).user_id, read_frame(json.dumps(frame), 0).group_id) == ("user-2", None)


def test_a_message_says_when_where_and_in_whose_name() -> None:
    message = text_message("key", SPEAKER, "你好", "msg_1")
    frame = standard_frame(message, "msg_2")
    assert frame["meta"] == {"sender_user": "key", "platform": "test", "timestamp": message.message_info.time}
    sender = frame["payload"]["message_info"]["sender_info"]
    assert sender["user_info"] == {"platform": "test", "user_id": "user-1", "user_nickname": "小明"}
    assert sender["group_info"] == {"platform": "test", "group_id": "group-1", "group_name": "群group-1"}


def test_a_query_names_what_is_given_and_leaves_out_what_is_not() -> None:
    assert with_query("ws://x/ws", "a:b", "qq") == "ws://x/ws?api_key=a%3Ab&platform=qq"
    assert with_query("ws://x/ws", None, "qq") == "ws://x/ws?platform=qq"
    assert with_query("ws://x/ws", "a", None) == "ws://x/ws?api_key=a"


def test_a_connection_shows_its_identity_in_headers_that_may_be_replaced_or_left_out(reader: Reader) -> None:
    shown: SimpleQueue[dict[str, str]] = SimpleQueue()

    def note_headers(peer: ServerConnection) -> None:
        if peer.request:
            shown.put({name: value for name, value in peer.request.headers.raw_items() if name.startswith("x-")})

    with server(note_headers) as url:
        reader.open(url, "key", "qq", connection_id="id-1")
        assert shown.get(timeout=5) == {"x-apikey": "key", "x-platform": "qq", "x-uuid": "id-1"}
        reader.open(url, None, None, headers={"x-platform": "wechat"})
        replaced = shown.get(timeout=5)
        reader.open(url, "key", "qq", in_query=True, connection_id="id-2")
        assert shown.get(timeout=5) == {"x-uuid": "id-2"}
    assert set(replaced) == {"x-platform", "x-uuid"}
    assert replaced["x-platform"] == "wechat"
    assert len(replaced["x-uuid"]) == 36


def test_where_nobody_answers_the_url_is_told_without_the_key(reader: Reader) -> None:
    with pytest.raises(InfrastructureError) as error:
        reader.open("ws://127.0.0.1:9/ws", "a-key-of-mine", "test", in_query=True, timeout=2)
    assert str(error.value).startswith("No WebSocket could be opened at ws://127.0.0.1:9/ws?api_key=")
    assert str(error.value).endswith("; expected the replier to be running and reachable there.")
    assert "a-key-of-mine" not in str(error.value)


def test_a_connection_that_ends_fails_its_conversation_with_the_message_that_was_pending(
    reader: Reader, plan: Plan
) -> None:
    def close(peer: ServerConnection) -> None:
        peer.recv()
        peer.close(1011, "internal error")

    with server(close) as url:
        (held,) = hold_conversations(url, [plan], reader)
    assert held.failure == (
        "testuser_1 with Ada on test: the connection was closed 1011 internal error before the reply to '一'."
    )
    assert not held.inconclusive
    assert not held.successful


def test_a_frame_that_nobody_expected_fails_a_conversation(reader: Reader, plan: Plan) -> None:
    def babble(peer: ServerConnection) -> None:
        peer.recv()
        peer.send("no json" * 100)
        with suppress(ConnectionClosed):
            peer.recv()

    with server(babble) as url:
        (held,) = hold_conversations(url, [plan], reader)
    quoted = repr(("no json" * 100)[:200])
    assert held.failure == f"testuser_1 with Ada on test: a frame that nobody expected: other {quoted}."


def test_a_message_without_even_an_acknowledgement_says_so(reader: Reader, plan: Plan) -> None:
    def read_on(peer: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for _ in peer:
                pass

    with server(read_on) as url:
        (held,) = hold_conversations(url, [plan], reader, reply_timeout=0.2)
    assert held.failure == (
        "testuser_1 with Ada on test: no reply to message 1 '一' within 0.2 s (not even acknowledged)."
    )


def test_a_message_that_cannot_be_written_is_not_the_deployments_fault(reader: Reader, plan: Plan) -> None:
    def write(*_: object) -> str:
        raise ValueError("no idea")

    with server(echo) as url:
        (held,) = hold_conversations(url, [replace(plan, writer=write)], reader)
    assert held.failure == "testuser_1 with Ada on test: message 1 could not be written: no idea"
    assert held.inconclusive
    assert held.turns == []


def test_what_is_entrusted_stands_in_the_first_message_only(reader: Reader, plan: Plan) -> None:
    said: list[str] = []

    def note(peer: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for raw in peer:
                said.append(json.loads(raw)["payload"]["message_segment"]["data"])
                peer.send(raw)

    with server(note) as url:
        (held,) = hold_conversations(url, [replace(plan, entrusts="记住暗号")], reader)
    assert said == [f"一。记住暗号 {held.turns[0].marker}", f"二 {held.turns[1].marker}"]
    assert held.failure is None
    assert [turn.topic for turn in held.turns] == ["一", "二"]
    assert held.successful
