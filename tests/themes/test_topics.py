from collections import Counter
from pathlib import Path

import pytest

from support.errors import UsageError
from support.themes import DEFAULT_THEME, TOPICS_FILE, load_themes, topics_for

FIRST_TWO = {
    "friendly_assistant": ["你好，请介绍一下自己", "你喜欢做什么"],
    "professional_expert": ["请解释一下人工智能", "机器学习的原理是什么"],
    "creative_companion": ["我们一起创作个故事吧", "给我一些创意灵感"],
    "caring_friend": ["最近心情怎么样", "有什么烦恼吗"],
    "efficient_helper": ["如何提高工作效率", "有什么好的时间管理方法"],
}


@pytest.mark.parametrize("template", FIRST_TWO)
def test_each_template_begins_with_its_two_best_known_topics(template: str) -> None:
    assert topics_for(template, 2) == FIRST_TWO[template]


def test_there_is_a_theme_for_each_template_and_a_default_one_of_at_least_fourteen_topics() -> None:
    sizes = {theme: len(topics) for theme, topics in load_themes(TOPICS_FILE).items()}
    assert sizes.keys() == {*FIRST_TWO, DEFAULT_THEME}
    assert min(sizes.values()) >= 14, sizes


def test_no_topic_belongs_to_two_themes() -> None:
    uses = Counter(topic for topics in load_themes(TOPICS_FILE).values() for topic in topics)
    assert [topic for topic, count in uses.items() if count > 1] == []


def test_every_topic_is_chinese_without_space_around_it() -> None:
    topics = [topic for topics in load_themes(TOPICS_FILE).values() for topic in topics]
    assert [t for t in topics if t != t.strip() or not any("\u4e00" <= c <= "\u9fff" for c in t)] == []


def test_topics_are_distinct_until_the_theme_is_used_up_and_then_start_over() -> None:
    size = len(load_themes(TOPICS_FILE)["caring_friend"])
    topics = topics_for("caring_friend", size + 3)
    assert len(set(topics[:size])) == size
    assert topics[size:] == topics[:3]


@pytest.mark.parametrize("offset", [1, 15, 16, 100])
def test_an_offset_continues_where_an_earlier_call_ended(offset: int) -> None:
    assert topics_for("efficient_helper", 5, offset) == topics_for("efficient_helper", offset + 5)[offset:]


@pytest.mark.parametrize("template", [None, "", "no_such_template"])
def test_an_agent_without_a_known_template_gets_the_default_theme(template: str | None) -> None:
    assert topics_for(template, 16) == list(load_themes(TOPICS_FILE)[DEFAULT_THEME])


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("caring_friend = ['你好']", "default"),
        ("default = ['你好']\ncaring_friend = '你好'", "caring_friend"),
        ("default = ['你好']\ncaring_friend = []", "caring_friend"),
        ("default = ['你好']\n[caring_friend]\ntopics = ['你好']", "caring_friend"),
        ("default = ['你好', '  ']", "default"),
        ("default = ['你好', 7]", "default"),
        ("default = ['你好', '再见', '你好']", "default"),
    ],
)
def test_a_malformed_file_is_refused_with_the_name_of_the_key(tmp_path: Path, content: str, key: str) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"topics\.toml .*'{key}'"):
        load_themes(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_themes(tmp_path / "topics.toml")
