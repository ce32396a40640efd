import time

from embedded.tables import ActionRecord, ChatStream, GroupInfo, LlmUsage, Message, PersonInfo
from tests.embedded.replier.client import text_of
from tests.embedded.replier.conftest import Connect
from tests.embedded.replier.database import Database, Owner


def test_a_message_and_its_reply_are_stored_as_they_were_sent(
    connect: Connect, database: Database, owner: Owner
) -> None:
    client = connect(owner.credential)
    frame = client.frame("你好", user="u1", group="g1")
    frame["payload"]["message_info"]["additional_config"] = {"at_bot": True, "note": "\x00"}
    client.send(frame)
    reply = client.receive_until(lambda frame: frame["type"] == "sys_std")[-1]
    asked, answered = database.rows(Message, owner)
    info = frame["payload"]["message_info"]
    common = {
        "tenant_id": owner.tenant_id,
        "agent_id": owner.agent_id,
        "platform": "test",
        "chat_info_platform": "test",
        "chat_info_user_id": "u1",
        "chat_info_group_id": "g1",
        "user_platform": "test",
    }
    assert (
        asked.items()
        >= {
            **common,
            "message_id": info["message_id"],
            "time": info["time"],
            "reply_to": None,
            "user_id": "u1",
            "user_nickname": "昵称u1",
            "processed_plain_text": "你好",
        }.items()
    )
    assert asked["additional_config"] == {"at_bot": True, "note": "\x00"}
    assert (
        answered.items()
        >= {
            **common,
            "message_id": reply["payload"]["message_info"]["message_id"],
            "reply_to": info["message_id"],
            "user_id": owner.agent_id,
            "user_nickname": owner.name,
            "processed_plain_text": text_of(reply),
        }.items()
    )
    assert asked["chat_stream_id"] == answered["chat_stream_id"]


def test_a_conversation_leaves_one_stream_one_person_and_one_group(
    connect: Connect, database: Database, owner: Owner
) -> None:
    client = connect(owner.credential)
    begun = time.time()
    for _ in range(3):
        client.say("你好", user="u1", group="g1")
    (stream,), (person,), (group,) = (database.rows(table, owner) for table in (ChatStream, PersonInfo, GroupInfo))
    (stream_id,) = {row["chat_stream_id"] for row in database.rows(Message, owner)}
    assert stream["chat_stream_id"] == stream["stream_id"] == stream_id
    assert (stream["group_id"], stream["user_id"], stream["agent_id"]) == ("g1", "u1", owner.agent_id)
    assert begun < stream["create_time"] < stream["last_active_time"] < time.time()
    assert (person["user_id"], person["nickname"], person["know_times"]) == ("u1", "昵称u1", 3)
    assert (group["group_id"], group["group_name"], group["agent_id"]) == ("g1", "群g1", owner.agent_id)


def test_each_answer_leaves_its_usage_and_its_action(connect: Connect, database: Database, owner: Owner) -> None:
    client = connect(owner.credential)
    client.say("你好", user="u1")
    client.say("再见", user="u1", group="g1")
    for usage in database.rows(LlmUsage, owner):
        assert usage.items() >= {"agent_id": owner.agent_id, "user_id": "u1", "status": "success"}.items()
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
        assert usage["cost"] > 0
        assert usage["time_cost"] > 0
    actions = database.rows(ActionRecord, owner)
    assert [action["action_reasoning"] for action in actions] == ["private chat", "message in the group"]
    assert all(action["action_name"] == "reply" and action["action_done"] for action in actions)
    assert len({action["action_id"] for action in actions}) == 2


def test_the_same_ids_in_two_tenants_are_two_streams_two_persons_and_two_groups(
    connect: Connect, database: Database, owner: Owner, other: Owner
) -> None:
    for each in (owner, other):
        connect(each.credential).say("你好", user="u1", group="g1")
    for table, name in ((ChatStream, "chat_stream_id"), (PersonInfo, "person_id"), (GroupInfo, "tenant_id")):
        (ours,), (theirs,) = database.rows(table, owner), database.rows(table, other)
        assert ours[name] != theirs[name]
