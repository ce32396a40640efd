import json

from embedded.model.answers import answer

PROMPT = """下面是群里的聊天:
06:58:11, 小王: 我的生日是五月一日 mk-00000001
06:58:12, 阿大: 【阿大】 好的，我的生日是六月 mk-00000001
06:58:13, 小王: {message}......（记不清了）

现在小王说的：{message} mk-00000002。引起了你的注意。
你的名字是阿大，你你是一位严谨的专家，只讲事实。;
现在，你说：
"""


def test_the_message_that_is_to_be_answered_is_answered_as_the_agent() -> None:
    text = answer([("user", PROMPT.format(message="什么是引力"))])
    assert text.startswith("【阿大｜你是一位严谨的专家】")
    assert "“什么是引力”" in text
    assert text.endswith(" mk-00000002")


def test_what_people_said_before_is_recalled_and_not_what_the_agent_said() -> None:
    text = answer([("user", PROMPT.format(message="你还记得我的生日吗"))])
    assert "五月一日" in text
    assert "六月" not in text


def plan(*messages: str, answer_itself: bool = False) -> str:
    listed = "\n".join(f"[m{number}]06:58:1{number}, 某人: {text}" for number, text in enumerate(messages, 1))
    actions = '{"action":"reply","target_message_id":"m77"} {"action":"no_reply"}'
    return answer([("user", f"{listed}\n{actions}")], answer_itself=answer_itself)


def test_a_planner_gets_the_newest_message_of_somebody_else() -> None:
    choice = json.loads(plan("你好", "【阿大】 你好", "见m88吗").removeprefix("```json\n").removesuffix("\n```"))
    assert choice["target_message_id"] == "m3"


def test_a_planner_gets_silence_after_our_own_words() -> None:
    assert "no_reply" in plan("【阿大】 你好")


SEEN = "\n--- 以上消息是你已经看过 ---"


def test_a_planner_gets_what_nobody_has_answered_also_if_it_counts_as_seen() -> None:
    assert '"m1"' in plan(f"你好 mk-00000001{SEEN}", "【阿大】 我在听 mk-00000002")
    assert '"m2"' in plan("你好 mk-00000001", f"在吗 mk-00000002{SEEN}", "【阿大】 你好 mk-00000001")
    assert "no_reply" in plan(f"你好 mk-00000001{SEEN}", "【阿大】 你好 mk-00000001")


def test_a_message_whose_marker_was_cut_off_waits_until_it_is_seen() -> None:
    assert '"m1"' in plan("很长的话 mk-0......", "【阿大】 我在听")
    assert "no_reply" in plan(f"很长的话 mk-0......{SEEN}", "【阿大】 我在听")


def test_half_a_marker_is_none() -> None:
    assert "no_reply" in plan(f"很长的话 mk-0000000123......（记不清了）{SEEN}", "【阿大】 在 mk-00000001234567")


CUT = "【阿大｜你是一位严谨的专家】 关于......（记不清了）"


def test_an_answer_whose_marker_was_cut_off_is_not_given_again() -> None:
    assert "no_reply" in plan("你好 mk-00000001", f"{CUT}{SEEN}", "【阿大】 我在听 mk-00000002")
    assert '"m3"' in plan("你好 mk-00000001", CUT, f"在吗 mk-00000002{SEEN}", "【阿大】 我在听 mk-00000003")
    assert '"m1"' in plan("你好 mk-00000001", CUT)


def test_a_planner_may_be_told_to_answer_our_own_words() -> None:
    assert '"m2"' in plan("你好", "【阿大】 你好", answer_itself=True)
