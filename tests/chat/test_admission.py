"""What comes of an attempt to talk to an agent, and what is told of it."""

import json
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from support.chat import Admission, Reader, try_to_talk
from support.chat.plan import new_speaker
from support.configurator import Tenant
from support.deployments import Deployment
from support.errors import InfrastructureError
from tests.chat.server import server

SPEAKER = new_speaker("qq")


def attempt(reader: Reader, behaviour: Callable[[ServerConnection], None], timeout: float = 15) -> Admission:
    with server(behaviour) as url:
        return try_to_talk(reader, url, "key", SPEAKER, timeout)


def read_on(peer: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        for _ in peer:
            pass


def test_whoever_has_the_right_key_is_answered(deployment: Deployment, reader: Reader, tenant: Tenant) -> None:
    credential = f"{tenant.api_key}:{tenant.agents[0].agent_id}"
    for in_query in (False, True):
        admission = try_to_talk(reader, deployment.replier_url, credential, SPEAKER, 15, in_query=in_query)
        assert admission.outcome == "answered"
        assert admission.detail.startswith("The agent answered '")
        assert admission.marker.startswith("mk-")


def test_whoever_has_a_wrong_key_is_refused_with_no_message_sent(deployment: Deployment, reader: Reader) -> None:
    refusal = f"The replier at {deployment.replier_url} refused the connection with HTTP 403."
    for in_query in (False, True):
        admission = try_to_talk(reader, deployment.replier_url, "mb_wrong:agent_1", SPEAKER, 15, in_query=in_query)
        assert admission == Admission("refused", refusal, "")


def test_to_be_accepted_and_closed_is_a_refusal_with_its_reason(reader: Reader) -> None:
    def close_at_the_first_message(peer: ServerConnection) -> None:
        peer.recv()
        peer.close(1008, "unknown key")

    admission = attempt(reader, close_at_the_first_message)
    assert (admission.outcome, admission.detail) == ("refused", "The connection was closed 1008 unknown key.")
    assert admission.marker.startswith("mk-")


def test_silence_is_neither_an_answer_nor_a_refusal(reader: Reader) -> None:
    admission = attempt(reader, read_on, 0.2)
    assert admission.outcome == "neither"
    assert "(an attempt) waited for any reply: nothing matched within 0.2 s" in admission.detail


def test_the_message_is_a_greeting_on_the_speakers_platform_and_its_answer_is_quoted_in_part(reader: Reader) -> None:
    seen: list[tuple[str | None, str]] = []

    def echo(peer: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for raw in peer:
                frame = json.loads(raw)
                segment = frame["payload"]["message_segment"]
                seen.append((peer.request.headers["x-platform"] if peer.request else None, segment["data"]))
                segment["data"] = "很" * 100
                peer.send(json.dumps(frame))

    admission = attempt(reader, echo)
    assert seen == [("qq", f"你好 {admission.marker}")]
    assert admission.detail == f"The agent answered {'很' * 80!r}."


def test_an_attempt_leaves_no_connection_open(reader: Reader) -> None:
    codes: SimpleQueue[int | None] = SimpleQueue()

    def note_the_end(peer: ServerConnection) -> None:
        read_on(peer)
        codes.put(peer.protocol.close_rcvd.code if peer.protocol.close_rcvd else None)

    attempt(reader, note_the_end, 0.2)
    assert codes.get(timeout=15) == 1000


def test_nobody_at_the_url_is_no_refusal(reader: Reader) -> None:
    with pytest.raises(InfrastructureError):
        try_to_talk(reader, "ws://127.0.0.1:9/ws", "key", SPEAKER, 2)
