"""What must hold for frames: acknowledgements, replies, and what comes of frames that are not proper."""

import json
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from support.chat import Answered, Connection, Trial
from support.expectations import CLOCKS_DIFFER, expect
from support.expectations.settling import settled
from support.isolation import Sighting
from support.rows import StoredMessage, stored_messages
from support.traces import count_by
from support.world import World


def acknowledged_first(answered: Sequence[Answered]) -> None:
    """Each acknowledgement (which names its message, or it would not be one) came before the reply."""
    late = [each.sent.text for each in answered if each.acknowledgement.received_at > each.reply.received_at]
    expect(not late, f"The reply came before the acknowledgement of {late}; expected the acknowledgement first.")


def acknowledged_just_now(answered: Sequence[Answered]) -> None:
    """Each acknowledgement says that the message was received, and that this is a moment ago, in seconds."""
    for frame in (json.loads(each.acknowledgement.raw) for each in answered):
        status = frame["payload"].get("status")
        expect(status == "received", f"The status of an acknowledgement is {status!r}; expected 'received'.")
        _of_just_now("acknowledgement", {"the frame": frame["meta"].get("timestamp")})


def replied_just_now(answered: Sequence[Answered]) -> None:
    """Each reply says that it was written and sent a moment ago, in seconds."""
    for frame in (json.loads(each.reply.raw) for each in answered):
        written, sent = frame["payload"]["message_info"].get("time"), frame["meta"].get("timestamp")
        _of_just_now("reply", {"its message": written, "the frame": sent})


def _of_just_now(what: str, told: Mapping[str, Any]) -> None:
    now = time.time()
    for where, moment in told.items():
        expect(
            isinstance(moment, int | float) and abs(now - moment) < CLOCKS_DIFFER.total_seconds(),
            f"The time of {where} in {what} is {moment}; expected about now, {now:.0f} seconds since 1970.",
        )


def names_both_sides(answered: Answered) -> None:
    """The reply says that the server sent it and to whom, on which platform, for which group or, in private, person."""
    reply, speaker = json.loads(answered.reply.raw), answered.speaker
    seen = {
        "sender": reply["meta"].get("sender_user"),
        "platform": reply["payload"]["message_info"].get("platform"),
        # Not every generation says it here, too.
        "platform of the frame": reply["meta"].get("platform", speaker.platform),
        "group": answered.reply.group_id,
    }
    expected = {
        "sender": "server",
        "platform": speaker.platform,
        "platform of the frame": speaker.platform,
        "group": speaker.group_id,
    }
    if speaker.group_id is None:  # in a group, a reply is the group's
        seen["person"], expected["person"] = answered.reply.user_id, speaker.user_id
    expect(seen == expected, f"The reply says {seen}; expected {expected}.")
    expect(bool(reply["meta"].get("target_user")), "The reply names no target_user; expected one.")


def ids_of_their_own(answered: Sequence[Answered]) -> None:
    """No two replies have the same ids, and none has the id of a message that was sent."""
    replies = [json.loads(each.reply.raw) for each in answered]
    ids = Counter(
        [
            *(each.sent.message_id for each in answered),
            *(reply["payload"]["message_info"].get("message_id") for reply in replies),
        ]
    )
    shared = [each for each, count in ids.items() if count > 1 or not each]
    expect(not shared, f"The message ids {shared} are missing or used twice; expected one for each message.")


def probed_and_open(connection: Connection, times: int) -> None:
    """The replier has sent so many PINGs, and the connection that answered them is open."""
    expect(connection.closed is None, f"The idle connection was {connection.closed}; expected it to stay open.")
    expect(connection.pings >= times, f"The replier sent {connection.pings} PINGs; expected {times} of them.")


def answers_ping(connection: Connection, timeout: float) -> None:
    """The replier answers when it is asked whether it is there."""
    expect(
        connection.ping(timeout),
        f"The replier sent no PONG within {timeout:g} s of a PING; expected one, or a client takes it for gone.",
    )


def still_usable(trials: Sequence[Trial]) -> None:
    """After each frame a proper message was answered."""
    expect(bool(trials), "No frame was sent; expected a When that does.")
    harmed = [f"After {trial.name}: {trial.harm}" for trial in trials if trial.harm]
    expect(not harmed, f"{' '.join(harmed)} Expected the proper message after it to be answered.")


def unanswered(connection: Connection) -> None:
    """Nothing came but what was expected."""
    frames = [str(frame) for frame in connection.unexpected()]
    expect(not frames, f"The replier also sent {'; '.join(frames)}; expected only the answers to proper messages.")


def only_these_stored(world: World, tenant_id: str, agent_id: str, answered: Sequence[Answered]) -> None:
    """Of the tenant's messages exactly these and their replies are stored, in one stream for each speaker."""
    texts = Counter(text for each in answered for text in (each.sent.text, each.reply.text))
    said = Counter({StoredMessage(tenant_id, agent_id, text): count for text, count in texts.items()})
    databases = world.databases()
    stored = settled(world, lambda: stored_messages(databases, [tenant_id]), lambda seen: seen == said)
    expect(
        stored == said,
        f"Stored, but never properly said: {list(stored - said)[:3]}; missing: {list(said - stored)[:3]}; "
        "expected exactly the proper messages and their replies.",
    )
    speakers = {(each.speaker.platform, each.speaker.user_id, each.speaker.group_id) for each in answered}
    streams = sum(count_by(databases, tenant_id, "platform")["chat_streams", platform] for platform, *_ in speakers)
    expect(streams == len(speakers), f"There are {streams} chat streams; expected {len(speakers)}.")


def all_stored(world: World, tenant_id: str, trials: Sequence[Trial]) -> None:
    """What was sent with each frame is stored among the tenant's messages."""
    databases = world.databases()

    def missing() -> list[str]:
        texts = [message.text for message in stored_messages(databases, [tenant_id])]
        return [trial.name for trial in trials if not any(trial.marker in text for text in texts)]

    lost = settled(world, missing, lambda names: not names)
    expect(not lost, f"Not stored is {', '.join(lost)}; expected each message to be kept, although it is not answered.")


def not_stored_for(sightings: Sequence[Sighting], tenant_id: str) -> None:
    """None of these tokens stands in a row of the tenant."""
    places = sorted({each.place for each in sightings if each.holder == tenant_id})
    expect(not places, f"What another tenant sent is stored for {tenant_id} in {', '.join(places)}; expected nowhere.")


def only_from_own_agent(connection: Connection, markers: Collection[str], foreign_ids: Collection[str]) -> None:
    """Consume the sender's own answers, if there are any; they come from nobody else's agent."""
    for frame in [frame for frame in connection.pending if frame.markers & set(markers)]:
        connection.pending.remove(frame)
        named = [each for each in foreign_ids if each in frame.raw]
        expect(not named, f"The answer {frame} names another tenant's {named}; expected an answer of its own agent.")
