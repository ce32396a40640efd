"""Steps about secrets: where they must not stand."""

from behave import then, when

from support.accounts import attempts
from support.expectations import answers, secrecy
from support.world import HasWorld


@when("{tenant:Name} does everything that it can")
def does_everything(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.everything(context.world.configurator, scene.tenant(tenant))


@when("{tenant:Name} sends what is no request to every address")
def sends_nonsense(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.nonsense_everywhere(context.world.configurator, scene.tenant(tenant))


@then("the password that was sent does not stand in the answer")
def answer_repeats_no_password(context: HasWorld) -> None:
    secrecy.does_not_repeat_password(context.world.scene.answer)


@then("no secret and no id of {tenant:Name} stands in the answer")
@then("no secret and no id of {tenant:Name} stands in any answer")
def answers_tell_nothing_of(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    secrecy.nothing_told([answer.text for answer in scene.answers.values()], scene.tenant(tenant))


@then("the API key of {tenant:Name} stands in one of them")
def answers_tell_own_key(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    secrecy.told([answer.text for answer in scene.answers.values()], scene.tenant(tenant).api_key, "Its own API key")


@then("no answer holds the password of {tenant:Name} or what is stored of it")
def answers_tell_no_password(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    secrecy.no_password_told(scene.exchanges, scene.tenant(tenant))


@then("the user name of {tenant:Name} stands in a table")
def user_name_is_stored(context: HasWorld, tenant: str) -> None:
    username = context.world.scene.tenant(tenant).username
    secrecy.stored(context.world.databases(), username, "The user name")


@then("neither the password nor a token of {tenant:Name} does")
def secrets_are_not_stored(context: HasWorld, tenant: str) -> None:
    account, logins = context.world.scene.tenant(tenant), context.world.scene.logins.values()
    secrecy.not_stored(context.world.databases(), secrecy.never_shown_again([account, *logins]))


@then("what is stored of the passwords of {one:Name} and {other:Name} differs")
def stored_passwords_differ(context: HasWorld, one: str, other: str) -> None:
    scene = context.world.scene
    secrecy.passwords_look_different(context.world.databases(), scene.tenant(one), scene.tenant(other))


@then("no log of the deployment holds a secret of {tenant:Name}")
def logs_hold_no_secret(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    secrecy.not_logged(scene.logs, secrecy.secrets_of([scene.tenant(tenant), *scene.logins.values()]))


@then("no answer tells of the inside of the deployment")
def answers_tell_nothing_of_inside(context: HasWorld) -> None:
    answers.nothing_of_the_inside(context.world.scene.answers)
