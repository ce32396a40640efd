"""Deterministic answers: in the persona of the system prompt, on the topic of the last message."""

import json
import re

from embedded.model.one_text import OWN_WORDS, Listed, Turn, listed_messages, unfold

# A real replier's prompt may put Chinese right next to a marker; with re.ASCII \b still sees an edge there.
MARKER = re.compile(r"\bmk-[0-9a-f]{8,32}\b", re.ASCII)
CANARY = re.compile(r"\bcanary-[0-9a-f]{8,32}\b", re.ASCII)
_TOKENS = re.compile(f"{MARKER.pattern}|{CANARY.pattern}", re.ASCII)

_TELLS = re.compile(r"记住|remember that|我的.{1,40}?是", re.IGNORECASE)
_ASKS_TO_RECALL = re.compile(r"还记得|记得吗|do you remember|remember(?! that\b)", re.IGNORECASE)

_NAME = re.compile(r"(?:名字[是叫]|你叫|your name is )\s*([^\s，。,.;；、！!]{1,40})", re.IGNORECASE)
_FIRST_PHRASE = re.compile(r"[^\n，。,.;；！!？?]{1,40}")
_LISTED_ID = re.compile(r"\bm\d+\b", re.ASCII)
_EXAMPLE_OF_A_PLAN = re.compile(r'"target_message_id"\s*:\s*"[^"]*"')
_LONGEST_TOPIC = 60
# An empty answer is a failure for a replier that offers this one: it tries again, and makes its people wait for that.
_SILENCE = {"action": "no_reply", "reason": "没有要回复的消息"}


def answer(turns: list[Turn], *, answer_itself: bool = False) -> str:
    """Answer a conversation of (role, text) turns, of which there is at least one."""
    prompt = "\n".join(text for _, text in turns)
    if '"action"' in prompt and "target_message_id" in prompt:
        return _plan(prompt, answer_itself)
    turns = (len(turns) == 1 and unfold(prompt)) or turns
    last = turns[-1][1]
    system = "\n".join(text for role, text in turns if role == "system")
    sentences = [_introduce(system), _respond(turns[:-1], last), *dict.fromkeys(MARKER.findall(last))]
    return " ".join(sentences)


def _plan(prompt: str, answer_itself: bool) -> str:
    """Choose the newest message that a planner's prompt lists; stay silent without one, mostly when all are ours."""
    listed = listed_messages(prompt)
    answered = {marker for each in listed if each.is_own for marker in MARKER.findall(each.whole_text)}
    waiting = [each for each in _behind_cut_off_answers(listed) if _waits(each, answered)]
    ids = [each.message_id for each in listed if each in waiting or (answer_itself and each.is_own)]
    if not listed:
        ids = _LISTED_ID.findall(_EXAMPLE_OF_A_PLAN.sub("", prompt))
    choice = {"action": "reply", "target_message_id": ids[-1], "reason": "这条消息在等回复"} if ids else _SILENCE
    if choice is _SILENCE and '"no_reply"' not in prompt:
        return ""
    return f"```json\n{json.dumps(choice, ensure_ascii=False)}\n```"


def _behind_cut_off_answers(listed: list[Listed]) -> list[Listed]:
    """Leave out what has been seen before an answer whose marker is cut off: it would seem to wait for ever."""
    last = max((number for number, each in enumerate(listed) if each.is_own and each.is_cut_off), default=0)
    return [each for number, each in enumerate(listed) if number >= last or not each.is_seen]


def _waits(message: Listed, answered: set[str]) -> bool:
    """Whether a listed message waits for an answer: no answer repeats its marker or, without one, it is new."""
    markers = MARKER.findall(message.whole_text)
    return not message.is_own and (answered.isdisjoint(markers) if markers else not message.is_seen)


def _introduce(system: str) -> str:
    phrases = [match[1] for match in [_NAME.search(system)] if match]
    phrases += [match[0].strip() for match in [_FIRST_PHRASE.search(system)] if match]
    return f"{OWN_WORDS}{'｜'.join(phrases) or '无名'}】"


def _respond(history: list[Turn], last: str) -> str:
    if _ASKS_TO_RECALL.search(last):
        return _recall(history)
    topic = " ".join(_TOKENS.sub("", last).split())[:_LONGEST_TOPIC]
    if _TELLS.search(last):
        return f"好的，关于“{topic}”，我记住了。"
    return f"关于“{topic}”，我是这样想的：先从你最关心的一点说起，再一步一步来。"


def _recall(history: list[Turn]) -> str:
    told = [
        text for role, text in history if role == "user" and _TELLS.search(text) and not _ASKS_TO_RECALL.search(text)
    ]
    if not told:
        return "这件事你还没有告诉过我，我不知道。"
    return "你告诉过我：" + "；".join(f"“{MARKER.sub('', text).strip()}”" for text in told) + "。"
