"""What a cell says: the verdict follows from the attempt and from both controls."""

import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from fastapi import Request, Response
from sqlalchemy import create_engine, text

from support.configurator import Tenant, UnexpectedAnswer, client_of
from support.deployments import Deployment
from support.expectations import all_held
from support.isolation import ATTEMPTS, CHANNELS, TO_AN_AGENT, Attempt, Cell, Grounds, Outcome, try_channels
from support.reporting import Inconclusive
from tests.isolation.conftest import register
from tests.isolation.leaky_configurator import serving


def execute(deployment: Deployment, statement: str, **values: str) -> None:
    engine = create_engine(deployment.database_urls[0])
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


# What an attempt comes to: its outcome, or why there is none.
Made = Outcome | Exception


def nobody(name: str) -> Tenant:
    """A tenant that no deployment knows."""
    return Tenant(name.lower(), f"user_{name}", f"tenant_{name}", name, "", "", "", "")


def verdicts(cells: Sequence[Cell]) -> set[str]:
    return {cell.verdict for cell in cells}


def test_every_channel_holds_between_the_tenants_of_a_correct_deployment(
    grounds: Grounds, owner: Tenant, intruder: Tenant
) -> None:
    cells = try_channels(grounds, permutations([owner, intruder], 2))

    all_held(cells)
    assert len(cells) == 2 * len(CHANNELS) == 2 * len(set(CHANNELS))


def test_attempts_leave_the_tenants_able_to_use_what_is_theirs(
    grounds: Grounds, owner: Tenant, intruder: Tenant
) -> None:
    try_channels(grounds, [(intruder, owner)])

    for tenant in (owner, intruder):
        assert grounds.configurator.who_am_i(tenant)["tenant_id"] == tenant.tenant_id
        assert grounds.configurator.read_api_key(tenant) == tenant.api_key
        assert [each["agent_id"] for each in grounds.configurator.list_agents(tenant)] == [tenant.agents[0].agent_id]


def test_an_agent_that_its_intruder_reaches_is_broken_open(
    grounds: Grounds, deployment: Deployment, owner: Tenant, intruder: Tenant
) -> None:
    agent_id = owner.agents[0].agent_id
    execute(
        deployment, "UPDATE agents SET tenant_id = :to WHERE agent_id = :agent", to=intruder.tenant_id, agent=agent_id
    )

    cells = try_channels(grounds, [(intruder, owner)], TO_AN_AGENT)

    assert verdicts(cells) == {"broken"}
    with pytest.raises(AssertionError, match="reading an agent"):
        all_held(cells)


def test_without_a_neighbour_nothing_is_proven() -> None:
    with pytest.raises(Inconclusive, match="nobody to try"):
        all_held([])


def test_an_owner_that_cannot_makes_the_cell_inconclusive(
    grounds: Grounds, deployment: Deployment, owner: Tenant, intruder: Tenant
) -> None:
    execute(deployment, "DELETE FROM agents WHERE agent_id = :agent", agent=owner.agents[0].agent_id)

    cells = try_channels(grounds, [(intruder, owner)], TO_AN_AGENT)

    assert verdicts(cells) == {"inconclusive"}
    with pytest.raises(Inconclusive, match="Acme does not succeed at its own"):
        all_held(cells)


def test_an_intruder_that_cannot_do_anything_proves_nothing(
    grounds: Grounds, deployment: Deployment, owner: Tenant, intruder: Tenant
) -> None:
    execute(deployment, "UPDATE tenant_users SET status = 'suspended' WHERE tenant_id = :it", it=intruder.tenant_id)

    cells = try_channels(grounds, [(intruder, owner)], TO_AN_AGENT)

    assert verdicts(cells) == {"inconclusive"}
    assert "Mallory does not succeed at its own" in cells[0].reason


def test_an_attempt_that_cannot_be_made_makes_the_cell_inconclusive_and_says_why(
    grounds: Grounds, deployment: Deployment, owner: Tenant, intruder: Tenant
) -> None:
    execute(deployment, "DELETE FROM agents WHERE agent_id = :agent", agent=owner.agents[0].agent_id)
    overhearing = [attempt for attempt in ATTEMPTS if "receiving the replies in a group" in attempt.channels]

    cells = try_channels(grounds, [(intruder, owner)], overhearing)

    assert verdicts(cells) == {"inconclusive"}
    assert all("refused" in cell.reason for cell in cells)


