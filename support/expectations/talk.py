"""What must hold when people talk to agents."""

import re
from collections.abc import Sequence

from support.chat import Connection, Conversation
from support.chat.said import Said
from support.expectations import expect
from support.scene import Scene
from support.troubles import LONG_ANSWER
from support.world import World


def answers(world: World, said: Said) -> None:
    """The message gets its reply, where it was said; our model repeats its marker."""
    reply = said.await_reply(world.reply_timeout)
    expect(
        said.marker in reply.markers or not world.deployment.model_url,
        f"{said.agent} answered {said.person} {reply.text[:200]!r}; expected the marker {said.marker} in it, for the "
        "model endpoint repeats those of the message it is asked about.",
    )


def answered_in_order(world: World, burst: Sequence[Said]) -> None:
    """The last message is answered, and no reply belongs to an earlier message than the reply before it.

    A replier may answer several messages at once.
    """
    order = {said.marker: number for number, said in enumerate(burst, 1)}
    last, newest = burst[-1], 0
    while newest < len(burst):
        reply = last.connection.expect(
            "reply", last.is_in_place, f"the reply to message {len(burst)} of {last.person}", world.reply_timeout
        )
        foreign = reply.markers - order.keys()
        expect(not foreign, f"A reply to {last.person} carries {sorted(foreign)}, markers of no message of the burst.")
        numbers = sorted(order[marker] for marker in reply.markers)
        # A model that is not ours may repeat no marker: then a reply is taken for one to the last message.
        numbers = numbers or [newest + 1 if world.deployment.model_url else len(burst)]
        expect(
            numbers[0] > newest,
            f"After the reply to message {newest} came one to message {numbers[0]}: {reply.text[:200]!r}; expected "
            "the replies in the order of the messages.",
        )
        newest = numbers[-1]


def copied(said: Said, connections: Sequence[Connection], timeout: float) -> None:
    """The reply to the message arrives at each of these connections, the same everywhere."""
    replies = [said.await_copy(connection, timeout) for connection in connections]
    texts = {reply.text for reply in replies}
    expect(len(texts) == 1, f"The connections of {said.agent} received different replies: {sorted(texts)}.")


def nothing_else(scene: Scene) -> None:
    """No frame has come that no step has consumed."""
    unexpected = scene.unexpected()
    expect(not unexpected, f"{len(unexpected)} frames came that nobody expected; expected none: {unexpected[:5]}.")


def read_exactly(world: World, said: Said) -> None:
    """The model was asked with the text of the message, to the letter."""
    prompts = world.prompts(said.marker)
    shown = said.sent.text if len(said.sent.text) < 200 else f"{said.sent.text[:100]}...{said.sent.text[-100:]}"
    expect(bool(prompts), f"The model was not asked about {shown!r} of {said.person}; expected it to be.")
    expect(
        any(said.sent.text in prompt for prompt in prompts),
        f"{said.person} wrote {shown!r} ({len(said.sent.text)} characters) and the model was asked with "
        f"{prompts[0][-300:]!r}; expected the text to the letter.",
    )


def answered_as_the_model(world: World, said: Said) -> None:
    """The reply to the message is what the model answered, to the letter."""
    reply = said.await_reply(world.reply_timeout)
    answers = [question.answer for question in world.questions(said.marker)]
    expect(
        reply.text in answers,
        f"{said.agent} answered {said.person} {reply.text[:300]!r}; expected what the model had answered, to the "
        f"letter: {answers[-1:]}.",
    )


def answered_at_length(world: World, said: Said) -> None:
    """The reply to the message is the whole of the long answer that the model gave."""
    reply = said.await_reply(world.reply_timeout)
    expect(
        reply.text == LONG_ANSWER,
        f"{said.agent} answered {said.person} with {len(reply.text)} characters that end in {reply.text[-30:]!r}; "
        f"expected the {len(LONG_ANSWER)} characters that the model had answered, to the letter.",
    )


def read_parts(world: World, said: Said, parts: tuple[str, str]) -> None:
    """The model was asked with both parts of the message, in their order."""
    one, two = parts
    prompts = world.prompts(said.marker)
    expect(
        any(-1 < prompt.find(one) < prompt.find(f"{two} {said.marker}") for prompt in prompts),
        f"The model was asked with {[prompt[-200:] for prompt in prompts]}; expected {one!r} and then {two!r}.",
    )


