"""Steps about the platforms on which people talk to agents."""

from behave import given, then, when

from support import platforms
from support.expectations import platforms as expectations
from support.world import HasWorld


@given('{tenant:Name} is connected to "{agent}" on every platform')
def tenant_is_connected_everywhere(context: HasWorld, tenant: str, agent: str) -> None:
    platforms.connect_everywhere(context.world.scene, tenant, agent)


@given('{person:Name}, in a group, has entrusted {tenant:Name}\'s "{agent}" with a secret on {platform:Platform}')
def secret_was_told_in_group(context: HasWorld, person: str, tenant: str, agent: str, platform: str) -> None:
    platforms.entrust_secret(context.world.scene, person, tenant, agent, platform, in_private=False)


@given('{person:Name}, in private, has entrusted {tenant:Name}\'s "{agent}" with a secret on {platform:Platform}')
def secret_was_told_in_private(context: HasWorld, person: str, tenant: str, agent: str, platform: str) -> None:
    platforms.entrust_secret(context.world.scene, person, tenant, agent, platform, in_private=True)


@when(
    '{person:Name} asks {tenant:Name}\'s "{agent}" on {platform:Platform} {count:d} times, each time after the answer'
)
def person_asks_on_platform(context: HasWorld, person: str, tenant: str, agent: str, platform: str, count: int) -> None:
    for _ in range(count):
        context.world.scene.ask(person, tenant, agent, platform=platform)


@when('{person:Name} asks {tenant:Name}\'s "{agent}" on every platform at once')
def person_asks_everywhere(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    platforms.ask_everywhere(context.world.scene, person, tenant, agent)


@when('{person:Name} asks {tenant:Name}\'s "{agent}" on {platform:Platform} whether it remembers the secret')
@when(
    'somebody with the ids of {person:Name} asks {tenant:Name}\'s "{agent}" on {platform:Platform}'
    " whether it remembers the secret"
)
def person_asks_for_secret(context: HasWorld, person: str, tenant: str, agent: str, platform: str) -> None:
    platforms.ask_for_secret(context.world.scene, person, tenant, agent, platform)


@then("all that is stored of it for {tenant:Name} is stored under {platform:Platform}")
def all_is_stored_under(context: HasWorld, tenant: str, platform: str) -> None:
    tenant_id = context.world.scene.tenant(tenant).tenant_id
    expectations.all_stored_under(context.world.databases(), tenant_id, platform)


@then("each reply came on the platform of its message")
def replies_came_on_their_platform(context: HasWorld) -> None:
    expectations.on_their_own_platform(context.world.scene.answered)


@then("the secret was told on {platform:Platform} and not on {other:Platform}")
def secret_stayed_on_platform(context: HasWorld, platform: str, other: str) -> None:
    scene = context.world.scene
    expectations.told_only_on(scene.answered, scene.secret, platform)


@then(
    'for {tenant:Name} "{agent}" knows one person and holds one chat stream on each of'
    " {first:Platform} and {second:Platform}"
)
def persons_and_streams_are_told_apart(context: HasWorld, tenant: str, agent: str, first: str, second: str) -> None:
    tenant_id = context.world.scene.tenant(tenant).tenant_id
    tables = ["person_info", "chat_streams"]
    expectations.known_once_on_each(context.world.databases(), tenant_id, tables, [first, second])
