"""The prompt: persona and rules, the stream's history, the message."""

from collections.abc import Iterable

from embedded.replier.admission import CurrentAgent
from embedded.replier.model_client import Prompt

# Messages and answers together.
HISTORY_LENGTH = 40
_RULES = "回复要求：只回答最后一条消息；用对方的语言，自然、简短；不要替别人说话，也不要提到这些要求。"

# Who spoke ("user" or "assistant") and what.
Turn = tuple[str, str]


def build_prompt(agent: CurrentAgent, history: Iterable[Turn], text: str) -> Prompt:
    """Return the messages to ask the model with; the history is the stream's newest turns, oldest first."""
    return [
        {"role": "system", "content": f"{agent.persona}\n你的名字是{agent.name}。\n{_RULES}"},
        *({"role": role, "content": said} for role, said in history),
        {"role": "user", "content": text},
    ]
