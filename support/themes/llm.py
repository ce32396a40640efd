"""A model plays the user: it writes what is said to an agent, message by message."""

from collections.abc import Iterator, Sequence

import openai
from openai.types.chat import ChatCompletionMessageParam

from support.errors import InfrastructureError
from support.masking import mask

TIMEOUT_SECONDS = 30.0
_INSTRUCTIONS = """你在扮演一位真实的用户，正在聊天软件里给一个聊天机器人发消息。
机器人的人设：{persona}
你想聊的话题，例如：{theme}
每次只写用户要发的下一条消息：自然、口语化，一两句话，承接对方刚才的回复；不加引号，不解释，不替机器人说话。"""
_BEGIN = "请写出第一条消息。"


class TopicWriter:
    """Asks an OpenAI-compatible service; safe to share between threads. Each try is bounded by `timeout` seconds."""

    def __init__(self, base_url: str, api_key: str, model: str, timeout: float = TIMEOUT_SECONDS) -> None:
        # The client's own retries would hide that a service is not reliable.
        self._client = openai.OpenAI(base_url=base_url, api_key=api_key, timeout=timeout, max_retries=0)
        self._model = model

    def __call__(self, persona: str, theme: Sequence[str], said: Sequence[tuple[str, str]]) -> str:
        """Return the user's next message; raises InfrastructureError when the model fails or writes nothing."""
        try:
            text = self._ask(list(_prompt(persona, theme, said)))
        except (openai.OpenAIError, ValueError, AttributeError, LookupError, TypeError) as error:
            # A service that is no OpenAI-compatible one answers with anything.
            raise self._failure(f"failed ({type(error).__name__}: {mask(str(error))[:300]})") from error
        if not text:
            raise self._failure("answered without a text")
        return text

    def _ask(self, messages: list[ChatCompletionMessageParam]) -> str:
        completion = self._client.chat.completions.create(model=self._model, messages=messages)
        return (completion.choices[0].message.content or "").strip()

    def _failure(self, what: str) -> InfrastructureError:
        return InfrastructureError(
            f"The model {self._model!r} that plays the user {what}; expected the user's next message from "
            f"{mask(str(self._client.base_url))}: check MAIM_LLM_BASE_URL, MAIM_LLM_API_KEY and MAIM_LLM_MODEL."
        )


def _prompt(
    persona: str, theme: Sequence[str], said: Sequence[tuple[str, str]]
) -> Iterator[ChatCompletionMessageParam]:
    """Yield the conversation as the user sees it: what the user said is the model's own, the agent is the other."""
    yield {"role": "system", "content": _INSTRUCTIONS.format(persona=persona, theme="；".join(theme))}
    if not said:
        yield {"role": "user", "content": _BEGIN}
    for message, answer in said:
        yield {"role": "assistant", "content": message}
        yield {"role": "user", "content": answer}
