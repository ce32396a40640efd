"""The frames as the contract writes them."""

import json

from support.chat.envelope import Speaker, read_frame, standard_frame, text_message

SPEAKER = Speaker("qq", "user-1", "小明", "group-1")


def test_a_message_is_written_as_the_contract_says() -> None:
    message = text_message("key:agent", SPEAKER, "你好 😀", "msg_1")
    frame = standard_frame(message, "msg_2")
    assert (frame["ver"], frame["msg_id"], frame["type"]) == (1, "msg_2", "sys_std")
    assert frame["meta"]["sender_user"] == "key:agent"
    info = frame["payload"]["message_info"]
    assert (info["platform"], info["message_id"]) == ("qq", "msg_1")
    assert info["sender_info"]["user_info"]["user_id"] == "user-1"
    assert info["sender_info"]["group_info"]["group_id"] == "group-1"
    assert info["additional_config"] == {"at_bot": True}
    assert frame["payload"]["message_segment"] == {"type": "text", "data": "你好 😀"}
    assert frame["payload"]["message_dim"] == {"api_key": "key:agent", "platform": "qq"}


def test_a_private_message_names_no_group() -> None:
    info = text_message("key", Speaker("qq", "user-1", "小明"), "你好", "msg_1").to_dict()["message_info"]
    assert "group_info" not in info["sender_info"]
    assert "additional_config" not in info


def test_an_acknowledgement_names_the_frame_that_it_acknowledges() -> None:
    frame = read_frame('{"type": "sys_ack", "meta": {"acked_msg_id": "msg_2"}}', 1.5)
    assert (frame.kind, frame.acked, frame.received_at) == ("ack", "msg_2", 1.5)


def test_a_quoted_reply_is_read_without_what_it_quotes() -> None:
    message = text_message("key", SPEAKER, "", "msg_1").to_dict()
    message["message_segment"] = {
        "type": "seglist",
        "data": [{"type": "reply", "data": "msg_0"}, {"type": "text", "data": "好的 mk-0123456789abcdef"}],
    }
    frame = read_frame(json.dumps({"type": "sys_std", "payload": message}), 0)
    assert (frame.kind, frame.text) == ("reply", "好的 mk-0123456789abcdef")
    assert (frame.user_id, frame.group_id) == ("user-1", "group-1")
    assert frame.markers == {"mk-0123456789abcdef"}


def test_whatever_cannot_be_read_is_a_frame_that_nobody_expects() -> None:
    for raw in ("no json", "{}", "[]", '{"type": "sys_std"}', '{"type": "sys_ack"}', '{"type": "custom_x"}'):
        assert read_frame(raw, 0).kind == "other", raw
