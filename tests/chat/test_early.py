"""A client that does not wait to be admitted."""

import json

from websockets.sync.server import ServerConnection

from support.chat.early import talk_with_the_handshake
from support.chat.plan import new_speaker
from support.deployments import Deployment
from tests.chat.server import server


def acknowledge(peer: ServerConnection) -> None:
    frame = json.loads(peer.recv())
    peer.send(json.dumps({"type": "sys_ack", "meta": {"acked_msg_id": frame["msg_id"]}}))


def refuse(peer: ServerConnection) -> None:
    peer.close(1000, "Authentication failed: unknown key")


def say_nothing(peer: ServerConnection) -> None:
    peer.recv()
    peer.recv()


def test_an_acknowledgement_is_an_answer() -> None:
    with server(acknowledge, close_timeout=0.1) as url:
        admission = talk_with_the_handshake(url, "mb_a:agent_b", new_speaker("test"), 15)
    assert admission.outcome == "answered"


def test_the_message_travels_with_a_request_that_shows_credential_and_platform() -> None:
    seen: list[str] = []

    def note(peer: ServerConnection) -> None:
        assert peer.request
        seen.extend([peer.request.path, *(peer.request.headers[f"x-{name}"] for name in ("apikey", "platform"))])
        seen.append(str(peer.recv()))
        peer.close(1008, "seen")

    speaker = new_speaker("qq")
    with server(note, close_timeout=0.1) as url:
        admission = talk_with_the_handshake(f"{url}?a=b", "mb_a:agent_b", speaker, 15)
    assert seen[:3] == ["/ws?a=b", "mb_a:agent_b", "qq"]
    payload = json.loads(seen[3])["payload"]
    assert payload["message_segment"] == {"type": "text", "data": f"你好 {admission.marker}"}
    assert payload["message_info"]["sender_info"]["user_info"]["user_id"] == speaker.user_id
    assert payload["message_dim"] == {"api_key": "mb_a:agent_b", "platform": "qq"}
    assert admission.detail.startswith("The replier sent b'HTTP/1.1 101 ")


def test_to_be_accepted_and_closed_without_a_frame_is_a_refusal() -> None:
    with server(refuse, close_timeout=0.1) as url:
        admission = talk_with_the_handshake(url, "mb_a:agent_b", new_speaker("test"), 15)
    assert admission.outcome == "refused"
    assert "unknown key" in admission.detail


def test_a_server_that_neither_answers_nor_closes_has_not_refused() -> None:
    with server(say_nothing) as url:
        admission = talk_with_the_handshake(url, "mb_a:agent_b", new_speaker("test"), 0.5)
    assert admission.outcome == "neither"


def test_a_real_replier_refuses(deployment: Deployment) -> None:
    admission = talk_with_the_handshake(deployment.replier_url, "mb_a:agent_b", new_speaker("test"), 15)
    assert admission.outcome == "refused"
    assert "403" in admission.detail