def ids_of_their_own(messages: Sequence[Said]) -> None:
    """Each reply has an id that no other has."""
    ids = [said.reply.message_id for said in messages if said.reply]
    expect(all(ids), f"The replies have the ids {ids}; expected none to be empty.")
    expect(len(set(ids)) == len(ids), f"The replies have the ids {ids}; expected no two to be the same.")


def in_persona(world: World, conversation: Conversation) -> None:
    """The model was asked about each topic as the agent and as nobody else; our model answers so, too."""
    agent = conversation.plan.agent
    others = [each.persona for each in world.configurator.list_templates() if each.persona != agent.persona]
    for turn in conversation.turns:
        prompts = world.prompts(turn.marker)
        expect(
            any(agent.persona in prompt and turn.topic in prompt for prompt in prompts),
            f"None of the {len(prompts)} prompts about {turn.topic!r} holds the persona of {agent.name}, "
            f"{agent.persona[:60]!r}, and the topic; expected one. The first is {prompts[:1]}.",
        )
        expect(
            not any(persona in prompt for prompt in prompts for persona in others),
            f"{agent.name} was asked about {turn.topic!r} in the persona of another template; expected its own only.",
        )
        reply = turn.reply.text if turn.reply else ""
        opening = re.split("[，。]", agent.persona)[0]
        expect(
            opening in reply and turn.topic in reply,
            f"{agent.name} answered {turn.topic!r} with {reply!r}; expected {opening!r} and the topic in it, for the "
            "model endpoint begins with the persona that it is given.",
        )


def written_for_it(conversation: Conversation) -> None:
    """No message is one of the topics that the suite reads from its file."""
    read = [turn.topic for turn in conversation.turns if turn.topic in conversation.plan.topics]
    expect(not read, f"The topics {read} were read from the file; expected the model to write every message.")


def knows_secret(world: World, said: Said) -> None:
    """The answer holds the secret of the scenario."""
    reply = said.await_reply(world.reply_timeout)
    expect(
        world.scene.secret in reply.text,
        f"{said.agent} answered {reply.text[:300]!r} to {said.person}; expected the secret {world.scene.secret} in it.",
    )


def knows_no_secret(world: World, said: Said) -> None:
    """Neither the answer nor, where prompts are recorded, what the model was asked holds the secret."""
    secret, reply = world.scene.secret, said.await_reply(world.reply_timeout)
    expect(
        secret not in reply.text,
        f"{said.agent} answered {reply.text[:300]!r} to {said.person}, who must not learn the secret {secret}.",
    )
    if world.deployment.model_url:
        told = [prompt for prompt in world.prompts(said.marker) if secret in prompt]
        expect(
            not told,
            f"The model was asked about {said.sent.text!r} of {said.person} with the secret {secret} in the prompt; "
            f"expected nothing of another conversation there: {told[:1]}.",
        )


def asked_with_history(world: World, messages: Sequence[Said]) -> None:
    """The model was asked about the last message with the earlier ones and their answers before it, in their order."""
    *earlier, last = messages
    answered = [text for said in earlier for text in (said.sent.text, said.reply.text if said.reply else "")]
    prompts = world.prompts(last.marker)
    expect(
        any(_in_order(prompt, [*answered, last.sent.text]) for prompt in prompts),
        f"None of the {len(prompts)} prompts about the last message holds the {len(earlier)} messages before it, each "
        f"with its own answer behind it, in the order in which they were written; expected one: {prompts[:1]}.",
    )


def _in_order(prompt: str, texts: Sequence[str]) -> bool:
    places = [prompt.find(text) for text in texts]
    return -1 not in places and places == sorted(places)


def asked_as(world: World, said: Said, identity: str) -> None:
    """The model was asked about the message with this name or persona in the prompt."""
    prompts = world.prompts(said.marker)
    expect(
        any(identity in prompt for prompt in prompts),
        f"{said.agent} was asked about {said.sent.text!r} with {prompts}; expected {identity!r} in one of them.",
    )


def not_asked_as(world: World, said: Said, identity: str) -> None:
    """No prompt about the message holds this name or persona."""
    holding = [prompt for prompt in world.prompts(said.marker) if identity in prompt]
    expect(not holding, f"{said.agent} was still asked about {said.sent.text!r} as {identity!r}: {holding[:1]}.")
