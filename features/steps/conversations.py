"""Steps about conversations over WebSockets."""

from behave import given, then, when

from support import expectations
from support.world import HasWorld


@given("the tenants of the run have talked to their agents")
@when("each tenant talks to all of its agents at once")
def tenants_talk_to_their_agents(context: HasWorld) -> None:
    context.world.held_conversations()


@then("every connection was admitted")
def every_connection_was_admitted(context: HasWorld) -> None:
    expectations.all_admitted(context.world.held_conversations())


@then("every message got its reply")
def every_message_got_its_reply(context: HasWorld) -> None:
    expectations.all_answered(context.world.held_conversations())


@then("the deployment stored every message and every reply under its tenant and agent")
def everything_is_stored(context: HasWorld) -> None:
    expectations.stored_as_said(context.world, context.world.held_conversations())


@given('{tenant:Name} is connected to "{agent}"')
@when('{tenant:Name} connects to "{agent}"')
def tenant_is_connected(context: HasWorld, tenant: str, agent: str) -> None:
    context.world.scene.connect(tenant, agent)


@given('{tenant:Name} is connected to "{agent}" on {platform:Platform}')
def tenant_is_connected_on(context: HasWorld, tenant: str, agent: str, platform: str) -> None:
    context.world.scene.connect(tenant, agent, platform, name=f"{tenant} to {agent} on {platform}")


@given('{person:Name} has been answered by {tenant:Name}\'s "{agent}"')
@then('{person:Name} is answered by {tenant:Name}\'s "{agent}"')
def person_is_answered(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    context.world.scene.ask(person, tenant, agent)
