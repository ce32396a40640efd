"""Steps about the API key of a tenant."""

from behave import then, when

from support.accounts import attempts
from support.accounts.crowd import at_the_same_moment
from support.configurator.operations import OPERATIONS
from support.expectations import accounts, secrecy
from support.world import HasWorld


@when("{tenant:Name} regenerates its API key")
def regenerates_key(context: HasWorld, tenant: str) -> None:
    context.world.configurator.regenerate_api_key(context.world.scene.tenant(tenant))


@when("{tenant:Name} regenerates its API key {times:d} times")
def regenerates_key_often(context: HasWorld, tenant: str, times: int) -> None:
    for _ in range(times):
        context.world.configurator.regenerate_api_key(context.world.scene.tenant(tenant))


@when("{tenant:Name} regenerates its API key {times:d} times at once")
def regenerates_key_at_once(context: HasWorld, tenant: str, times: int) -> None:
    scene, configurator = context.world.scene, context.world.configurator
    account, operation = scene.tenant(tenant), OPERATIONS["regenerate the API key"]
    scene.answers = attempts.numbered(
        at_the_same_moment(times, lambda: attempts.as_itself(configurator, operation, account))
    )


@when("{somebody:Name} tries to give its tenant the API key of {tenant:Name}")
def gives_itself_the_key(context: HasWorld, somebody: str, tenant: str) -> None:
    scene = context.world.scene
    body = {"api_key": scene.tenant(tenant).api_key}
    change = OPERATIONS["change the tenant"]
    scene.answer = attempts.as_itself(context.world.configurator, change, scene.tenant(somebody), json=body)


@then("{tenant:Name} sees the API key that it was given at registration")
@then("{tenant:Name} sees its new API key")
@then("{tenant:Name} still has its API key")
def sees_its_key(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    accounts.has_api_key(context.world.configurator, account, account.api_key)


@then("the API key of {tenant:Name} is another than before")
def key_is_new(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    accounts.is_replaced("API key", account.api_key, account.replaced)


@then("the API key of {tenant:Name} has the documented form")
def key_has_documented_form(context: HasWorld, tenant: str) -> None:
    accounts.has_documented_form(context.world.configurator, context.world.scene.tenant(tenant), "api_key")


@then("the old API key of {tenant:Name} stands in no table")
def old_key_is_gone(context: HasWorld, tenant: str) -> None:
    old = context.world.scene.tenant(tenant).replaced[-1]
    secrecy.not_stored(context.world.databases(), {"the old API key": old})


@then("no two API keys of {tenant:Name} are alike")
def keys_are_unlike(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    accounts.unlike_each_other([*account.replaced, account.api_key])


@then("the API key of {tenant:Name} is one of those answered")
def key_was_answered(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    accounts.has_one_of_answered(context.world.configurator, scene.tenant(tenant), scene.answers)
