"""What must be stored of what was said."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from itertools import combinations
from math import isclose
from typing import Any, NamedTuple

from support.chat.said import Said
from support.configurator import Agent, Tenant
from support.expectations import expect
from support.expectations.differing import differences
from support.expectations.settling import settled
from support.rows import Row, StoredMessage, rows_of, stored_messages, tables_with
from support.talk import tenant_of
from support.world import World

# Clocks of two machines differ; a clock that is off by a time zone differs by at least half an hour.
_CLOCK_SECONDS = 60.0


def stored_once(world: World, messages: Sequence[Said]) -> None:
    """The table messages holds each message and each reply once, under its tenant and agent, and nothing else."""
    said = _all_said(world, messages)
    stored = settled(world, lambda: _all_stored(world), lambda seen: seen == said)
    differing = differences(said, stored)
    expect(not differing, differing)


def stored_with_its_circumstances(world: World, said: Said) -> None:
    """The message's row says who wrote it and where; the reply's row says that the agent wrote it."""
    message = _row(world, said, said.sent.message_id)
    _agrees(
        f"The message of {said.person} to {said.agent}",
        message,
        {
            "user_id": said.speaker.user_id,
            "user_nickname": said.speaker.nickname,
            "platform": said.speaker.platform,
            "chat_info_platform": said.speaker.platform,
            "chat_info_group_id": said.speaker.group_id,
        },
    )
    reply = _row(world, said, _reply_id(said))
    expect(
        reply["user_id"] != said.speaker.user_id,
        f"The reply of {said.agent} is stored as said by {said.person}; expected the agent.",
    )
    _agrees(f"The reply of {said.agent} to {said.person}", reply, {"platform": said.speaker.platform})


def answers_are_the_agents(world: World, messages: Sequence[Said]) -> None:
    """No two agents have answered under one user id."""
    users = {
        agent.name: {_row(world, each, _reply_id(each))["user_id"] for each in said}
        for agent, said in _by_agent(world, messages)
    }
    expect(
        not any(users[one] & users[other] for one, other in combinations(users, 2)),
        f"The answers of agents are stored as said by the users {users}; expected no user to be two agents.",
    )


def quotes(world: World, quoting: Said, quoted: Said) -> None:
    """The message's row names the reply that the message quotes."""
    row = _row(world, quoting, quoting.sent.message_id)
    _agrees("The message that quotes", row, {"reply_to": _reply_id(quoted)})


def one_stream_for_each_place(world: World, messages: Sequence[Said]) -> None:
    """What was said to an agent at a place is in one stream, which is its own and says whose and where it is."""
    streams: dict[_Place, set[str]] = defaultdict(set)
    for said in messages:
        for message_id in (said.sent.message_id, _reply_id(said)):
            streams[_place(world, said)].add(_row(world, said, message_id)["chat_stream_id"])
    for place, ids in streams.items():
        expect(len(ids) == 1, f"What was said at {place} is in {len(ids)} streams, {ids}; expected one.")
        sharing = [other for other, others in streams.items() if other != place and others & ids]
        expect(not sharing, f"The stream {ids} of {place} is that of {sharing}, too; expected one of its own.")
        _is_stream_of(world, min(ids), place)


def _is_stream_of(world: World, stream: str, place: "_Place") -> None:
    rows = rows_of(world.databases(), "chat_streams", [place.tenant_id])
    found = [row for row in rows if row["chat_stream_id"] == stream]
    expect(len(found) == 1, f"chat_streams has {len(found)} rows for the stream {stream} of {place}; expected one.")
    # In a group, the stream may say who wrote last.
    names = ("agent_id", "platform", "group_id", "group_name") if place.group_id else place._fields
    _agrees(f"The stream {stream}", found[0], {name: getattr(place, name) for name in names})


def streams_are_kept_up(world: World, messages: Sequence[Said]) -> None:
    """The stream of each place, where more than once something was said, was made and last active now."""
    for agent, _ in _by_agent(world, messages):
        for row in _rows_of_agent(world, "chat_streams", agent):
            _is_kept_up(f"A chat stream of {agent.name}", row, "create_time", "last_active_time")


def met_as_often(world: World, messages: Sequence[Said]) -> None:
    """Each agent knows that the person has written to it so often, more than once, and when that began and ended."""
    for agent, said in _by_agent(world, messages):
        for row in _rows_of_agent(world, "person_info", agent, having={"user_id": said[0].speaker.user_id}):
            _agrees(f"What {agent.name} knows of {said[0].person}", row, {"know_times": len(said)})
            _is_kept_up(f"What {agent.name} knows of {said[0].person}", row, "know_since", "last_know")


