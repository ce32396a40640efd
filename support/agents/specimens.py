"""What an agent may be given, and how an agent may be named, by the words that the features call it."""

from collections.abc import Callable, Mapping
from typing import Any

from support.configurator import Agent
from support.configurator.operations import AGENT_OF_NOBODY

Fields = Mapping[str, Any]


def _layers(count: int) -> dict[str, Any]:
    return {"layer": _layers(count - 1)} if count else {"list": [1, 2.5, -3, True, False, None, "深", [], {}]}


_ALL_TEXTS: Fields = {
    "name": "小麦",
    "description": "第一行\n第二行",
    "tags": "友好,daily",
    "persona": "你是小麦，说话像下棋一样慢。",
}
_EVERYTHING: Fields = {
    **_ALL_TEXTS,
    "bot_overrides": {"nickname": "麦", "alias": ["小麦", "麦子"]},
    "config_overrides": {"chat": {"talk_frequency": 0.5, "at_bot_inevitable_reply": True}},
}

# The fields that something adds to a new agent, or changes of one that exists.
FIELDS: Mapping[str, Fields] = {
    "nothing else": {},
    "all texts at once": _ALL_TEXTS,
    "everything at once": _EVERYTHING,
    # Names.
    "another name": {"name": "小米"},
    "a name in Chinese": {"name": "麦麦"},
    "a name with emoji": {"name": "麦麦🌾👩‍🌾"},
    "a name with quotes and markup": {"name": '<b>O\'Brien</b> "&amp;" \\n %s'},
    "a name that reads from the right": {"name": "مساعد"},
    "a name of 1 character": {"name": "x"},
    "a name of 100 characters": {"name": "麦" * 100},
    "a name of 100 emoji": {"name": "🌾" * 100},
    "a name of 101 characters": {"name": "x" * 101},
    "an empty name": {"name": ""},
    "a name of spaces": {"name": "   "},
    "a name with a null character": {"name": "x\0y"},
    "a name with half of an emoji": {"name": "x\ud83c"},
    "a number as name": {"name": 5},
    "null as name": {"name": None},
    # Other texts.
    "another description": {"description": "另一段说明"},
    "a description of several lines": {"description": "第一行\n\t第二行\r\n\n“最后”一行 "},
    "an empty description": {"description": ""},
    "a description with a null character": {"description": "x\0"},
    "an object as description": {"description": {"text": "x"}},
    "another persona": {"persona": "你是小米，惜字如金。"},
    "a persona of its own": {"persona": "你是一位老木匠，说话带着刨花的香味。"},
    "a persona of its own over a template": {"persona": "你是一位老木匠。", "template_id": "caring_friend"},
    "a persona with emoji": {"persona": "你是🤖，只用表情👩‍🌾🌾回答。"},
    "a persona of 20000 characters": {"persona": "你记得很多事。" * 2857 + "完"},
    "a persona that is a database statement": {"persona": "'; DROP TABLE agents; --"},
    "a persona of 1 character": {"persona": "猫"},
    "an empty persona": {"persona": ""},
    "a persona of spaces": {"persona": "  \n "},
    "a list as persona": {"persona": ["你是小麦。"]},
    # Tags.
    "other tags": {"tags": "沉默,安静"},
    "tags as a list": {"tags": ["daily", "warm"]},
    "tags as a text": {"tags": "daily,warm"},
    "tags in Chinese": {"tags": ["友好", "日常"]},
    "one tag with spaces": {"tags": ["small talk"]},
    "an empty list of tags": {"tags": []},
    "no tags": {"tags": ""},
    "a number as tags": {"tags": 5},
    "a list with a number as tags": {"tags": ["daily", 5]},
    "a list with an empty tag": {"tags": ["daily", ""]},
    # Overrides.
    "overrides of the bot": {"bot_overrides": {"nickname": "麦", "alias": ["🌾"]}},
    "other overrides of the bot": {"bot_overrides": {"nickname": "米"}},
    "overrides of the bot in many layers": {"bot_overrides": _layers(12)},
    "overrides of the bot that are empty": {"bot_overrides": {}},
    "overrides of the configuration": {"config_overrides": {"chat": {"talk_frequency": 0.1, "mentions": None}}},
    "other overrides of the configuration": {"config_overrides": {"tool": {"enable_tool": False}}},
    "a text as overrides": {"bot_overrides": "nickname"},
    "a list as overrides": {"config_overrides": [{"nickname": "麦"}]},
    "a number as overrides": {"bot_overrides": 1},
    "overrides that hold a null character": {"config_overrides": {"nickname": ["麦\0"]}},
    "overrides with a null character in a key": {"bot_overrides": {"nick\0name": "麦"}},
    # Templates, at creation only.
    "the template caring_friend": {"template_id": "caring_friend"},
    "a template that does not exist": {"template_id": "careless_friend"},
    "a template in the other case": {"template_id": "CARING_FRIEND"},
    "a pattern as template": {"template_id": "caring%"},
    "a number as template": {"template_id": 4},
}

# What may stand for an agent's id.
IDS: Mapping[str, Callable[[Agent], str]] = {
    "its id": lambda agent: agent.agent_id,
    "its id in the other case": lambda agent: agent.agent_id.upper(),
    "its id without the last character": lambda agent: agent.agent_id[:-1],
    "its id with one character more": lambda agent: f"{agent.agent_id}0",
    "its id with a space behind": lambda agent: f"{agent.agent_id} ",
    "a pattern for its last character": lambda agent: f"{agent.agent_id[:-1]}_",
    "a pattern for its last characters": lambda agent: f"{agent.agent_id[:-4]}%",
    "its name": lambda agent: agent.name,
    "an id that no agent has": lambda _: AGENT_OF_NOBODY,
}