REACHED, REFUSED, NEITHER = "reached", "refused", "neither"
FAILED, UNSERVED = AssertionError("no answer"), UnexpectedAnswer("GET / answered 500")


@pytest.mark.parametrize(
    ("attempt", "of_owner", "of_intruder", "told"),
    [
        (REFUSED, REACHED, REACHED, "held"),
        (REACHED, REACHED, REACHED, "broken"),
        (REACHED, REFUSED, FAILED, "broken"),
        (NEITHER, REACHED, REACHED, "broken"),
        (REFUSED, NEITHER, REACHED, "inconclusive (Acme does not succeed at its own either)"),
        (REFUSED, REACHED, REFUSED, "inconclusive (Mallory does not succeed at its own either)"),
        (REFUSED, REFUSED, REFUSED, "inconclusive (Acme does not succeed at its own either)"),
        (REFUSED, FAILED, REACHED, "inconclusive (no answer)"),
        (REFUSED, REACHED, FAILED, "inconclusive (no answer)"),
        (FAILED, REACHED, REACHED, "inconclusive (no answer)"),
        (Inconclusive("no prompts"), REACHED, REACHED, "inconclusive (no prompts)"),
        (REFUSED, UNSERVED, REACHED, "failed (GET / answered 500)"),
        (REFUSED, REACHED, UNSERVED, "failed (GET / answered 500)"),
        (UNSERVED, FAILED, REACHED, "failed (GET / answered 500)"),
        (REACHED, UNSERVED, REACHED, "broken"),
    ],
)
def test_a_verdict_follows_from_the_attempt_and_from_what_both_can_do_at_home(
    grounds: Grounds, attempt: Made, of_owner: Made, of_intruder: Made, told: str
) -> None:
    acme, mallory = nobody("Acme"), nobody("Mallory")
    by_actor = {("Mallory", "Acme"): attempt, ("Acme", "Acme"): of_owner, ("Mallory", "Mallory"): of_intruder}

    def make(_: Grounds, actor: Tenant, owner: Tenant) -> Mapping[str, Outcome]:
        made = by_actor[actor.tenant_name, owner.tenant_name]
        if isinstance(made, Exception):
            raise made
        return {"reading": made, "writing": made}

    cells = try_channels(grounds, [(mallory, acme)], [Attempt(("reading", "writing"), make)])

    assert [str(cell) for cell in cells] == [f"Mallory -> Acme by {way}: {told}" for way in ("reading", "writing")]


