import json
import time
from typing import Any

import pytest

from embedded.tables import Message
from tests.embedded.replier.client import Client, new_marker, text_of
from tests.embedded.replier.conftest import Connect
from tests.embedded.replier.database import Database, Owner


def stored_texts(database: Database, owner: Owner) -> list[str]:
    """What users said to the owner's agent, without barriers."""
    return [
        row["processed_plain_text"]
        for row in database.rows(Message, owner)
        if row["user_id"] not in {owner.agent_id, "barrier"}
    ]


def test_a_message_is_acknowledged_before_its_reply(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    sent = client.send(client.frame("你好"))
    acknowledgement, reply = client.receive(), client.receive()
    assert acknowledgement["type"] == "sys_ack"
    assert acknowledgement["meta"]["acked_msg_id"] == sent["msg_id"]
    assert reply["type"] == "sys_std"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "{}",
        "[]",
        "null",
        '"text"',
        "NaN",
        "[" * 100_000,
        '{"msg_id": 1, "type": "sys_std"}',
        b"\x00\x01",
    ],
    ids=["empty", "text", "object", "list", "null", "string", "nan", "deep", "number-as-id", "binary"],
)
def test_what_is_no_frame_is_ignored(connect: Connect, database: Database, owner: Owner, content: str | bytes) -> None:
    client = connect(owner.credential)
    client.send_raw(content)
    assert client.replies_before_barrier() == []
    assert stored_texts(database, owner) == []


DIM = "payload.message_dim"
INFO = "payload.message_info"
SEGMENT = "payload.message_segment"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("type", "sys_unknown"),
        ("payload", None),
        ("payload", []),
        (DIM, None),
        (f"{DIM}.api_key", "mb_other:agent_other"),
        (f"{DIM}.platform", "qq"),
        (f"{INFO}.platform", "qq"),
        (f"{INFO}.sender_info", None),
        (f"{INFO}.sender_info", {}),
        (f"{INFO}.sender_info.user_info.user_id", ""),
        (f"{INFO}.sender_info.user_info.user_id", {}),
        (f"{INFO}.sender_info.user_info.user_id", "u" * 256),
        (f"{INFO}.time", "now"),
        (f"{INFO}.time", 10**400),
        (f"{INFO}.additional_config", [1]),
        (SEGMENT, []),
        (SEGMENT, {"type": "text", "data": 5}),
        (SEGMENT, {"type": "seglist", "data": "text"}),
    ],
)
def test_a_frame_that_must_not_be_followed_is_acknowledged_and_dropped(
    connect: Connect, database: Database, owner: Owner, path: str, value: Any
) -> None:
    client = connect(owner.credential)
    frame = client.frame("不该留下")
    *parents, name = path.split(".")
    part = frame
    for parent in parents:
        part = part[parent]
    part[name] = value
    client.send(frame)
    assert client.receive()["meta"]["acked_msg_id"] == frame["msg_id"]
    assert client.replies_before_barrier() == []
    assert stored_texts(database, owner) == []


def test_a_frame_in_another_tenants_name_reaches_nobody(
    connect: Connect, database: Database, owner: Owner, other: Owner
) -> None:
    attacker, victim = connect(owner.credential), connect(other.credential)
    frame = attacker.frame("我是别人")
    frame["payload"]["message_dim"]["api_key"] = other.credential
    attacker.send(frame)
    assert attacker.replies_before_barrier() == []
    assert victim.replies_before_barrier() == []
    assert stored_texts(database, owner) == stored_texts(database, other) == []


def test_an_agent_ignores_its_own_messages(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    client.send(client.frame("自言自语", user=owner.agent_id))
    assert client.replies_before_barrier() == []


def test_a_frame_that_is_too_large_closes_the_connection(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    client.send(client.frame("大" * 400_000))
    assert client.close_code() == 1009


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\ud800b", "😀👨‍👩‍👧 مرحبا", "长" * 100_000], ids=["nul", "surrogate", "emoji", "long"]
)
def test_every_text_is_stored_and_answered(connect: Connect, database: Database, owner: Owner, text: str) -> None:
    client = connect(owner.credential)
    assert client.say(text)
    assert stored_texts(database, owner) == [text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")]


def test_ids_with_characters_that_a_database_refuses_harm_nobody(connect: Connect, owner: Owner) -> None:
    client = connect(owner.credential)
    assert client.say("你好", user="u\x00", group="g\ud800")


@pytest.mark.parametrize("text", ["", " \n"], ids=["empty", "blank"])
def test_a_message_without_text_is_stored_and_not_answered(
    connect: Connect, database: Database, owner: Owner, text: str
) -> None:
    client = connect(owner.credential)
    client.send(client.frame(text))
    assert client.replies_before_barrier() == []
    assert stored_texts(database, owner) == [text]


@pytest.mark.parametrize("seconds", [-600, 600], ids=["old", "future"])
def test_a_message_from_another_time_is_stored_and_not_answered(
    connect: Connect, database: Database, owner: Owner, seconds: int
) -> None:
    client = connect(owner.credential)
    frame = client.frame("过时的消息")
    frame["payload"]["message_info"]["time"] = time.time() + seconds
    client.send(frame)
    assert client.replies_before_barrier() == []
    assert stored_texts(database, owner) == ["过时的消息"]


def test_a_repeated_frame_is_acknowledged_and_followed_once(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    frame = client.send(client.frame("只说一次"))
    client.receive_until(lambda frame: frame["type"] == "sys_std")
    connect(owner.credential, platform="test").send(frame)
    client.send(frame)
    assert client.receive()["meta"]["acked_msg_id"] == frame["msg_id"]
    assert client.replies_before_barrier() == []
    assert stored_texts(database, owner) == ["只说一次"]


def test_tenants_may_use_the_same_message_ids(connect: Connect, owner: Owner, other: Owner) -> None:
    for client in (connect(owner.credential), connect(other.credential)):
        frame = client.frame(marker := new_marker())
        frame["msg_id"] = f"msg_shared_{owner.agent_id}"
        client.send(frame)
        frames = client.receive_until(lambda frame: frame["type"] == "sys_std")
        assert marker in text_of(frames[-1])


def test_segments_become_text(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    frame = client.frame("")
    picture = {"type": "seglist", "data": [{"type": "image", "data": "aGk="}, {"type": "text", "data": "好看吗"}]}
    parts = [{"type": "reply", "data": "m-1"}, {"type": "mention_bot", "data": "1.0"}, {"type": "text", "data": "看"}]
    frame["payload"]["message_segment"] = {"type": "seglist", "data": [*parts, picture]}
    client.send(frame)
    client.receive_until(lambda frame: frame["type"] == "sys_std")
    row = database.rows(Message, owner)[0]
    assert (row["processed_plain_text"], row["reply_to"]) == ("看[image]好看吗", "m-1")


def test_what_a_client_acknowledges_is_not_acknowledged(connect: Connect, owner: Owner) -> None:
    client: Client = connect(owner.credential)
    client.send_raw(json.dumps({"ver": 1, "msg_id": "a", "type": "sys_ack", "meta": {"acked_msg_id": "b"}}))
    sent = client.send(client.frame("你好"))
    assert client.receive()["meta"]["acked_msg_id"] == sent["msg_id"]
