"""Steps about what each tenant entrusts to the deployment, marked with its canary."""

from behave import given, then, when

from support import canaries, expectations
from support.vocabulary import Place
from support.world import HasWorld


@given("{person:Name} has told each tenant's agent its canary{place:Place}")
@when("{person:Name} tells each tenant's agent its canary{place:Place}")
def person_tells_canaries(context: HasWorld, person: str, place: Place) -> None:
    canaries.tell(context.world.scene, person, place)


@when("{person:Name} asks each tenant's agent for its canary{place:Place}")
def person_asks_for_canaries(context: HasWorld, person: str, place: Place) -> None:
    canaries.recall(context.world.scene, person, place)


@given("{person:Name} has told each tenant's agent its canary in {groups:d} groups at once")
def person_has_told_canaries_at_once(context: HasWorld, person: str, groups: int) -> None:
    canaries.tell_in_groups(context.world.scene, person, groups)


@when("{person:Name} asks each tenant's agent for its canary in {groups:d} groups at once")
def person_asks_for_canaries_at_once(context: HasWorld, person: str, groups: int) -> None:
    canaries.recall_in_groups(context.world.scene, person, groups)


@given("all agents have reconnected")
def agents_have_reconnected(context: HasWorld) -> None:
    canaries.disconnect_all(context.world.scene)


@when("people whose ids, names and groups are canaries write to the tenants' agents")
def people_write(context: HasWorld) -> None:
    canaries.write_by_name(context.world.scene)


@given("each tenant has written its canary into all that its agent is made of")
def agents_are_described(context: HasWorld) -> None:
    canaries.describe_agents(context.world.scene)


@when("each tenant writes its canary into all that it says of itself")
def tenants_are_described(context: HasWorld) -> None:
    canaries.describe_tenants(context.world.scene)


@then("each canary is found in {where:w} of its own tenant only")
def canary_is_at_home_only(context: HasWorld, where: str) -> None:
    world = context.world
    expectations.no_leaks(canaries.PLACES[where](world), canaries.owners(world.scene))
