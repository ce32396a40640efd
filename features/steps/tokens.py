"""Steps about tokens: what they say, how they are renewed, when they end, and who makes some of their own."""

from datetime import timedelta
from typing import Any

from behave import given, then, when

from support import operating
from support.accounts import attempts
from support.accounts.crowd import at_the_same_moment
from support.accounts.forgery import ALTERATIONS, REFRESH_TOKENS
from support.configurator.operations import OPERATIONS
from support.expectations import accounts, tokens
from support.world import HasWorld


@then("the access token of {tenant:Name} names {same:Name} and its kind, and ends after {hours:d} hours")
def access_token_says(context: HasWorld, tenant: str, same: str, hours: int) -> None:
    account = context.world.scene.tenant(tenant)
    tokens.says(account.access_token, context.world.scene.tenant(same), "access", timedelta(hours=hours))


@then("the refresh token of {tenant:Name} names {same:Name} and its kind, and ends after {days:d} days")
def refresh_token_says(context: HasWorld, tenant: str, same: str, days: int) -> None:
    account = context.world.scene.tenant(tenant)
    tokens.says(account.refresh_token, context.world.scene.tenant(same), "refresh", timedelta(days=days))


@when("{tenant:Name} renews its session")
def renews_session(context: HasWorld, tenant: str) -> None:
    context.world.configurator.renew(context.world.scene.tenant(tenant))


@given("{tenant:Name} has used both of its tokens")
def has_used_tokens(context: HasWorld, tenant: str) -> None:
    context.world.configurator.renew(context.world.scene.tenant(tenant))
    context.world.configurator.who_am_i(context.world.scene.tenant(tenant))


@given('the "{device}" has renewed its session')
def login_has_renewed(context: HasWorld, device: str) -> None:
    context.world.configurator.renew(context.world.scene.login(device))


@when("{tenant:Name} tries to renew its session {times:d} times at once")
def renews_session_at_once(context: HasWorld, tenant: str, times: int) -> None:
    scene, configurator, renewal = context.world.scene, context.world.configurator, OPERATIONS["renew the session"]
    body = {"refresh_token": scene.tenant(tenant).refresh_token}
    scene.answers = attempts.numbered(at_the_same_moment(times, lambda: renewal.attempt(configurator, json=body)))


