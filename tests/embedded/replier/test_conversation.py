import socket

import requests

from embedded.tables import Message
from tests.embedded.process import Process
from tests.embedded.replier.client import Client, new_marker, text_of
from tests.embedded.replier.conftest import Connect, StartReplier
from tests.embedded.replier.database import Database, Owner


def test_a_reply_in_private_names_the_user_it_is_for(connect: Connect, owner: Owner) -> None:
    reply = connect(owner.credential).say(f"你好 {(marker := new_marker())}", user="u7")
    info = reply["payload"]["message_info"]
    assert reply["meta"]["sender_user"] == "server"
    assert reply["meta"]["target_user"] == f"{owner.tenant_id}:{owner.agent_id}"
    assert marker in text_of(reply)
    assert info["sender_info"]["user_info"]["user_id"] == owner.agent_id
    assert info["receiver_info"]["user_info"]["user_id"] == "u7"
    assert "group_info" not in info["receiver_info"]
    assert reply["payload"]["message_dim"] == {"api_key": owner.credential, "platform": "test"}


def test_a_reply_in_a_group_names_the_group(connect: Connect, owner: Owner) -> None:
    info = connect(owner.credential).say("大家好", group="g7")["payload"]["message_info"]
    assert info["receiver_info"]["group_info"]["group_id"] == "g7"
    assert info["sender_info"]["group_info"]["group_id"] == "g7"


def test_no_two_replies_have_the_same_message_id(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    ids = [client.say("你好")["payload"]["message_info"]["message_id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(each.startswith("send_api_") for each in ids)


def test_an_agent_answers_in_its_persona(connect: Connect, owner: Owner, other: Owner) -> None:
    assert "小明｜你是一个友好的助手" in text_of(connect(owner.credential).say("你是谁"))
    assert "小红｜你是一位严谨的专家" in text_of(connect(other.credential).say("你是谁"))


def test_a_changed_persona_shows_in_the_next_reply(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    client.say("你是谁")
    database.change_agent(owner, name="老王", persona="你是一只猫，只会喵喵叫。")
    assert "老王｜你是一只猫" in text_of(client.say("你是谁"))


def test_a_fact_is_recalled_in_its_stream_only(connect: Connect, owner: Owner, other: Owner) -> None:
    client, foreign = connect(owner.credential), connect(other.credential)
    client.say("请记住我的暗号是canary-00c0ffee", user="u1", group="g1")
    asked = "你还记得我的暗号吗"
    assert "canary-00c0ffee" in text_of(client.say(asked, user="u1", group="g1"))
    assert "canary" not in text_of(client.say(asked, user="u1", group="g2"))
    assert "canary" not in text_of(client.say(asked, user="u1"))
    assert "canary" not in text_of(client.say(asked, user="g1"))
    assert "canary" not in text_of(foreign.say(asked, user="u1", group="g1"))
    assert "canary" not in text_of(connect(owner.credential, platform="qq").say(asked, user="u1", group="g1"))


def test_a_fact_is_recalled_after_everyone_has_left(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    client.say("请记住我的暗号是canary-00c0ffee")
    client.close()
    assert "canary-00c0ffee" in text_of(connect(owner.credential).say("你还记得我的暗号吗"))


def test_a_fact_is_recalled_after_a_restart(connect: Connect, start_replier: StartReplier, owner: Owner) -> None:
    first = start_replier()
    connect(owner.credential, to=first).say("请记住我的暗号是canary-00c0ffee")
    first.stop()
    reply = connect(owner.credential, to=start_replier()).say("你还记得我的暗号吗")
    assert "canary-00c0ffee" in text_of(reply)


def test_a_burst_in_one_stream_is_answered_in_order(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    markers = [new_marker() for _ in range(30)]
    for marker in markers:
        client.send(client.frame(marker))
    replies = [client.receive_until(lambda frame: frame["type"] == "sys_std")[-1] for _ in markers]
    assert all(marker in text_of(reply) for marker, reply in zip(markers, replies, strict=True))
    users = [row for row in database.rows(Message, owner) if row["user_id"] != owner.agent_id]
    assert [row["processed_plain_text"] for row in users] == markers


def test_a_burst_larger_than_what_may_be_under_way_is_answered(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    for number in range(250):
        client.send(client.frame("你好", user=f"u{number}"))
    replies = [client.receive_until(lambda frame: frame["type"] == "sys_std")[-1] for _ in range(250)]
    users = {reply["payload"]["message_info"]["receiver_info"]["user_info"]["user_id"] for reply in replies}
    assert len(users) == 250


def test_a_reply_goes_to_every_connection_of_identity_and_platform(
    connect: Connect, owner: Owner, other: Owner
) -> None:
    speaker, listener = connect(owner.credential), connect(owner.credential)
    elsewhere, foreign = connect(owner.credential, platform="qq"), connect(other.credential)
    marker = new_marker()
    speaker.say(marker)
    assert marker in text_of(listener.receive())
    assert elsewhere.replies_before_barrier() == foreign.replies_before_barrier() == []


def test_a_client_that_does_not_read_blocks_nobody(
    replier: Process, connect: Connect, owner: Owner, other: Owner
) -> None:
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    connect(owner.credential, sockopt=small)
    client = connect(owner.credential)
    # The model repeats each marker, so a reply has some 600 kB, and twenty of them fill every buffer on the way.
    long = " ".join(new_marker() for _ in range(30_000))
    for _ in range(20):
        client.say(long)
    assert connect(other.credential).say("你好")
    assert "with 1013" in replier.log.read_text(encoding="utf-8")


def test_a_message_whose_sender_has_left_is_stored_with_its_reply(
    connect: Connect, database: Database, owner: Owner
) -> None:
    leaving, staying = connect(owner.credential), connect(owner.credential)
    leaving.send(leaving.frame(marker := new_marker(), user="u1"))
    leaving.close()
    staying.receive_until(lambda frame: frame["type"] == "sys_std")
    asked, answered = database.rows(Message, owner)
    assert asked["processed_plain_text"] == marker
    assert answered["reply_to"] == asked["message_id"]


def test_the_prompt_holds_persona_history_and_message(connect: Connect, model: Process, owner: Owner) -> None:
    client: Client = connect(owner.credential)
    first, second = new_marker(), new_marker()
    client.say(first)
    client.say(second)
    found = requests.get(f"{model.url}/recorded", params={"contains": second}, timeout=5).json()
    assert found["count"] == 1
    messages = found["recorded"][0]["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0]["content"].startswith(owner.persona)
    assert (messages[1]["content"], messages[3]["content"]) == (first, second)
