"""Steps about tenants that live side by side under the same names."""

from behave import given, then, when

from support import expectations, neighbours
from support.expectations import neighbours as expected
from support.world import HasWorld


@given("these tenants have registered, each with an agent {agent:Quoted}")
def tenants_have_settled(context: HasWorld, agent: str) -> None:
    neighbours.settle(context.world.scene, [row["tenant"] for row in context.table], agent)


@given("{person:Name} has been answered by the agent of each tenant")
def person_was_answered_by_all(context: HasWorld, person: str) -> None:
    scene = context.world.scene
    neighbours.ask_all(scene, [dict.fromkeys(scene.tenants, scene.speaker(person))], "你好")


@when("{person:Name} writes to the agents of all tenants in messages with the same ids")
def person_writes_to_all(context: HasWorld, person: str) -> None:
    scene = context.world.scene
    neighbours.ask_all(scene, [dict.fromkeys(scene.tenants, scene.speaker(person))], "你好", same_ids=True)


@given("{tenant:Name} has gone, and another tenant has come under all of its names, with an agent {agent:Quoted}")
def tenant_has_been_replaced(context: HasWorld, tenant: str, agent: str) -> None:
    neighbours.replace_tenant(context.world, tenant, agent)


@when("each of them tries every way to what is another's, and to its own")
def each_tries_every_way(context: HasWorld) -> None:
    context.world.scene.cells = neighbours.try_every_channel(context.world.scene)


@when("{tenant:Name} does all of this to what is its own")
def tenant_acts(context: HasWorld, tenant: str) -> None:
    for row in context.table:
        neighbours.ACTS[row["act"]](context.world.configurator, context.world.scene.tenant(tenant))


@then("each reaches its own and nothing else")
def each_reaches_its_own(context: HasWorld) -> None:
    expectations.all_held(context.world.scene.cells)


@then("each message was answered by the agent of its own tenant")
def each_was_answered_by_own(context: HasWorld) -> None:
    scene = context.world.scene
    for answered, tenant in zip(scene.answered, scene.tenants.values(), strict=True):
        expected.answered_by_own_agent(context.world, answered, tenant)


@then("each tenant has what it left as rows of its own")
def each_has_rows(context: HasWorld) -> None:
    expected.rows_alike(context.world)


@then("{tenant:Name} has noticed nothing, and its agent answers {person:Name}")
def tenant_is_undisturbed(context: HasWorld, tenant: str, person: str) -> None:
    expected.undisturbed(context.world, tenant, person)
