"""Conversations at once: against the embedded deployment, and against repliers that do what they must not."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from websockets.sync.server import ServerConnection

from support.chat import Plan, Reader, hold_conversations, plan_conversations
from support.chat.envelope import Speaker, new_message_id, standard_frame, text_message
from support.configurator import Agent, Tenant
from support.deployments import Deployment
from support.themes import topics_for
from tests.chat.server import server

Answer = Callable[[ServerConnection, dict[str, object], str], None]


def credential(tenant: Tenant, agent: Agent) -> str:
    return f"{tenant.api_key}:{agent.agent_id}"


@pytest.fixture
def plans(tenants: list[Tenant]) -> list[Plan]:
    return plan_conversations(tenants, credential, (2, 3))


@contextmanager
def replier(answer: Answer) -> Iterator[str]:
    """A server that acknowledges each frame and then does what the test says."""

    def handle(peer: ServerConnection) -> None:
        for raw in peer:
            frame = json.loads(raw)
            peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": frame["msg_id"]}}))
            answer(peer, frame["payload"], frame["payload"]["message_segment"]["data"])

    with server(handle) as url:
        yield url


def reply(peer: ServerConnection, payload: dict[str, object], text: str) -> None:
    sender = payload["message_info"]["sender_info"]  # type: ignore[index]
    speaker = Speaker("test", sender["user_info"]["user_id"], "", sender["group_info"]["group_id"])
    peer.send(json.dumps(standard_frame(text_message("key", speaker, text, new_message_id()), new_message_id())))


def test_every_plan_talks_on_the_theme_of_its_template(plans: list[Plan], tenants: list[Tenant]) -> None:
    assert [(plan.tenant, plan.agent) for plan in plans] == [
        (tenant, agent) for tenant in tenants for agent in tenant.agents
    ]
    for number, plan in enumerate(plans):
        assert list(plan.topics) == topics_for(plan.agent.template_id, 2 + number % 2, offset=number)


def test_all_conversations_are_held_at_once_and_every_message_is_answered(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    held = hold_conversations(deployment.replier_url, plans, reader)
    assert [conversation.failure for conversation in held] == [None] * len(plans)
    for conversation in held:
        assert len(conversation.replies) == len(conversation.plan.topics)
        assert all(turn.acknowledged and turn.marker in turn.reply.text for turn in conversation.turns if turn.reply)
        assert all(turn.seconds for turn in conversation.turns)


def test_a_refused_connection_fails_only_its_own_conversation(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    intruder = replace(plans[0], credential=f"{plans[0].tenant.api_key}:{plans[-1].agent.agent_id}")
    held = hold_conversations(deployment.replier_url, [intruder, *plans[1:]], reader)
    assert held[0].connection is None
    assert "refused the connection with HTTP 403" in str(held[0].failure)
    assert all(conversation.successful for conversation in held[1:])


def test_silence_is_a_failure_that_says_which_message(reader: Reader, plans: list[Plan]) -> None:
    def answer_once(peer: ServerConnection, payload: dict[str, object], text: str) -> None:
        if plans[0].topics[0] in text:
            reply(peer, payload, text)

    with replier(answer_once) as url:
        (held,) = hold_conversations(url, plans[:1], reader, reply_timeout=1)
    assert not held.successful
    assert f"no reply to message 2 {plans[0].topics[1]!r} within 1.0 s (acknowledged)" in str(held.failure)
    assert len(held.replies) == 1


def test_the_reply_to_another_message_is_not_taken_for_this_one(reader: Reader, plans: list[Plan]) -> None:
    with replier(lambda peer, payload, _: reply(peer, payload, "好的 mk-0123456789abcdef")) as url:
        (held,) = hold_conversations(url, plans[:1], reader, reply_timeout=5)
    assert not held.successful
    assert "a frame that nobody expected: reply '好的 mk-0123456789abcdef'" in str(held.failure)


def test_the_reply_to_another_person_is_not_taken_for_this_one(reader: Reader, plans: list[Plan]) -> None:
    def answer_somebody_else(peer: ServerConnection, _: dict[str, object], text: str) -> None:
        message = text_message("key", Speaker("test", "somebody", "", "elsewhere"), text, new_message_id())
        peer.send(json.dumps(standard_frame(message, new_message_id())))

    with replier(answer_somebody_else) as url:
        (held,) = hold_conversations(url, plans[:1], reader, reply_timeout=5)
    assert "a frame that nobody expected" in str(held.failure)


def test_a_second_reply_to_the_same_message_is_a_failure(reader: Reader, plans: list[Plan]) -> None:
    def answer_twice(peer: ServerConnection, payload: dict[str, object], text: str) -> None:
        reply(peer, payload, text)
        reply(peer, payload, text)

    with replier(answer_twice) as url:
        (held,) = hold_conversations(url, plans[:1], reader, reply_timeout=5)
    assert "a frame that nobody expected" in str(held.failure)


def test_replies_that_are_exchanged_between_two_conversations_are_told_as_that(
    reader: Reader, plans: list[Plan]
) -> None:
    asked: list[tuple[ServerConnection, dict[str, object], str]] = []

    def exchange(peer: ServerConnection, payload: dict[str, object], text: str) -> None:
        asked.append((peer, payload, text))
        if len(asked) == 2:
            (one, of_one, to_one), (other, of_other, to_other) = asked
            reply(one, of_other, to_other)
            reply(other, of_one, to_one)

    with replier(exchange) as url:
        held = hold_conversations(url, plans[:2], reader, reply_timeout=60)
    for conversation, other in (held, held[::-1]):
        assert str(conversation.failure).startswith(f"{conversation.plan.title}: A reply went astray: connection ")
        assert other.plan.title in str(conversation.failure)


def test_a_connection_that_ends_fails_the_conversation_before_the_time_out(reader: Reader, plans: list[Plan]) -> None:
    with replier(lambda peer, *_: peer.close(1012, "restart")) as url:
        (held,) = hold_conversations(url, plans[:1], reader, reply_timeout=60)
    assert "the connection was closed 1012 restart before the reply" in str(held.failure)


def test_whoever_watches_can_end_everything(reader: Reader, plans: list[Plan]) -> None:
    def give_up(_: object) -> None:
        raise RuntimeError("a backend has died")

    with replier(lambda *_: None) as url, pytest.raises(RuntimeError, match="a backend has died"):
        hold_conversations(url, plans[:1], reader, reply_timeout=60, watch=give_up)
