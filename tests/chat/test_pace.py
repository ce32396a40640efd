"""People read before they write again."""

import json
import time
from collections.abc import Iterator

import pytest

from support.chat import Pace, Reader, hold_conversations, plan_conversations, try_frames
from support.chat.connection import Connection
from support.chat.marker import new_marker
from support.chat.plan import new_speaker
from support.configurator import Agent, Tenant
from support.deployments import Deployment

SECONDS = 0.3
# By how much the two clocks may differ that measure one pause.
CLOCKS = 0.01


def credential(tenant: Tenant, agent: Agent) -> str:
    return f"{tenant.api_key}:{agent.agent_id}"


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader(Pace(SECONDS)) as reader:
        yield reader


def answered(connection: Connection) -> float:
    """Write, await the answer and return when it was received (seconds since 1970)."""
    marker = new_marker()
    connection.send(f"你好 {marker}", new_speaker("test"))
    reply = connection.expect_reply(marker, 15)
    return time.time() - (time.perf_counter() - reply.received_at)


def dates(connection: Connection) -> list[float]:
    """Return the dates of the messages that were sent."""
    frames = [json.loads(line.partition(" > ")[2]) for line in str(connection.transcript).splitlines() if " > " in line]
    return [float(frame["payload"]["message_info"]["time"]) for frame in frames]


def dated(connection: Connection) -> float:
    """Write and return the date of the message."""
    connection.send("你好", new_speaker("test"))
    return dates(connection)[-1]


def test_who_was_answered_writes_again_when_the_answer_is_read(
    deployment: Deployment, reader: Reader, tenant: Tenant
) -> None:
    connection = reader.open(deployment.replier_url, credential(tenant, tenant.agents[0]), "test")
    at = answered(connection)
    assert dated(connection) >= at + SECONDS - CLOCKS


def test_an_answer_is_read_to_the_end_though_the_connection_is_a_new_one(
    deployment: Deployment, reader: Reader, tenant: Tenant
) -> None:
    connections = [
        reader.open(deployment.replier_url, credential(tenant, tenant.agents[0]), "test", title=title)
        for title in ("before", "after")
    ]
    at = answered(connections[0])
    assert dated(connections[1]) >= at + SECONDS - CLOCKS


def test_an_odd_frame_is_written_when_the_answer_is_read_and_is_looked_at_alone(
    deployment: Deployment, reader: Reader, tenant: Tenant
) -> None:
    connection = reader.open(deployment.replier_url, credential(tenant, tenant.agents[0]), "test")
    at = answered(connection)
    try_frames(connection, new_speaker("test"), [("a proper frame", lambda frame: frame)], 15)
    _, odd, proper = dates(connection)
    assert odd >= at + SECONDS - CLOCKS
    assert proper >= odd + SECONDS


def test_nobody_waits_for_the_answer_of_another_agent(deployment: Deployment, tenant: Tenant) -> None:
    with Reader(Pace(60)) as reader:
        one, other = (reader.open(deployment.replier_url, credential(tenant, agent), "test") for agent in tenant.agents)
        at = answered(one)
        assert dated(other) < at + 60 - CLOCKS


def test_conversations_go_on_when_the_answers_are_read(
    deployment: Deployment, reader: Reader, tenants: list[Tenant]
) -> None:
    held = hold_conversations(deployment.replier_url, plan_conversations(tenants, credential, (3, 3)), reader)
    assert [each.failure for each in held] == [None] * len(held)
    for conversation in held:
        for before, turn in zip(conversation.turns, conversation.turns[1:], strict=False):
            assert before.reply
            assert turn.sent.at >= before.reply.received_at + SECONDS