@when("{tenant:Name} tries to log in and to renew that session")
def logs_in_and_renews(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.log_in_and_renew(context.world.configurator, scene.tenant(tenant))


@when("somebody tries to renew the session of {tenant:Name} with each of these")
def somebody_renews_with(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    presented = {row["token"]: REFRESH_TOKENS[row["token"]](scene.tenant(tenant)) for row in context.table}
    scene.answers = attempts.renew(context.world.configurator, presented)


@when("{somebody:Name}, with its own access token, tries to renew the session of {tenant:Name}")
def somebody_renews_another_s(context: HasWorld, somebody: str, tenant: str) -> None:
    scene, renewal = context.world.scene, OPERATIONS["renew the session"]
    body = {"refresh_token": scene.tenant(tenant).refresh_token}
    scene.answer = attempts.as_itself(context.world.configurator, renewal, scene.tenant(somebody), json=body)


@when("{somebody:Name} tries the access token of {tenant:Name} after each of these alterations")
def somebody_alters_access_token(context: HasWorld, somebody: str, tenant: str) -> None:
    scene = context.world.scene
    altered = {row["alteration"]: ALTERATIONS[row["alteration"]](scene.tenant(tenant).access_token)
               for row in context.table}  # fmt: skip
    scene.answers = attempts.read_account(context.world.configurator, altered)


@when("{somebody:Name} tries the refresh token of {tenant:Name} after each of these alterations")
def somebody_alters_refresh_token(context: HasWorld, somebody: str, tenant: str) -> None:
    scene = context.world.scene
    altered = {row["alteration"]: ALTERATIONS[row["alteration"]](scene.tenant(tenant).refresh_token)
               for row in context.table}  # fmt: skip
    scene.answers = attempts.renew(context.world.configurator, altered)


@when("{somebody:Name} tries tokens of {tenant:Name} that are signed with well-known secrets, {claims:Claims}")
def somebody_guesses_secrets(context: HasWorld, somebody: str, tenant: str, claims: dict[str, Any]) -> None:
    scene = context.world.scene
    tokens = attempts.well_known(scene.tenant(tenant).access_token, **claims)
    scene.answers = attempts.read_account(context.world.configurator, tokens)


@given("the tenants are those of a deployment whose tokens soon end")
def tokens_soon_end(context: HasWorld) -> None:
    operating.move_to_another(context.world)


@when("the access token of {tenant:Name} has come to its end")
def access_token_has_ended(context: HasWorld, tenant: str) -> None:
    operating.await_end(context.world.scene.tenant(tenant).access_token)


@when("the refresh token of {tenant:Name} has come to its end")
def refresh_token_has_ended(context: HasWorld, tenant: str) -> None:
    operating.await_end(context.world.scene.tenant(tenant).refresh_token)


@when('the "{device}" logs out')
def login_logs_out(context: HasWorld, device: str) -> None:
    context.world.configurator.logout(context.world.scene.login(device))


@when('the "{device}" tries to log out again')
def login_logs_out_again(context: HasWorld, device: str) -> None:
    scene = context.world.scene
    end = OPERATIONS["end the session"]
    scene.answer = attempts.as_itself(context.world.configurator, end, scene.login(device))


@then("the access token of {tenant:Name} is another than before")
def access_token_is_new(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    accounts.is_replaced("access token", account.access_token, account.replaced)


@then("the new access token, if there is one, names {tenant:Name}")
def renewed_token_names(context: HasWorld, tenant: str) -> None:
    tokens.renewed_for(context.world.scene.answer, context.world.scene.tenant(tenant))


@then("all new access tokens differ")
def new_tokens_differ(context: HasWorld) -> None:
    tokens.all_differ(context.world.scene.answers)


@then("each answer calls its access token a bearer token and says when it ends")
def answers_describe_tokens(context: HasWorld) -> None:
    tokens.each_described(context.world.scene.answers)


@then('the "{device}" can renew its session')
def login_can_renew(context: HasWorld, device: str) -> None:
    tokens.renews(context.world.configurator, context.world.scene.login(device))


@then("{tenant:Name} can renew its session")
def tenant_can_renew(context: HasWorld, tenant: str) -> None:
    tokens.renews(context.world.configurator, context.world.scene.tenant(tenant))


@then('the access token of the "{device}" is refused')
def access_of_login_ended(context: HasWorld, device: str) -> None:
    tokens.access_ended(context.world.configurator, context.world.scene.login(device).access_token)


@then('the first access token of the "{device}" is refused')
def first_access_of_login_ended(context: HasWorld, device: str) -> None:
    tokens.access_ended(context.world.configurator, context.world.scene.login(device).replaced[0])


@then('the refresh token of the "{device}" is refused')
def refresh_of_login_ended(context: HasWorld, device: str) -> None:
    tokens.refresh_ended(context.world.configurator, context.world.scene.login(device))


@then("the access token of {tenant:Name} is refused")
def access_of_tenant_ended(context: HasWorld, tenant: str) -> None:
    tokens.access_ended(context.world.configurator, context.world.scene.tenant(tenant).access_token)


@then("no operation accepts the access token of {tenant:Name}")
def no_operation_accepts(context: HasWorld, tenant: str) -> None:
    tokens.opens_nothing(context.world.configurator, context.world.scene.tenant(tenant).access_token)


@then("the refresh token of {tenant:Name} is refused")
def refresh_of_tenant_ended(context: HasWorld, tenant: str) -> None:
    tokens.refresh_ended(context.world.configurator, context.world.scene.tenant(tenant))
