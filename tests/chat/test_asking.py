"""The smallest conversation, who holds one, and how a reader ends."""

import json
import threading

import pytest
from websockets.sync.server import ServerConnection

from support.chat import Connection, Reader, ask, plan_conversations
from support.chat.envelope import Speaker, standard_frame, user_message
from support.chat.plan import new_speaker
from support.chat.segments import text
from support.configurator import Agent, Tenant
from support.deployments import Deployment
from tests.chat.server import server


@pytest.fixture
def connection(deployment: Deployment, reader: Reader, tenant: Tenant) -> Connection:
    credential = f"{tenant.api_key}:{tenant.agents[0].agent_id}"
    return reader.open(deployment.replier_url, credential, "test", title="asking")


def test_what_was_asked_is_answered_with_its_acknowledgement_and_its_reply(connection: Connection) -> None:
    speaker = new_speaker("test")
    asked = ask(connection, speaker, "再见", message_id="msg_1", msg_id="msg_2")
    answered = asked.await_answer(15)
    assert (asked.sent.message_id, asked.sent.msg_id) == ("msg_1", "msg_2")
    assert asked.sent.text == f"再见 {asked.marker}"
    assert (answered.connection, answered.speaker, answered.sent) == (connection, speaker, asked.sent)
    assert answered.acknowledgement.acked == "msg_2"
    assert asked.marker in answered.reply.text
    assert connection.unexpected() == []


def test_without_a_text_it_is_a_greeting_with_fresh_ids(connection: Connection) -> None:
    one, two = ask(connection, new_speaker("test")), ask(connection, new_speaker("test"))
    assert one.sent.text == f"你好 {one.marker}"
    assert len({one.marker, two.marker, one.sent.msg_id, two.sent.msg_id}) == 4
    assert len({one.sent.message_id, two.sent.message_id}) == 2
    for each in (one, two):
        each.await_answer(15)


def test_a_message_in_a_group_may_leave_open_whom_it_addresses() -> None:
    speaker = Speaker("qq", "user-1", "小明", "group-1")
    for at_bot, config in ((True, {"at_bot": True}), (False, None)):
        message = user_message("key", speaker, text("你好"), "msg_1", at_bot=at_bot)
        info = standard_frame(message, "msg_2")["payload"]["message_info"]
        assert info.get("additional_config") == config


def test_a_plan_is_for_each_agent_on_the_platform_with_its_credential(tenants: list[Tenant]) -> None:
    def spell(tenant: Tenant, agent: Agent) -> str:
        return f"{tenant.username} {agent.agent_id}"

    plans = plan_conversations(tenants, spell, (2, 4), "qq")
    assert [len(plan.topics) for plan in plans] == [2, 3, 4, 2]
    assert [plan.credential for plan in plans] == [spell(plan.tenant, plan.agent) for plan in plans]
    assert {plan.speaker.platform for plan in plans} == {"qq"}
    assert {plan.writer for plan in plans} == {None}
    assert {plan.speaker.platform for plan in plan_conversations(tenants, spell, (1, 1))} == {"test"}


def test_a_new_speaker_is_somebody_in_a_group_of_their_own() -> None:
    one, two = new_speaker("qq"), new_speaker("qq")
    name = one.user_id.removeprefix("user-")
    assert one == Speaker("qq", f"user-{name}", f"访客{name[:4]}", f"group-{name}")
    assert len(name) == 12
    assert one.user_id != two.user_id


def test_leaving_the_reader_closes_every_connection_and_ends_its_thread() -> None:
    codes: list[int | None] = []
    both_have_ended = threading.Barrier(3)

    def note_the_end(peer: ServerConnection) -> None:
        for _ in peer:
            pass
        codes.append(peer.protocol.close_rcvd.code if peer.protocol.close_rcvd else None)
        both_have_ended.wait(15)

    with server(note_the_end) as url:
        with Reader() as reader:
            connections = [reader.open(url, "key", "test") for _ in range(2)]
            threads = [thread for thread in threading.enumerate() if thread.name == "reader" and thread.is_alive()]
        both_have_ended.wait(15)
    assert codes == [1000, 1000]
    assert [str(connection.closed) for connection in connections] == ["closed 1000 by the client"] * 2
    assert [(thread.daemon, thread.is_alive()) for thread in threads] == [(True, False)]


def test_pings_are_counted(reader: Reader) -> None:
    def ping(peer: ServerConnection) -> None:
        for _ in range(2):
            peer.ping().wait(15)
        peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": "done"}}))
        for _ in peer:
            pass

    with server(ping) as url:
        connection = reader.open(url, "key", "test")
        connection.expect("ack", lambda frame: frame.acked == "done", "the end", 15)
        assert connection.pings == 2
        assert [line[10:] for line in str(connection.transcript).splitlines()[1:3]] == ["< PING", "< PING"]
        reader.close(connection)
