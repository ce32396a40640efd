"""Steps about removing what a tenant has left."""

from behave import then, when

from support import expectations
from support.world import HasWorld


@when("the tenants of the run are purged")
def tenants_are_purged(context: HasWorld) -> None:
    world = context.world
    tenants = world.populated_tenants()
    world.scene.tenants = {tenant.username: tenant for tenant in tenants}
    world.scene.purged = world.purge(tenants).selection


@then("no table holds anything of them")
def nothing_is_left(context: HasWorld) -> None:
    world = context.world
    expectations.nothing_left(world.databases(), world.scene.purged)


@then("their credentials are refused")
def credentials_are_refused(context: HasWorld) -> None:
    for tenant in context.world.scene.tenants.values():
        expectations.locked_out(context.world.grounds, tenant)