def groups_are_kept_up(world: World, messages: Sequence[Said]) -> None:
    """Each agent knows when a group where more than once something was said began to be used and was last used."""
    for agent, _ in _by_agent(world, messages):
        for row in _rows_of_agent(world, "group_info", agent):
            _is_kept_up(f"What {agent.name} knows of the group", row, "create_time", "last_active")


def _is_kept_up(what: str, row: Row, first: str, last: str) -> None:
    """Both times are of now, and the last one is later than the first."""
    times = {name: row[name] for name in (first, last)}
    expect(not _not_of_now(times), f"{what} says {times}; expected times of now, {_now()}.")
    expect(
        _seconds(row[last]) > _seconds(row[first]),
        f"{what} says {times}; expected {last} to be later than {first}, for more was said since.",
    )


def known_once_to_each(world: World, table: str, column: str, expected: Mapping[Agent, str]) -> None:
    """The table has one row for each agent, under its tenant, with this id in the column."""
    tenant_ids = [tenant.tenant_id for tenant in world.scene.tenants.values()]
    wanted = Counter((agent.tenant_id, agent.agent_id, each) for agent, each in expected.items())

    def read() -> Counter[tuple[str, str, str]]:
        rows = rows_of(world.databases(), table, tenant_ids)
        return Counter((row["tenant_id"], row.get("agent_id", ""), row[column]) for row in rows)

    seen = settled(world, read, lambda seen: seen == wanted)
    expect(
        seen == wanted, f"{table} names (tenant, agent, {column}) {dict(seen)}; expected each of {list(wanted)} once."
    )


def usage_is_counted(world: World, messages: Sequence[Said]) -> None:
    """Each answer has cost at least one question to the model, counted under the agent, with its tokens.

    Of our model endpoint is known what it was asked about: each such question is counted once. Others, for which no
    message is the cause, may be counted as well.
    """
    for agent, said in _by_agent(world, messages):
        rows = _rows_of_agent(world, "llm_usage", agent, at_least=len(said))
        for row in rows:
            prompt, completion, total = (row[f"{each}_tokens"] for each in ("prompt", "completion", "total"))
            expect(
                prompt > 0 and completion > 0 and total == prompt + completion,
                f"A question of {agent.name} to the model cost {prompt} + {completion} = {total} tokens; expected "
                "tokens of both kinds and their sum.",
            )
            expect(
                row["time_cost"] is None or row["time_cost"] > 0,
                f"A question of {agent.name} to the model took {row['time_cost']} s; expected some time, or none told.",
            )
        if world.deployment.model_url:
            _counts_each_question_once(world, agent, said, rows)


def _counts_each_question_once(world: World, agent: Agent, messages: Sequence[Said], rows: Sequence[Row]) -> None:
    """Of each model and numbers of tokens that our endpoint has told the agent, as many successes are counted."""
    # A later question repeats what was said before it.
    questions = {question for said in messages for question in world.questions(said.marker)}
    asked = Counter((each.model, each.prompt_tokens, each.completion_tokens) for each in questions)
    counted = Counter(
        (row["model_name"], row["prompt_tokens"], row["completion_tokens"])
        for row in rows
        if row["status"] == "success"
    )
    wrong = [
        f"{each} counted {counted[each]} times and not {asked[each]}" for each in asked if counted[each] != asked[each]
    ]
    expect(
        not wrong,
        f"Of the questions of {agent.name} to the model (its name, tokens of question and answer) are "
        f"{'; '.join(wrong[:3])}; expected each to be counted once in llm_usage, as a success.",
    )


def no_failure_is_a_success(world: World, messages: Sequence[Said]) -> None:
    """What is counted as usage and names these people is their agents', and at most as often a success as an answer.

    A deployment may count no failure at all, or name nobody.
    """
    for agent, said in _by_agent(world, messages):
        people = {each.speaker.user_id for each in said}
        rows = rows_of(world.databases(), "llm_usage", [agent.tenant_id])
        own = [row for row in rows if row.get("agent_id") == agent.agent_id and row.get("user_id") in people]
        anywhere = tables_with(world.databases(), *people)["llm_usage"]
        expect(
            len(own) == anywhere,
            f"llm_usage has {anywhere} rows that name who asked {agent.name}, {len(own)} of them under it "
            "and its tenant; expected all.",
        )
        successes, answered = sum(row["status"] == "success" for row in own), sum(bool(each.reply) for each in said)
        expect(
            successes <= answered,
            f"{agent.name} gave {answered} answers, and {successes} questions to the model are counted as successes; "
            "expected no failure to be one.",
        )


