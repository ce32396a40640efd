"""What must hold for tenants that live side by side."""

from collections import Counter
from collections.abc import Mapping

from support.chat import Answered, ask
from support.chat.marker import markers_in
from support.configurator import Tenant
from support.expectations import expect, sees_itself, sees_own_agents
from support.neighbours import connection_of
from support.traces import count_by
from support.world import World


def answered_by_own_agent(world: World, answered: Answered, tenant: Tenant) -> None:
    """The message was put to the model in the persona of the tenant's agent."""
    (marker,) = markers_in(answered.sent.text)
    persona, prompts = tenant.agents[0].persona, world.prompts(marker)
    neighbours = [each for each in world.scene.tenants.values() if each is not tenant]
    others = [agent.persona for each in neighbours for agent in each.agents]
    # What else a replier asks about a message, such as how its people speak, it may ask without a persona.
    own = [prompt for prompt in prompts if persona in prompt]
    foreign = [prompt for prompt in prompts if any(other in prompt for other in others)]
    expect(
        bool(own) and not foreign,
        f"The model was asked {foreign or prompts or 'nothing'} about a message to {tenant.tenant_name}'s agent; "
        f"expected it to be asked as {persona!r}, and as nobody else.",
    )


def rows_alike(world: World) -> None:
    """Each tenant has rows in the same tables, as many as the others."""
    counts: Mapping[str, Counter[tuple[str, str]]] = {
        name: count_by(world.databases(), tenant.tenant_id, "platform") for name, tenant in world.scene.tenants.items()
    }
    first, *others = counts.values()
    seen = {name: {table: count for (table, _), count in each.items()} for name, each in counts.items()}
    expect(
        bool(first) and all(other == first for other in others),
        f"What was said to each tenant alike has left these rows: {seen}; expected the same for each.",
    )


def undisturbed(world: World, name: str, person: str) -> None:
    """Everything is the tenant's as before: its session, key, agents, and the connection that it had open."""
    tenant, configurator = world.scene.tenant(name), world.configurator
    sees_itself(configurator, tenant)
    sees_own_agents(configurator, tenant)
    if "tenant_key" not in configurator.lacking:
        key = configurator.read_api_key(tenant)
        expect(key == tenant.api_key, f"{name} has another API key; expected the one it had.")
    connection = connection_of(world.scene, name)
    asked = ask(connection, world.scene.speaker(person))
    answered_by_own_agent(world, asked.await_answer(world.reply_timeout), tenant)