def test_that_the_configurator_fails_of_what_is_the_owner_s_is_a_failure_of_the_deployment(
    grounds: Grounds, deployment: Deployment
) -> None:
    async def fail_of_statistics(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        return Response("Oh!", 500) if request.url.path.endswith("/stats") else await go_on(request)

    measuring = [attempt for attempt in ATTEMPTS if "reading the statistics" in attempt.channels]
    with serving(deployment.database_urls[0], fail_of_statistics) as url:
        configurator = client_of("v1", url, None)
        acme, mallory = register(configurator, "Acme"), register(configurator, "Mallory")
        cells = try_channels(replace(grounds, configurator=configurator), [(mallory, acme)], measuring)

    assert verdicts(cells) == {"failed"}
    with pytest.raises(AssertionError, match=r"reading the statistics .*/stats answered Acme, .* 500 'Oh!'"):
        all_held(cells)


def test_attempts_are_made_at_once_and_those_that_want_it_alone(grounds: Grounds) -> None:
    everybody_is_there, under_way = threading.Barrier(3), set[str]()

    def together(*_: object) -> Mapping[str, Outcome]:
        under_way.add("together")
        everybody_is_there.wait(15)
        return {"together": "reached"}

    def alone(_: Grounds, actor: Tenant, owner: Tenant) -> Mapping[str, Outcome]:
        me = f"{actor.tenant_name} {owner.tenant_name}"
        assert under_way == {"together"}
        under_way.add(me)
        under_way.remove(me)
        return {"alone": "reached"}

    attempts = [Attempt(("alone",), alone, alone=True), Attempt(("together",), together)]
    cells = try_channels(grounds, [(nobody("Mallory"), nobody("Acme"))], attempts)

    assert [(cell.channel, cell.verdict, cell.reason) for cell in cells] == [
        ("alone", "broken", ""),
        ("together", "broken", ""),
    ]


def test_what_changes_or_measures_is_tried_alone_and_what_a_dialect_may_lack_says_so() -> None:
    alone = {channel for attempt in ATTEMPTS if attempt.alone for channel in attempt.channels}
    needs = {channel: attempt.needs for attempt in ATTEMPTS if attempt.needs for channel in attempt.channels}

    assert alone == {
        "changing what the tenant is",
        "replacing the API key",
        "renewing the session in the other's name",
        "reading the statistics",
    }
    assert needs == {
        **dict.fromkeys(
            (
                "reading an agent",
                "listing the agents",
                "changing an agent",
                "deleting an agent",
                "creating an agent in the other's name",
                "reading what the tenant is",
                "changing what the tenant is",
            ),
            "accounts",
        ),
        "reading the API key": "tenant_key",
        "replacing the API key": "tenant_key",
        "renewing the session in the other's name": "renewal",
        "reading the statistics": "statistics",
    }
    assert {type(attempt.needs) for attempt in ATTEMPTS} == {str}


def test_a_channel_that_is_lacking_is_not_tried_and_says_why(grounds: Grounds) -> None:
    def never(_grounds: Grounds, _actor: Tenant, _owner: Tenant) -> Mapping[str, Outcome]:
        raise AssertionError("it was tried")

    def refuse(_grounds: Grounds, actor: Tenant, owner: Tenant) -> Mapping[str, Outcome]:
        return {"talking": "reached" if actor is owner else "refused"}

    frontless = replace(grounds, configurator=client_of("saas", "http://127.0.0.1:9", None))
    attempts = [Attempt(("reading", "writing"), never, needs="accounts"), Attempt(("talking",), refuse)]
    cells = try_channels(frontless, [(nobody("Mallory"), nobody("Acme"))], attempts)

    reason = frontless.configurator.lacking["accounts"]
    assert [(cell.channel, cell.verdict, cell.reason) for cell in cells] == [
        ("reading", "not applicable", reason),
        ("writing", "not applicable", reason),
        ("talking", "held", ""),
    ]
    all_held(cells)


def test_the_statistics_are_measured_by_what_the_owner_s_people_say(
    grounds: Grounds, owner: Tenant, intruder: Tenant
) -> None:
    measuring = [attempt for attempt in ATTEMPTS if "reading the statistics" in attempt.channels]
    before = grounds.configurator.get_tenant_stats(owner), grounds.configurator.get_tenant_stats(intruder)

    (cell,) = try_channels(grounds, [(intruder, owner)], measuring)

    after = grounds.configurator.get_tenant_stats(owner), grounds.configurator.get_tenant_stats(intruder)
    assert cell.verdict == "held"
    # Of the owner once by the intruder's attempt and once by its own; of the intruder by its own alone.
    said = [(now["total_messages"] - then["total_messages"]) for then, now in zip(before, after, strict=True)]
    assert said == [4, 2]


def test_rows_that_are_copied_to_another_tenant_break_the_channels_that_show_them(
    grounds: Grounds, deployment: Deployment, owner: Tenant, intruder: Tenant
) -> None:
    columns = (
        "agent_id, platform, chat_stream_id, message_id, time, chat_info_stream_id, chat_info_platform, "
        "chat_info_user_id, user_platform, user_id, processed_plain_text"
    )
    copy = f"SELECT '{intruder.tenant_id}', {columns} FROM messages WHERE id = NEW.id"  # noqa: S608 - ids of our own
    insert = f"INSERT INTO messages (tenant_id, {columns}) {copy}"
    condition = f"AFTER INSERT ON messages WHEN NEW.tenant_id = '{owner.tenant_id}'"
    execute(deployment, f"CREATE TRIGGER leak_{owner.tenant_id} {condition} BEGIN {insert}; END")

    cells = try_channels(grounds, [(intruder, owner)])

    broken = {cell.channel for cell in cells if cell.verdict == "broken"}
    stored = {"storing what was told in a group", "storing what was told in private"}
    assert broken == stored | {"reading the statistics"}
    execute(deployment, f"DROP TRIGGER leak_{owner.tenant_id}")