def actions_are_recorded(world: World, messages: Sequence[Said]) -> None:
    """Each answer is recorded as an action of the agent, done once, in the stream of the message."""
    for agent, said in _by_agent(world, messages):
        rows = _rows_of_agent(world, "action_records", agent, at_least=len(said), having={"action_done": True})
        streams = {_row(world, each, each.sent.message_id)["chat_stream_id"] for each in said}
        expect(
            {row["chat_stream_id"] for row in rows} == streams,
            f"The actions of {agent.name} are in the streams { {row['chat_stream_id'] for row in rows} }; expected "
            f"those of its conversations, {streams}.",
        )
        different = {frozenset((name, str(value)) for name, value in row.items() if name != "id") for row in rows}
        expect(
            len(different) == len(rows),
            f"Of {len(rows)} actions of {agent.name} only {len(different)} differ; expected none to be recorded twice.",
        )


def statistics_agree(world: World, tenant: Tenant, messages: Sequence[Said]) -> None:
    """The tenant's statistics count what its people and agents said and what the model was asked for them."""
    own = [said for said in messages if tenant_of(world.scene, world.scene.agent(said.agent)) is tenant]
    usage = rows_of(world.databases(), "llm_usage", [tenant.tenant_id])
    expected = {"total_messages": sum(len(_texts(said)) for said in own), "total_api_calls": len(usage)}
    statistics, cost = world.configurator.get_tenant_stats(tenant), sum(row["cost"] for row in usage)
    _agrees(f"The statistics of {tenant.tenant_name}", statistics, expected)
    expect(
        isclose(statistics["total_cost"], cost, rel_tol=1e-6),
        f"The statistics of {tenant.tenant_name} say total_cost {statistics['total_cost']}; expected {cost}, "
        "the sum of its usage.",
    )


def times_are_utc(world: World, said: Said) -> None:
    """Every time that is kept of the message is its time: seconds since 1970, or a date and time in UTC."""
    tenant = tenant_of(world.scene, world.scene.agent(said.agent))
    times: dict[str, Any] = {
        "messages.time": _row(world, said, said.sent.message_id)["time"],
        "the answer's messages.time": _row(world, said, _texts(said)[-1], "processed_plain_text")["time"],
    }
    if "statistics" not in world.configurator.lacking:
        times["the tenant's last_active"] = world.configurator.get_tenant_stats(tenant)["last_active"]
    for table, column in (
        ("chat_streams", "create_time"),
        ("chat_streams", "last_active_time"),
        ("llm_usage", "timestamp"),
        ("person_info", "last_know"),
        ("action_records", "time"),
    ):
        rows = rows_of(world.databases(), table, [tenant.tenant_id])
        expect(bool(rows), f"{table} has no row under the tenant {tenant.tenant_id}; expected one for the message.")
        times[f"{table}.{column}"] = rows[-1][column]
    wrong = _not_of_now(times)
    expect(not wrong, f"At {_now()}, these times are not of now: {wrong}.")


