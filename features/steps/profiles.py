"""Steps about what a tenant reads and changes of itself, and about its statistics."""

from collections.abc import Callable

from behave import given, then, when

from support import profiles
from support.expectations import profiles as expected
from support.world import HasWorld


@given("{tenant:Name} has registered and filled in its profile")
def tenant_has_filled_in_profile(context: HasWorld, tenant: str) -> None:
    profiles.fill_in(context.world.scene, tenant)


@when('{tenant:Name} changes its {detail:ProfileDetail} to "{words}"')
def tenant_changes_detail(context: HasWorld, tenant: str, detail: str, words: str) -> None:
    scene = context.world.scene
    profiles.change(scene, tenant, {detail: profiles.value_of(scene, detail, words)})


@when("{tenant:Name} changes its profile in no detail")
def tenant_changes_nothing(context: HasWorld, tenant: str) -> None:
    profiles.change(context.world.scene, tenant, {})


@when("{tenant:Name} tries each of these changes of itself")
def tenant_tries_changes(context: HasWorld, tenant: str) -> None:
    profiles.try_each(context.world.scene, tenant, context.table)


@when("{tenant:Name} makes these changes of itself at the same time")
def tenant_changes_at_once(context: HasWorld, tenant: str) -> None:
    profiles.change_at_once(context.world.scene, tenant, context.table)


@when("{tenant:Name} tries to change itself and sends each of these")
def tenant_sends_bodies(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = profiles.send_bodies(scene, tenant, [row["body"] for row in context.table])


@when("{tenant:Name} tries to take the email address of {other:Name} {spelling:Spelling}")
def tenant_takes_email(context: HasWorld, tenant: str, other: str, spelling: Callable[[str], str]) -> None:
    scene = context.world.scene
    profiles.try_to_change(scene, tenant, {"email": spelling(profiles.profile_of(scene, other)["email"])})


@when("{tenant:Name} tries to take the email address that {other:Name} registered with")
def tenant_takes_former_email(context: HasWorld, tenant: str, other: str) -> None:
    scene = context.world.scene
    profiles.try_to_change(scene, tenant, {"email": scene.given["email"]})


@when("{one:Name}, {two:Name} and {three:Name} try to take one email address at the same time")
def tenants_claim_one_email(context: HasWorld, one: str, two: str, three: str) -> None:
    scene = context.world.scene
    email = profiles.value_of(scene, "email", "an ordinary one")
    scene.answers = profiles.claim_at_once(scene, [one, two, three], email)


@then("the profile of {tenant:Name} shows what it registered with")
def profile_shows_registration(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.shows(context.world.configurator, scene.tenant(tenant), scene.given)


@then("the profile of {tenant:Name} is as it was accepted")
def profile_is_as_accepted(context: HasWorld, tenant: str) -> None:
    expected.is_as_accepted(context.world.scene, tenant)


@given("the profile of {tenant:Name} has been read")
def profile_has_been_read(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.lists.append([context.world.configurator.read_tenant(scene.tenant(tenant))])


@then("the profile of {tenant:Name} was last changed later than before")
def profile_was_changed(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.changed_later(scene.lists[-1][0], context.world.configurator.read_tenant(scene.tenant(tenant)))


@then("the statistics of {tenant:Name} say that it has nothing and has used nothing")
def statistics_are_empty(context: HasWorld, tenant: str) -> None:
    statistics = context.world.configurator.get_tenant_stats(context.world.scene.tenant(tenant))
    expected.counts(statistics, {f"total_{what}": 0 for what in ("agents", "messages", "api_calls", "cost")})


@then("the statistics of {tenant:Name} count {count:d} agents")
def statistics_count_agents(context: HasWorld, tenant: str, count: int) -> None:
    statistics = context.world.configurator.get_tenant_stats(context.world.scene.tenant(tenant))
    expected.counts(statistics, {"total_agents": count})


@then("the statistics of {tenant:Name} count what was said and used as before")
def statistics_count_use_as_before(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    use = {f"total_{what}": scene.statistics[tenant][f"total_{what}"] for what in ("messages", "api_calls", "cost")}
    expected.counts(context.world.configurator.get_tenant_stats(scene.tenant(tenant)), use)


@then("the statistics of {tenant:Name} name it as its profile does")
def statistics_name_tenant(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    profile = profiles.profile_of(scene, tenant)
    names = {name: profile[name] for name in ("tenant_id", "tenant_name")}
    expected.counts(context.world.configurator.get_tenant_stats(scene.tenant(tenant)), names)
