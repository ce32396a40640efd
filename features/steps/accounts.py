"""Steps about accounts: registration, login, API keys."""

import json
from collections.abc import Callable

from behave import given, then, when

from support import expectations
from support.accounts import attempts
from support.accounts.crowd import at_the_same_moment
from support.accounts.forgery import ANOTHER_PASSWORD
from support.accounts.specimens import FIELDS
from support.configurator import Tenant
from support.expectations import accounts, answers
from support.vocabulary import OUTCOMES, Outcome
from support.world import HasWorld


@when("{tenant:Name} registers with these details")
def registers_with_details(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.given = {FIELDS[row["detail"]]: scene.specimen(FIELDS[row["detail"]], row["value"]) for row in context.table}
    scene.register(tenant, **scene.given)


@given("{tenant:Name} has registered with an email address")
def has_registered_with_email(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.register(tenant, email=scene.specimen("email", "an ordinary one"))


@given('{tenant:Name} has registered with the password "{password}"')
def has_registered_with_password(context: HasWorld, tenant: str, password: str) -> None:
    scene = context.world.scene
    scene.register(tenant, password=scene.specimen("password", password))


@when('somebody tries to register with the {detail:Detail} "{value}"')
def somebody_registers_with(context: HasWorld, detail: str, value: str) -> None:
    scene = context.world.scene
    scene.answer = scene.try_to_register(**{detail: scene.specimen(detail, value)})


@when("somebody tries to register with the {detail:Detail} of {tenant:Name} {spelling:Spelling}")
def somebody_takes_a_detail(context: HasWorld, detail: str, tenant: str, spelling: Callable[[str], str]) -> None:
    scene = context.world.scene
    taken = context.world.configurator.who_am_i(scene.tenant(tenant))[detail]
    scene.answer = scene.try_to_register(**{detail: spelling(taken)})


@when("{somebody:Name} tries to register with the user name of {tenant:Name} and another password")
def takes_the_name_with_a_password(context: HasWorld, somebody: str, tenant: str) -> None:
    scene = context.world.scene
    scene.answer = scene.try_to_register(username=scene.tenant(tenant).username, password=ANOTHER_PASSWORD)


@when("{somebody:Name} tries to register with the ids, the API key and the status of {tenant:Name}")
def claims_what_is_another_s(context: HasWorld, somebody: str, tenant: str) -> None:
    scene = context.world.scene
    account = context.world.configurator.who_am_i(scene.tenant(tenant))
    scene.answer = scene.try_to_register(
        **{name: account[name] for name in ("user_id", "tenant_id", "api_key", "status")}
    )


@when("{count:d} people try to register the same {detail:Detail} at once")
def many_register_one(context: HasWorld, count: int, detail: str) -> None:
    scene = context.world.scene
    same = {detail: scene.specimen(detail, {"username": "50 characters", "email": "an ordinary one"}[detail])}
    scene.answers = attempts.numbered(at_the_same_moment(count, lambda: scene.try_to_register(**same)))


@then("one is accepted and the others are {outcome:Outcome}")
def one_is_accepted(context: HasWorld, outcome: Outcome) -> None:
    answers.one_accepted(context.world.scene.answers, outcome)


@then("the one who was accepted has access")
def accepted_has_access(context: HasWorld) -> None:
    accounts.accepted_has_access(context.world.configurator, context.world.scene.answers)


@then("the same user name can be registered now")
def name_is_free(context: HasWorld) -> None:
    scene = context.world.scene
    username = json.loads(scene.answer.request.body or b"{}")["username"]
    expectations.answered(scene.try_to_register(username=username), OUTCOMES["accepted"])


@then("the ids, the key and the tokens of {tenant:Name} have the documented form")
def identity_has_documented_form(context: HasWorld, tenant: str) -> None:
    accounts.has_documented_form(context.world.configurator, context.world.scene.tenant(tenant))


@then('the ids, the key and the tokens of the "{device}" have the documented form')
def login_has_documented_form(context: HasWorld, device: str) -> None:
    accounts.has_documented_form(context.world.configurator, context.world.scene.login(device))


@then("{one:Name} and {other:Name} share none of them")
def share_nothing(context: HasWorld, one: str, other: str) -> None:
    accounts.share_nothing(context.world.scene.tenant(one), context.world.scene.tenant(other))


@then("{tenant:Name} sees itself with these details")
def sees_details(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    accounts.has_details(context.world.configurator, scene.tenant(tenant), scene.given)


@then("{tenant:Name} sees itself as an active, personal tenant that has a name")
def sees_plain_account(context: HasWorld, tenant: str) -> None:
    accounts.is_plain_account(context.world.configurator, context.world.scene.tenant(tenant))


@given('{tenant:Name} has logged in on its "{device}"')
@when('{tenant:Name} logs in on its "{device}"')
def logs_in_on(context: HasWorld, tenant: str, device: str) -> None:
    scene = context.world.scene
    account = scene.tenant(tenant)
    scene.logins[device] = context.world.configurator.login(account.username, account.password)


@when("{tenant:Name} logs in {count:d} times at once")
def logs_in_at_once(context: HasWorld, tenant: str, count: int) -> None:
    scene, configurator = context.world.scene, context.world.configurator
    account = scene.tenant(tenant)
    logins = at_the_same_moment(count, lambda: configurator.login(account.username, account.password))
    scene.logins = {f"device {number}": login for number, login in enumerate(logins, 1)}


@when("somebody tries to log in as {tenant:Name} with {guess:Guess}")
def somebody_logs_in_as(context: HasWorld, tenant: str, guess: Callable[[Tenant], str]) -> None:
    scene = context.world.scene
    account = scene.tenant(tenant)
    scene.answer = context.world.configurator.try_to_log_in(account.username, guess(account))


@when("somebody tries to log in as {tenant:Name} {spelling:Spelling} with {guess:Guess}")
def somebody_logs_in_by_a_spelling(
    context: HasWorld, tenant: str, spelling: Callable[[str], str], guess: Callable[[Tenant], str]
) -> None:
    scene = context.world.scene
    account = scene.tenant(tenant)
    scene.answer = context.world.configurator.try_to_log_in(spelling(account.username), guess(account))


@when("somebody tries to log in as {tenant:Name} with the password of {other:Name}")
def somebody_logs_in_with_password_of(context: HasWorld, tenant: str, other: str) -> None:
    scene = context.world.scene
    username, password = scene.tenant(tenant).username, scene.tenant(other).password
    scene.answer = context.world.configurator.try_to_log_in(username, password)


@when("somebody tries the password of {tenant:Name} with each of these user names")
def somebody_logs_in_by_commands(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    password = scene.tenant(tenant).password
    names = [row["user name"] for row in context.table]
    scene.answers = {name: context.world.configurator.try_to_log_in(name, password) for name in names}


@when("somebody tries {times:d} times to log in as {tenant:Name} with another password")
def somebody_slips(context: HasWorld, times: int, tenant: str) -> None:
    scene = context.world.scene
    username = scene.tenant(tenant).username
    tries = (context.world.configurator.try_to_log_in(username, ANOTHER_PASSWORD) for _ in range(times))
    scene.answers = attempts.numbered(tries)


@when("{tenant:Name} tries to log in {times:d} times, each time after {slips:d} slips")
def slips_and_logs_in(context: HasWorld, tenant: str, times: int, slips: int) -> None:
    scene = context.world.scene
    scene.answers = attempts.slip_and_log_in(context.world.configurator, scene.tenant(tenant), times, slips)


@when("somebody tries {times:d} times to log in as {tenant:Name} and as a user that nobody is")
def somebody_logs_in_by_turns(context: HasWorld, times: int, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.log_in_by_turns(context.world.configurator, scene.tenant(tenant), times)


@when("somebody guesses the password of {tenant:Name} again and again")
def somebody_guesses(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answer = attempts.guess_until_stopped(context.world.configurator, scene.tenant(tenant).username)


@when("somebody guesses the password of a user that nobody is, again and again")
def somebody_guesses_nobody(context: HasWorld) -> None:
    nobody = attempts.user_that_nobody_is()
    context.world.scene.answer = attempts.guess_until_stopped(context.world.configurator, nobody)


@when("{tenant:Name} mistypes its password by one character more")
def tenant_mistypes(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    context.world.configurator.try_to_log_in(account.username, f"{account.password}x")


@when("somebody makes {count:d} guesses of the password of {tenant:Name} at once, and a right one behind them")
def somebody_guesses_at_once(context: HasWorld, count: int, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.guess_at_once(context.world.configurator, scene.tenant(tenant), count)


@then("{tenant:Name} still has access")
def tenant_has_access(context: HasWorld, tenant: str) -> None:
    expectations.sees_itself(context.world.configurator, context.world.scene.tenant(tenant))


@then('the "{device}" has access')
def login_has_access(context: HasWorld, device: str) -> None:
    expectations.sees_itself(context.world.configurator, context.world.scene.login(device))


@then("every login has access")
def every_login_has_access(context: HasWorld) -> None:
    for login in context.world.scene.logins.values():
        expectations.sees_itself(context.world.configurator, login)


@then("all logins have tokens of their own")
def logins_have_their_own_tokens(context: HasWorld) -> None:
    accounts.has_tokens_of_its_own(list(context.world.scene.logins.values()))


@then('the "{device}" is the same account as {tenant:Name}')
def login_is_account_of(context: HasWorld, device: str, tenant: str) -> None:
    accounts.is_same_account(context.world.scene.login(device), context.world.scene.tenant(tenant))


@then('no token of the "{device}" is one of the registration of {tenant:Name}')
def login_has_new_tokens(context: HasWorld, device: str, tenant: str) -> None:
    accounts.has_tokens_of_its_own([context.world.scene.login(device), context.world.scene.tenant(tenant)])


@then("{tenant:Name} can log in with its own password")
def tenant_can_log_in(context: HasWorld, tenant: str) -> None:
    accounts.logs_in(context.world.configurator, context.world.scene.tenant(tenant))


@then("even the right password of {tenant:Name} is {outcome:Outcome}")
@then("the right password of {tenant:Name} is {outcome:Outcome}")
def right_password_is(context: HasWorld, tenant: str, outcome: Outcome) -> None:
    account = context.world.scene.tenant(tenant)
    accounts.login_ends(context.world.configurator, account.username, account.password, outcome)


@then("another password of {tenant:Name} is {outcome:Outcome}")
def another_password_is(context: HasWorld, tenant: str, outcome: Outcome) -> None:
    username = context.world.scene.tenant(tenant).username
    accounts.login_ends(context.world.configurator, username, ANOTHER_PASSWORD, outcome)


@then("the answer says to come back in a minute or later")
def told_to_come_back(context: HasWorld) -> None:
    accounts.told_to_wait(context.world.scene.answer, seconds=60)


@then("the answers for the one take about as long as those for the other")
def answers_took_as_long(context: HasWorld) -> None:
    accounts.took_as_long(context.world.scene.answers)


@then("{tenant:Name} sees that it registered just now")
def sees_registration(context: HasWorld, tenant: str) -> None:
    accounts.registered_just_now(context.world.configurator, context.world.scene.tenant(tenant))


@then("{tenant:Name} sees that it logged in just now")
def sees_last_login(context: HasWorld, tenant: str) -> None:
    accounts.logged_in_just_now(context.world.configurator, context.world.scene.tenant(tenant))