def _not_of_now(times: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.now(timezone.utc).timestamp()
    return {name: time for name, time in times.items() if not now - _CLOCK_SECONDS < _seconds(time) < now + 1}


def _now() -> str:
    now = datetime.now(timezone.utc)
    return f"{now.timestamp():.0f}, {now:%FT%T} UTC"


def later(earlier: Mapping[str, Any], statistics: Mapping[str, Any]) -> None:
    """The tenant was active after it had been so."""
    before, after = earlier["last_active"], statistics["last_active"]
    expect(None not in (before, after), f"last_active was {before} and is {after}; expected a time, for it was active.")
    expect(_seconds(after) > _seconds(before), f"last_active was {before} and is {after}; expected it to have moved.")


def unmoved(earlier: Mapping[str, Any], statistics: Mapping[str, Any]) -> None:
    """Nothing more has been counted. Reading the statistics may itself count as activity."""
    counts = {name: count for name, count in earlier.items() if name.startswith("total_")}
    _agrees(f"The statistics of {earlier['tenant_name']}", statistics, counts)


def not_active_with(others: Mapping[str, Any], earlier: Mapping[str, Any], statistics: Mapping[str, Any]) -> None:
    """What others did has not moved when the tenant was last active; it may be now, for it reads its statistics."""
    before, after, theirs = (each["last_active"] for each in (earlier, statistics, others))
    name, other = earlier["tenant_name"], others["tenant_name"]
    expect(
        after == before or _seconds(after) > _seconds(theirs),
        f"The statistics of {name} say last_active {after}, those of {other} {theirs}; expected {before} as before, "
        f"for only {other} was active since.",
    )


def leaves_nothing(world: World, text: str) -> None:
    """No row of any table, whoever's it is, holds this text."""
    tables = tables_with(world.databases(), text)
    expect(not tables, f"What was refused stands in {dict(tables)}; expected no row of any table to hold {text!r}.")


def await_stored(world: World, messages: Sequence[Said]) -> None:
    """Return when the messages and replies are stored, or when they might have been: that they are is not said here."""
    said = _all_said(world, messages)
    settled(world, lambda: _all_stored(world), lambda seen: seen >= said)


def _all_said(world: World, messages: Sequence[Said]) -> Counter[StoredMessage]:
    return Counter(_as_stored(world, each, text) for each in messages for text in _texts(each))


def _all_stored(world: World) -> Counter[StoredMessage]:
    return stored_messages(world.databases(), [tenant.tenant_id for tenant in world.scene.tenants.values()])


def _texts(said: Said) -> list[str]:
    return [said.sent.text, *([said.reply.text] if said.reply else [])]


def _as_stored(world: World, said: Said, text: str) -> StoredMessage:
    agent = world.scene.agent(said.agent)
    return StoredMessage(agent.tenant_id, agent.agent_id, text)


class _Place(NamedTuple):
    """Where something was said to an agent: in a group, or by a user in private."""

    tenant_id: str
    agent_id: str
    platform: str
    group_id: str | None
    group_name: str | None
    user_id: str | None


def _place(world: World, said: Said) -> _Place:
    agent, speaker = world.scene.agent(said.agent), said.speaker
    user_id = None if speaker.group_id else speaker.user_id
    return _Place(agent.tenant_id, agent.agent_id, speaker.platform, speaker.group_id, speaker.group_name, user_id)


def _reply_id(said: Said) -> str | None:
    return said.reply.message_id if said.reply else None


def _row(world: World, said: Said, value: str | None, column: str = "message_id") -> Row:
    """Return the one row of a message or reply under its tenant and agent, found by its id or by its text."""
    agent = world.scene.agent(said.agent)

    def read() -> list[Row]:
        rows = rows_of(world.databases(), "messages", [agent.tenant_id])
        return [row for row in rows if (row["agent_id"], row[column]) == (agent.agent_id, value)]

    rows = settled(world, read, lambda rows: len(rows) == 1)
    expect(len(rows) == 1, f"{agent.name} has {len(rows)} rows of the message {value}; expected one.")
    return rows[0]


def _rows_of_agent(
    world: World, table: str, agent: Agent, at_least: int = 1, having: Mapping[str, Any] | None = None
) -> list[Row]:
    """Return the rows under the agent and its tenant that have these values, of which there must be so many."""
    wanted = {"agent_id": agent.agent_id, **(having or {})}

    def read() -> list[Row]:
        rows = rows_of(world.databases(), table, [agent.tenant_id])
        return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    rows = settled(world, read, lambda rows: len(rows) >= at_least)
    expect(
        len(rows) >= at_least,
        f"{table} has {len(rows)} rows with {wanted} under the tenant of {agent.name}; expected at least {at_least}.",
    )
    return rows


def _by_agent(world: World, messages: Sequence[Said]) -> list[tuple[Agent, list[Said]]]:
    names = dict.fromkeys(said.agent for said in messages)
    return [(world.scene.agent(name), [said for said in messages if said.agent == name]) for name in names]


def _agrees(what: str, seen: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    different = {name: seen.get(name) for name, value in expected.items() if seen.get(name) != value}
    wanted = {name: expected[name] for name in different}
    expect(not different, f"{what} says {different}; expected {wanted}.")


def _seconds(time: Any) -> float:
    """Return seconds since 1970 of a number or of a date and time in UTC, as text or not."""
    if isinstance(time, int | float):
        return float(time)
    moment = time if isinstance(time, datetime) else datetime.fromisoformat(str(time).replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
