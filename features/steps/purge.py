"""Steps about removing what tenants have left."""

from behave import given, then, when

from support import expectations, purging
from support.expectations import purging as expected
from support.purge import Selection
from support.removals import MISSES, Naming
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
    expected.nothing_left(world.databases(), world.scene.purged)


@then("their credentials are refused")
def credentials_are_refused(context: HasWorld) -> None:
    for tenant in context.world.scene.tenants.values():
        expectations.locked_out(context.world.grounds, tenant)


@given("these tenants have registered under names that are close to each other")
def tenants_have_close_names(context: HasWorld) -> None:
    purging.register_close_names(context.world.scene, context.table)


@given("{tenant:Name} has been purged")
@when("{tenant:Name} is purged")
@when("{tenant:Name} is purged again")
def tenant_is_purged(context: HasWorld, tenant: str) -> None:
    context.world.remove(purging.of_story(context.world.scene, tenant))


@when("{one:Name} and {other:Name} are purged")
def two_tenants_are_purged(context: HasWorld, one: str, other: str) -> None:
    context.world.remove(purging.of_story(context.world.scene, one, other))


@when("{tenant:Name} is purged by {naming:Naming}")
def tenant_is_purged_by(context: HasWorld, tenant: str, naming: Naming) -> None:
    context.world.remove(naming(context.world.scene.tenant(tenant)))


@when("a purge names each of these of {tenant:Name}")
def purge_names_nobody(context: HasWorld, tenant: str) -> None:
    of_tenant = context.world.scene.tenant(tenant)
    context.world.remove(Selection().union(MISSES[row["name"]](of_tenant) for row in context.table))


@when("all are purged whose user name is that of {tenant:Name} up to {last:Quoted}")
def all_with_beginning_are_purged(context: HasWorld, tenant: str, last: str) -> None:
    username = context.world.scene.tenant(tenant).username
    beginning = username[: username.rindex(last) + len(last)]
    context.world.remove(purging.with_beginning(context.world, beginning))


@when("somebody asks what a purge of {tenant:Name} would take")
def somebody_asks_first(context: HasWorld, tenant: str) -> None:
    context.world.remove(purging.of_story(context.world.scene, tenant), dry_run=True)


@when("{tenant:Name} is purged while {person:Name} keeps writing to {agent:Quoted}")
def tenant_is_purged_while_writing(context: HasWorld, tenant: str, person: str, agent: str) -> None:
    purging.purge_while_writing(context.world, tenant, person, agent)


@when("{tenant:Name} is purged while {person:Name} asks {agent:Quoted} again and again and is answered")
def tenant_is_purged_while_asking(context: HasWorld, tenant: str, person: str, agent: str) -> None:
    purging.purge_while_asking(context.world, tenant, person, agent)


@when("{count:d} people write to {agent:Quoted} while a purge holds the database")
def people_write_while_held(context: HasWorld, count: int, agent: str) -> None:
    purging.write_while_held(context.world, agent, count)


@when("{tenant:Name} registers with the user name and all that {other:Name} had registered with")
def tenant_takes_place_of(context: HasWorld, tenant: str, other: str) -> None:
    scene = context.world.scene
    scene.register(tenant, **{**scene.given, "username": scene.tenant(other).username})


@then("what has gone is of {tenant:Name} alone")
def only_tenant_has_gone(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.only_gone(scene.removals[-1], purging.of_story(scene, tenant))


@then("what has gone is of {one:Name} and {other:Name} alone")
def only_these_have_gone(context: HasWorld, one: str, other: str) -> None:
    scene = context.world.scene
    expected.only_gone(scene.removals[-1], purging.of_story(scene, one, other))


@then("nothing has gone")
def nothing_has_gone(context: HasWorld) -> None:
    expected.nothing_gone(context.world.scene.removals[-1])


@then("no table holds anything of {tenant:Name}")
def nothing_is_left_of(context: HasWorld, tenant: str) -> None:
    expected.nothing_left(context.world.databases(), purging.of_story(context.world.scene, tenant))


@then("no table holds anything of {one:Name} and {other:Name}")
def nothing_is_left_of_two(context: HasWorld, one: str, other: str) -> None:
    expected.nothing_left(context.world.databases(), purging.of_story(context.world.scene, one, other))


@then("the credentials of {tenant:Name} are refused")
def credentials_of_tenant_are_refused(context: HasWorld, tenant: str) -> None:
    expectations.locked_out(context.world.grounds, context.world.scene.tenant(tenant))


@then("the report counts for each table the rows of {tenant:Name} that have gone")
def report_counts_rows(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.tells_what_went(scene.removals[-1], purging.of_story(scene, tenant))


@then("the report counts {users:d} tenant, {agents:d} agents and {messages:d} messages")
def report_counts(context: HasWorld, users: int, agents: int, messages: int) -> None:
    report = context.world.scene.removals[-1].report
    counted = (report.users, report.agents, report.messages)
    expectations.expect(counted == (users, agents, messages), f"The report counts {counted} of these.")


@then("the purge took what was foreseen")
def purge_took_what_was_foreseen(context: HasWorld) -> None:
    foreseen, done = context.world.scene.removals[-2:]
    expected.foresaw(foreseen, done)


@then("the purge says that it found nothing of {tenant:Name}")
def purge_found_nothing(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.found_nobody(scene.removals[-1], purging.of_story(scene, tenant))


@then("the purge says that it found nobody of these names")
def purge_found_nobody(context: HasWorld) -> None:
    removal = context.world.scene.removals[-1]
    expected.found_nobody(removal, removal.report.selection)


@then("a purge by an empty beginning of user names is refused")
def empty_beginning_is_refused(context: HasWorld) -> None:
    expected.refuses_empty_beginning(context.world)
