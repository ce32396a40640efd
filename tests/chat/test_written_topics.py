"""Conversations whose messages are written while they are held."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.chat import Conversation, Plan, Reader, hold_conversations, plan_conversations
from support.chat.marker import markers_in
from support.chat.swarm import _WRITERS_AT_ONCE
from support.configurator import Tenant
from support.deployments import Deployment
from support.errors import InfrastructureError
from support.expectations import all_answered
from support.reporting import Inconclusive
from support.themes.llm import TopicWriter

Said = Sequence[tuple[str, str]]


@pytest.fixture
def plans(tenants: list[Tenant]) -> list[Plan]:
    return plan_conversations(tenants, lambda tenant, agent: f"{tenant.api_key}:{agent.agent_id}", (3, 3))


def test_a_model_holds_a_conversation_with_an_agent(deployment: Deployment, reader: Reader, plans: list[Plan]) -> None:
    writer = TopicWriter(f"{deployment.model_url}/v1", "a key", "embedded")
    (held,) = hold_conversations(deployment.replier_url, [replace(plans[0], writer=writer)], reader)
    all_answered([held])
    assert len(held.turns) == 3
    assert not {turn.topic for turn in held.turns} & set(plans[0].topics)


def test_each_message_is_written_after_the_answer_to_the_one_before(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    seen: list[Said] = []
    agent = plans[0].agent

    def write(persona: str, theme: Sequence[str], said: Said) -> str:
        assert (persona, list(theme)) == (agent.persona, list(plans[0].topics))
        seen.append(said)
        return f"第 {len(said) + 1} 句"

    (held,) = hold_conversations(deployment.replier_url, [replace(plans[0], writer=write)], reader)
    assert held.failure is None
    assert agent.persona
    assert [[message for message, _ in said] for said in seen] == [[], ["第 1 句"], ["第 1 句", "第 2 句"]]
    assert all("第 1 句" in said[0][1] for said in seen[1:])
    assert not any(markers_in(answer) for said in seen for _, answer in said)
    assert held.successful


def test_whoever_writes_slowly_holds_up_nobody_else(deployment: Deployment, reader: Reader, plans: list[Plan]) -> None:
    others_have_ended = threading.Event()

    def write(_persona: str, _theme: Sequence[str], _said: Said) -> str:
        assert others_have_ended.wait(30), "the others wait for the writer"
        return "终于写好了"

    def watch(conversations: Sequence[Conversation]) -> None:
        if all(conversation.ended for conversation in conversations[1:]):
            others_have_ended.set()

    slow = replace(plans[0], writer=write)
    # The writer takes longer than a reply may: it is not the replier's time that passes.
    held = hold_conversations(deployment.replier_url, [slow, *plans[1:]], reader, watch=watch)
    all_answered(held)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_writer_that_fails_makes_the_conversation_inconclusive_and_says_why(
    written: int, deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    def write(_persona: str, _theme: Sequence[str], said: Said) -> str:
        if len(said) == written:
            raise InfrastructureError("the ink has dried up")
        return "你好"

    held = hold_conversations(deployment.replier_url, [replace(plans[0], writer=write), *plans[1:]], reader)
    assert not held[0].successful
    assert len(held[0].turns) == written
    assert all(conversation.successful for conversation in held[1:])
    with pytest.raises(Inconclusive, match=f"message {written + 1} could not be written: the ink has dried up"):
        all_answered(held)


def test_a_failure_of_the_deployment_is_not_hidden_behind_one_of_the_writer(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    def write(_persona: str, _theme: Sequence[str], _said: Said) -> str:
        raise InfrastructureError("the ink has dried up")

    refused = replace(plans[1], credential="nobody's:key")
    held = hold_conversations(deployment.replier_url, [replace(plans[0], writer=write), refused], reader)
    with pytest.raises(AssertionError, match="1 conversations did not succeed"):
        all_answered(held)


def test_what_the_first_message_entrusts_is_said_once(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    entrusting = replace(plans[0], entrusts="我的暗号是橘子")
    (held,) = hold_conversations(deployment.replier_url, [entrusting], reader)
    assert ["橘子" in turn.sent.text for turn in held.turns] == [True, False, False]


def test_a_writer_that_hangs_does_not_hold_up_the_end(
    deployment: Deployment, reader: Reader, plans: list[Plan]
) -> None:
    has_ended = threading.Event()

    def write(*_: object) -> str:
        has_ended.wait(60)
        return "太晚了"

    def give_up(_: Sequence[Conversation]) -> None:
        raise RuntimeError("a backend has died")

    with pytest.raises(RuntimeError, match="a backend has died"):
        hold_conversations(deployment.replier_url, [replace(plans[0], writer=write)], reader, watch=give_up)
    assert not has_ended.is_set()
    has_ended.set()


def test_after_the_end_nothing_more_is_written(deployment: Deployment, reader: Reader, plans: list[Plan]) -> None:
    has_ended = threading.Event()
    writers: list[threading.Thread] = []

    def write(*_: object) -> str:
        writers.append(threading.current_thread())
        has_ended.wait(60)
        return "太晚了"

    def give_up(_: Sequence[Conversation]) -> None:
        if len(writers) == _WRITERS_AT_ONCE:
            raise RuntimeError("a backend has died")

    many = [replace(plans[0], writer=write)] * (_WRITERS_AT_ONCE + 1)
    with pytest.raises(RuntimeError, match="a backend has died"):
        hold_conversations(deployment.replier_url, many, reader, watch=give_up)
    has_ended.set()
    for thread in set(writers):
        thread.join()

    assert len(writers) == len(set(writers)) == _WRITERS_AT_ONCE
