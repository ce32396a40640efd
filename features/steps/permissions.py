"""Steps about who may do what, and how it is refused to all others."""

from behave import then, when

from support import expectations
from support.accounts import attempts
from support.accounts.specimens import PROPERTIES
from support.configurator.operations import OPERATIONS, Operation
from support.expectations import accounts, answers
from support.vocabulary import OUTCOMES, Outcome
from support.world import HasWorld


@when("a stranger tries to {operation:Operation} of {tenant:Name} with each of these")
def stranger_tries_with_each(context: HasWorld, operation: Operation, tenant: str) -> None:
    scene = context.world.scene
    names = [row["credential"] for row in context.table]
    scene.answers = attempts.with_credentials(context.world.configurator, operation, scene.tenant(tenant), names)


@when("a stranger tries to {operation:Operation} with no credential")
def stranger_tries(context: HasWorld, operation: Operation) -> None:
    context.world.scene.answer = operation.attempt(context.world.configurator)


@when("a stranger tries to {operation:Operation} and sends {body:Body}")
def stranger_sends(context: HasWorld, operation: Operation, body: bytes) -> None:
    context.world.scene.answer = attempts.send_body(context.world.configurator, operation, body)


@when("{tenant:Name} tries to {operation:Operation}")
def tenant_tries(context: HasWorld, tenant: str, operation: Operation) -> None:
    scene = context.world.scene
    account = scene.tenant(tenant)
    scene.answer = attempts.as_itself(context.world.configurator, operation, account)


@when('{somebody:Name} tries to {operation:Operation} "{agent}" and one that nobody has')
def tries_foreign_agent(context: HasWorld, somebody: str, operation: Operation, agent: str) -> None:
    scene = context.world.scene
    foreign = scene.agent(agent)
    scene.answers = attempts.foreign_agent(context.world.configurator, operation, scene.tenant(somebody), foreign)


@when("{somebody:Name} tries each of these and names {other:Name} in every place but its token")
def names_another(context: HasWorld, somebody: str, other: str) -> None:
    scene = context.world.scene
    for row in context.table:
        scene.answers[row["operation"]] = attempts.naming_another(
            context.world.configurator, OPERATIONS[row["operation"]], scene.tenant(somebody), scene.tenant(other)
        )


@when("{tenant:Name} tries to change these of itself")
def changes_itself(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    changes = {PROPERTIES[row["what"]]: row["value"] for row in context.table}
    change = OPERATIONS["change the tenant"]
    scene.answer = attempts.as_itself(context.world.configurator, change, scene.tenant(tenant), json=changes)


@when("{tenant:Name} tries to {operation:Operation} with and without a slash at the end of the address")
def tenant_tries_both_spellings(context: HasWorld, tenant: str, operation: Operation) -> None:
    scene = context.world.scene
    scene.answers = attempts.with_and_without_slash(context.world.configurator, operation, scene.tenant(tenant))


@when("a stranger tries to {operation:Operation} with and without a slash at the end of the address")
def stranger_tries_both_spellings(context: HasWorld, operation: Operation) -> None:
    context.world.scene.answers = attempts.with_and_without_slash(context.world.configurator, operation)


@when("{tenant:Name} tries to read, change and delete the agents with these ids")
def tries_made_up_agents(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    ids = [row["agent id"] for row in context.table]
    scene.answers = attempts.made_up_agents(context.world.configurator, scene.tenant(tenant), ids)


@when("a stranger asks for {method} {path}")
def stranger_asks_for_address(context: HasWorld, method: str, path: str) -> None:
    context.world.scene.answer = context.world.configurator.request(method, path)


@when("a page of {origin} asks for the account of {tenant:Name}")
def page_asks(context: HasWorld, origin: str, tenant: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.from_page_of(context.world.configurator, origin, scene.tenant(tenant))


@then("every attempt is {outcome:Outcome}")
def every_attempt_is(context: HasWorld, outcome: Outcome) -> None:
    answers.each_answered(context.world.scene.answers, outcome)


@then("no attempt is {outcome:Outcome}")
def no_attempt_is(context: HasWorld, outcome: Outcome) -> None:
    answers.none_answered(context.world.scene.answers, outcome)


@then("every answer says that an access token is asked for")
def answers_ask_for_token(context: HasWorld) -> None:
    answers.ask_for_token(context.world.scene.answers)


@then("all answers are alike")
def answers_are_alike(context: HasWorld) -> None:
    answers.all_alike(context.world.scene.answers)


@then("{tenant:Name} itself can {operation:Operation}")
def tenant_can(context: HasWorld, tenant: str, operation: Operation) -> None:
    account = context.world.scene.tenant(tenant)
    own = attempts.as_itself(context.world.configurator, operation, account)
    expectations.answered(own, OUTCOMES["accepted"])


@then('the agent "{agent}" of {tenant:Name} is as it was')
def agent_is_as_it_was(context: HasWorld, agent: str, tenant: str) -> None:
    scene = context.world.scene
    accounts.agent_is_as_created(context.world.configurator, scene.tenant(tenant), scene.agent(agent))


@then("{tenant:Name} has its own agents and no others")
def has_own_agents(context: HasWorld, tenant: str) -> None:
    expectations.sees_own_agents(context.world.configurator, context.world.scene.tenant(tenant))


@then("{tenant:Name} is as it was")
def tenant_is_as_it_was(context: HasWorld, tenant: str) -> None:
    account = context.world.scene.tenant(tenant)
    expectations.sees_itself(context.world.configurator, account)
    accounts.has_api_key(context.world.configurator, account, account.api_key)


@then("{tenant:Name} is what it registered as")
def tenant_is_as_registered(context: HasWorld, tenant: str) -> None:
    accounts.is_as_registered(context.world.configurator, context.world.scene.tenant(tenant))


@then("no page of another site is let in")
def page_is_not_let_in(context: HasWorld) -> None:
    answers.no_page_allowed(context.world.scene.answers)
