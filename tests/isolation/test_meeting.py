"""What the tenants of a meeting have in common: the person, the place and the ids of messages."""

from support.configurator import Tenant
from support.isolation import Grounds
from support.isolation.meeting import meet


def test_the_same_person_writes_to_all_in_messages_of_the_same_ids(
    grounds: Grounds, owner: Tenant, intruder: Tenant
) -> None:
    with meet(grounds) as meeting:
        one, other = meeting.connect(owner), meeting.connect(intruder, "qq")
        first, first_of_other, second = (
            meeting.ask(owner, one),
            meeting.ask(intruder, other, "再见"),
            meeting.ask(owner, one),
        )
    ids = [(each.sent.msg_id, each.sent.message_id) for each in (first, first_of_other, second)]
    common = ids[0][0].removesuffix("_1")
    assert ids == [(f"{common}_1",) * 2, (f"{common}_1",) * 2, (f"{common}_2",) * 2]
    assert first.sent.text.startswith("你好 mk-")
    assert first_of_other.sent.text.startswith("再见 mk-")
    people = [each.speaker for each in (first, first_of_other, second)]
    assert {(each.user_id, each.group_id) for each in people} == {(people[0].user_id, people[0].group_id)}
    assert people[0].group_id
    assert [each.platform for each in people] == ["test", "qq", "test"]


def test_each_meeting_is_of_somebody_new(grounds: Grounds, owner: Tenant) -> None:
    with meet(grounds) as one, meet(grounds) as other:
        asked = [meeting.ask(owner, meeting.connect(owner)) for meeting in (one, other)]
    assert one.speaker.user_id != other.speaker.user_id
    assert asked[0].sent.message_id != asked[1].sent.message_id


def test_in_private_there_is_no_group(grounds: Grounds, owner: Tenant) -> None:
    with meet(grounds, in_private=True) as meeting:
        answered = meeting.ask(owner, meeting.connect(owner))
    assert answered.speaker.group_id is None
    assert answered.reply.group_id is None
    assert answered.reply.user_id == meeting.speaker.user_id


def test_who_listens_has_been_answered_and_has_nothing_left_to_read(grounds: Grounds, owner: Tenant) -> None:
    with meet(grounds) as meeting:
        connection = meeting.listen(owner)
        assert connection.pending == []
        assert meeting.ask(owner, connection).sent.message_id.endswith("_2")
    assert connection.platform == "test"
    assert connection.transcript.title == "Acme at a meeting"


def test_the_end_of_a_meeting_closes_its_connections(grounds: Grounds, owner: Tenant, intruder: Tenant) -> None:
    with meet(grounds) as meeting:
        connections = [meeting.connect(owner), meeting.connect(intruder)]
        assert [connection.closed for connection in connections] == [None, None]
    assert [connection.closed.code for connection in connections if connection.closed] == [1000, 1000]
