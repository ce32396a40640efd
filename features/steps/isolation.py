"""Steps about what must not pass between tenants."""

from behave import then

from support import expectations
from support.isolation import TO_AN_AGENT, try_channels
from support.world import HasWorld


@then("what a tenant said stands in no frame, prompt or row of another")
def nothing_leaked(context: HasWorld) -> None:
    world = context.world
    expectations.no_leaks(world.sightings(), world.owners)


@then("no tenant reaches an agent of its neighbour")
def no_tenant_reaches_another(context: HasWorld) -> None:
    tenants = context.world.populated_tenants()
    neighbours = zip(tenants, tenants[1:] + tenants[:1], strict=True)
    pairs = [pair for pair in neighbours if pair[0] is not pair[1]]
    cells = try_channels(context.world.grounds, pairs, TO_AN_AGENT)
    expectations.all_held(cells)
