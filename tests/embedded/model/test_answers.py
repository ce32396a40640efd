import json

import pytest

from embedded.model.answers import answer

PERSONA = ("system", "你是一位严谨的专家，只讲事实。\n你的名字是小红。")


def test_an_answer_is_in_the_persona_and_on_the_topic() -> None:
    text = answer([PERSONA, ("user", "机器学习的原理是什么")])
    assert "小红｜你是一位严谨的专家" in text
    assert "机器学习的原理是什么" in text


def test_the_same_conversation_always_gets_the_same_answer() -> None:
    assert answer([PERSONA, ("user", "你好")]) == answer([PERSONA, ("user", "你好")])


def test_every_marker_of_the_last_message_is_repeated_and_none_of_earlier_ones() -> None:
    turns = [("user", "mk-00000001"), ("assistant", "mk-00000001"), ("user", "看mk-00000002和mk-00000003。")]
    text = answer(turns)
    assert "mk-00000002" in text
    assert "mk-00000003" in text
    assert "mk-00000001" not in text


def test_a_canary_is_repeated_only_when_the_model_is_asked_to_recall() -> None:
    told = ("user", "请记住我的暗号是canary-00c0ffee")
    assert "canary" not in answer([told])
    assert "canary" not in answer([told, ("user", "今天天气怎么样")])
    assert "canary-00c0ffee" in answer([told, ("user", "你还记得我的暗号吗")])


@pytest.mark.parametrize("asked", ["你还记得我的生日吗", "记得吗？", "Do you remember that?", "What do you remember?"])
def test_nothing_is_recalled_that_was_not_told(asked: str) -> None:
    assert "我不知道" in answer([("user", "今天天气怎么样"), ("user", asked)])


def test_what_an_assistant_said_is_no_fact() -> None:
    assert "蓝色" not in answer([("assistant", "我的颜色是蓝色"), ("user", "你还记得我的颜色吗")])


def test_a_planner_gets_a_fenced_choice_of_the_last_listed_message() -> None:
    prompt = 'm1 甲：你好\nm12 乙：在吗\n回答 {"action": "reply", "target_message_id": "m99", "reason": "..."}'
    text = answer([("user", prompt)])
    assert text.startswith("```json\n")
    assert text.endswith("\n```")
    choice = json.loads(text.removeprefix("```json\n").removesuffix("\n```"))
    assert (choice["action"], choice["target_message_id"]) == ("reply", "m12")


def test_a_planner_that_lists_no_message_gets_silence() -> None:
    assert answer([("user", 'JSON: {"action": "reply", "target_message_id": "m1"}')]) == ""
