from collections.abc import Callable

import pytest
import websocket

from embedded.tables import ChatStream, Message
from tests.embedded.process import Process
from tests.embedded.replier.client import new_marker, text_of
from tests.embedded.replier.conftest import Connect
from tests.embedded.replier.database import Database, Owner

Change = Callable[[Database, Owner], None]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _owner, _other: "", id="empty"),
        pytest.param(lambda _owner, _other: ":", id="separator-only"),
        pytest.param(lambda _owner, _other: "default:default", id="garbage"),
        pytest.param(lambda owner, _other: owner.api_key, id="no-agent"),
        pytest.param(lambda owner, _other: f":{owner.agent_id}", id="no-key"),
        pytest.param(lambda owner, _other: f"{owner.tenant_id}:{owner.agent_id}", id="ids-only"),
        pytest.param(lambda owner, _other: f"{owner.api_key}x:{owner.agent_id}", id="longer-key"),
        pytest.param(lambda owner, _other: f"{owner.api_key[:-1]}:{owner.agent_id}", id="shorter-key"),
        pytest.param(lambda owner, _other: f"{owner.api_key.upper()}:{owner.agent_id}", id="other-case-of-key"),
        pytest.param(lambda owner, _other: f"{owner.api_key}:{owner.agent_id.upper()}", id="other-case-of-agent"),
        pytest.param(lambda owner, _other: f"{owner.api_key}:agent_0000000000000000", id="unknown-agent"),
        pytest.param(lambda owner, other: f"{owner.api_key}:{other.agent_id}", id="foreign-agent"),
    ],
)
def test_a_wrong_credential_is_refused_before_the_upgrade(
    connect: Connect, owner: Owner, other: Owner, spoil: Callable[[Owner, Owner], str]
) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        connect(spoil(owner, other))
    assert refusal.value.status_code == 403


def test_a_credential_with_a_nul_is_refused_and_harms_nobody(connect: Connect, owner: Owner) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException):
        connect("", query=f"?api_key={owner.api_key}:{owner.agent_id}%00&platform=test")
    assert connect(owner.credential).say("你好")


def test_an_empty_platform_is_refused(connect: Connect, owner: Owner) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException):
        connect(owner.credential, platform="")


def test_an_inactive_tenant_is_refused(connect: Connect, database: Database) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException):
        connect(database.add_agent(status="inactive").credential)


def test_the_query_goes_before_the_headers(connect: Connect, owner: Owner) -> None:
    client = connect("wrong", platform="wrong", query=f"?api_key={owner.credential}&platform=test")
    client.credential, client.platform = owner.credential, "test"
    assert client.say("你好")


def test_a_connection_id_in_use_elsewhere_takes_nothing_over(connect: Connect, owner: Owner, other: Owner) -> None:
    first = connect(owner.credential, connection_id="the-same")
    second = connect(other.credential, connection_id="the-same")
    marker = new_marker()
    assert marker in text_of(first.say(marker))
    assert second.replies_before_barrier() == []


def regenerate_key(database: Database, owner: Owner) -> None:
    database.change_tenant(owner, api_key=f"{owner.api_key}-new")


def suspend(database: Database, owner: Owner) -> None:
    database.change_tenant(owner, status="suspended")


ENDINGS = pytest.mark.parametrize(
    "end", [regenerate_key, suspend, Database.remove_agent, Database.remove_tenant], ids=lambda end: end.__name__
)


@ENDINGS
def test_an_idle_connection_is_closed_when_its_right_ends(
    connect: Connect, database: Database, owner: Owner, end: Change
) -> None:
    client = connect(owner.credential)
    end(database, owner)
    assert client.close_code() == 1008


@ENDINGS
def test_a_message_after_the_right_has_ended_leaves_no_row(
    connect: Connect, database: Database, owner: Owner, end: Change
) -> None:
    client = connect(owner.credential)
    end(database, owner)
    client.send(client.frame("还在吗"))
    assert client.close_code() == 1008
    assert database.rows(Message, owner) == database.rows(ChatStream, owner) == []


def test_no_key_is_in_the_log(replier: Process, connect: Connect, owner: Owner) -> None:
    connect("", query=f"?api_key={owner.credential}&platform=test")
    client = connect(owner.credential)
    client.send_raw(f'{{"msg_id": "{owner.credential}"')
    client.say("你好")
    assert owner.api_key not in replier.log.read_text(encoding="utf-8")
