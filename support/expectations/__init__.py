"""What must hold. Each function asserts, with a message that a stranger can act on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import requests

from support.chat import Conversation
from support.configurator import Agent, ConfiguratorClient, Template, Tenant
from support.expectations.differing import differences
from support.expectations.settling import settled
from support.isolation import TO_AN_AGENT, Cell, Grounds, Sighting, find_leaks, unseen_canaries
from support.masking import mask
from support.reporting import Inconclusive, progress
from support.rows import StoredMessage, stored_messages
from support.vocabulary import Outcome
from support.world import World

# By how much the clocks of the suite and of the deployment may differ where something is said to be of now.
CLOCKS_DIFFER = timedelta(minutes=2)


def expect(condition: bool, message: str) -> None:
    """Raise AssertionError with the message unless the condition holds, also where `assert` is switched off."""
    if not condition:
        raise AssertionError(message)


def answered(answer: requests.Response, outcome: Outcome) -> None:
    """The configurator answered with a status of this outcome, in JSON."""
    expect(
        answer.status_code in outcome.statuses and _is_json(answer),
        f"{answer.request.method} {answer.request.path_url} answered {answer.status_code} {mask(answer.text)[:300]!r}; "
        f"expected it to be {outcome.name} ({' or '.join(map(str, sorted(outcome.statuses)))}) in JSON.",
    )


def _is_json(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith("application/json")


def own_identities(configurator: ConfiguratorClient, tenants: Sequence[Tenant]) -> None:
    """Every id and secret that the dialect knows is there and belongs to one tenant only."""
    for name in configurator.forms:
        values = Counter(getattr(tenant, name) for tenant in tenants)
        shared = [tenant.username for tenant in tenants if values[getattr(tenant, name)] > 1]
        expect(all(values), f"A registered tenant has an empty {name}; expected one of its own.")
        expect(not shared, f"{', '.join(shared)} share a {name}; expected one for each.")


def sees_itself(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The tenant's token leads to the tenant's own account."""
    seen = configurator.who_am_i(tenant)
    for name in ("user_id", "tenant_id", "username"):
        expected = getattr(tenant, name)
        expect(seen.get(name) == expected, f"{tenant.username} sees {name} {seen.get(name)}; expected {expected}.")


def sees_own_agents(configurator: ConfiguratorClient, tenant: Tenant) -> None:
    """The list holds what the tenant created, and nothing else."""
    seen = sorted(agent["agent_id"] for agent in configurator.list_agents(tenant))
    created = sorted(agent.agent_id for agent in tenant.agents)
    expect(seen == created, f"{tenant.username} sees the agents {seen}; expected those that it created, {created}.")


def personas_of_templates(templates: Sequence[Template], agents: Sequence[Agent]) -> None:
    """An agent made from a template without a persona of its own has the template's."""
    personas = {template.template_id: template.persona for template in templates}
    for agent in agents:
        expected = personas[str(agent.template_id)]
        expect(
            agent.persona == expected,
            f"{agent.name} ({agent.agent_id}) has the persona {agent.persona[:60]!r}; "
            f"expected that of {agent.template_id}, {expected[:60]!r}.",
        )


def statistics(configurator: ConfiguratorClient, tenant: Tenant, conversations: Sequence[Conversation]) -> None:
    """The tenant's statistics agree with what it created and said."""
    own = [conversation for conversation in conversations if conversation.plan.tenant is tenant]
    stats = configurator.get_tenant_stats(tenant)
    expected = {
        "total_agents": len(tenant.agents),
        "total_messages": sum(len(each.turns) + len(each.replies) for each in own),
    }
    seen = {name: stats.get(name) for name in expected}
    expect(seen == expected, f"The statistics of {tenant.username} say {seen}; expected {expected}.")


def all_admitted(conversations: Sequence[Conversation]) -> None:
    """Every connection was opened."""
    _assert_none_failed([each for each in conversations if each.connection is None], "were not admitted")


def all_answered(conversations: Sequence[Conversation]) -> None:
    """Every message of every conversation got its reply, and nothing else came."""
    failed = [each for each in conversations if not each.successful]
    _assert_none_failed([each for each in failed if not each.inconclusive], "did not succeed")
    if failed:
        raise Inconclusive("\n".join(str(conversation.failure) for conversation in failed[:10]))


def _assert_none_failed(failed: Sequence[Conversation], what: str) -> None:
    reasons = "\n".join(str(conversation.failure) for conversation in failed[:10])
    expect(not failed, f"{len(failed)} conversations {what}; expected none:\n{reasons}")


def stored_as_said(world: World, conversations: Sequence[Conversation]) -> None:
    """The table messages holds what was sent and received, once each, under the right tenant and agent."""
    said = Counter(
        StoredMessage(conversation.plan.tenant.tenant_id, conversation.plan.agent.agent_id, text)
        for conversation in conversations
        for turn in conversation.turns
        for text in [turn.sent.text, *([turn.reply.text] if turn.reply else [])]
    )
    tenant_ids = {message.tenant_id for message in said}
    with progress("reading what is stored"):
        stored = settled(world, lambda: stored_messages(world.databases(), tenant_ids), lambda seen: seen == said)
    differing = differences(said, stored)
    expect(not differing, differing)


def no_leaks(sightings: Sequence[Sighting], owners: Mapping[str, str]) -> None:
    """No token of one tenant stands at another; each canary was seen at home, or the search proves nothing."""
    leaks = sorted({str(leak) for leak in find_leaks(sightings, owners)})
    expect(not leaks, f"{len(leaks)} leaks; expected none: {'; '.join(leaks[:5])}.")
    unseen = unseen_canaries(sightings, owners)
    if unseen:
        raise Inconclusive(f"{len(unseen)} canaries were not found at their own tenant either: {sorted(unseen)[:3]}.")


def all_held(cells: Sequence[Cell]) -> None:
    """No tenant reached what is another's, and each could reach its own: otherwise its failure proves nothing."""
    if not cells:
        raise Inconclusive("No tenant tried to reach another's, for there was nobody to try; let there be two.")
    broken = _by_channel([cell for cell in cells if cell.verdict == "broken"])
    expect(not broken, f"Tenants reached what is another's by {broken}; expected every attempt to be refused.")
    failed = [cell for cell in cells if cell.verdict == "failed"]
    expect(
        not failed, f"Tenants could not reach their own by {_by_channel(failed)}: {failed[0].reason if failed else ''}"
    )
    unclear = [cell for cell in cells if cell.verdict == "inconclusive"]
    if unclear:
        raise Inconclusive(f"Nothing can be said of {_by_channel(unclear)}: {unclear[0].reason}.")


def _by_channel(cells: Sequence[Cell]) -> str:
    pairs: dict[str, list[str]] = {}
    for cell in cells:
        pairs.setdefault(cell.channel, []).append(f"{cell.intruder} -> {cell.owner}")
    return "; ".join(f"{channel} ({len(each)} pairs, such as {each[0]})" for channel, each in pairs.items())


def locked_out(grounds: Grounds, tenant: Tenant) -> None:
    """Nothing that the tenant could do before is possible any more."""
    outcomes = [outcome for attempt in TO_AN_AGENT for outcome in attempt.make(grounds, tenant, tenant).items()]
    reached = [channel for channel, outcome in outcomes if outcome != "refused"]
    expect(not reached, f"{tenant.username} still succeeds in {', '.join(reached)}; expected a refusal.")
