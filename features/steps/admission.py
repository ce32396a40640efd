"""Steps about who is let in to an agent."""

from behave import given, then, when

from support import attempts, crowds
from support.expectations import admission as expectations
from support.traces import traces
from support.world import HasWorld


@when('{tenant:Name} tries to talk to "{agent}" {in_query:InQuery}')
def owner_tries_to_talk(context: HasWorld, tenant: str, agent: str, in_query: bool) -> None:
    attempts.try_as_owner(context.world.scene, tenant, agent, in_query=in_query)


@when('strangers try to talk to {tenant:Name}\'s "{agent}" {in_query:InQuery}, each with one of these')
def strangers_try_to_talk(context: HasWorld, tenant: str, agent: str, in_query: bool) -> None:
    kinds = [row["credential"] for row in context.table]
    attempts.try_as_strangers(context.world.scene, tenant, agent, kinds, in_query=in_query)


@given("{tenant:Name} has replaced its API key, but somebody remembers the old one")
@when("{tenant:Name} replaces its API key")
def tenant_replaces_key(context: HasWorld, tenant: str) -> None:
    attempts.replace_api_key(context.world.scene, tenant)


@when('somebody tries to talk to {tenant:Name}\'s "{agent}" with the old key {in_query:InQuery}')
def somebody_tries_old_key(context: HasWorld, tenant: str, agent: str, in_query: bool) -> None:
    attempts.try_as_owner(context.world.scene, f"{tenant} before", agent, in_query=in_query)


@when('{tenant:Name} tries to talk to "{agent}" {in_query:InQuery}, with white space around its credential')
def owner_adds_white_space(context: HasWorld, tenant: str, agent: str, in_query: bool) -> None:
    attempts.try_with_white_space(context.world.scene, tenant, agent, in_query)


@when('{tenant:Name} tries to talk to "{agent}" with {query} key in the query and {headers} key in the headers')
def owner_shows_two_keys(context: HasWorld, tenant: str, agent: str, query: str, headers: str) -> None:
    attempts.try_two_keys(context.world.scene, tenant, agent, f"{query} key", f"{headers} key")


@when(
    '{tenant:Name} tries to talk to "{agent}" on {query:Platform} by the query and on {headers:Platform} by the headers'
)
def owner_shows_two_platforms(context: HasWorld, tenant: str, agent: str, query: str, headers: str) -> None:
    how = {"platform": query, "in_query": True, "headers": {"x-platform": headers}}
    attempts.try_as_owner(context.world.scene, tenant, agent, **how)


@when('{tenant:Name} tries to talk to "{agent}" {in_query:InQuery} {without_platform:NoPlatform}')
def owner_names_no_platform(
    context: HasWorld, tenant: str, agent: str, in_query: bool, without_platform: str | None
) -> None:
    attempts.try_as_owner(context.world.scene, tenant, agent, in_query=in_query, platform=without_platform)


@when('a stranger sends a message to {tenant:Name}\'s "{agent}" in one go with the handshake')
def stranger_does_not_wait(context: HasWorld, tenant: str, agent: str) -> None:
    attempts.try_with_the_handshake(context.world.scene, tenant, agent)


@when('{tenant:Name} tries to talk to "{agent}" at these addresses of the replier')
def owner_tries_addresses(context: HasWorld, tenant: str, agent: str) -> None:
    addresses = [row["address"] for row in context.table]
    attempts.try_addresses(context.world.scene, tenant, agent, addresses)


@given('{tenant:Name} is connected to "{agent}" under the connection id "{name}"')
@when('{tenant:Name} connects to "{agent}" under the connection id "{name}"')
def tenant_chooses_connection_id(context: HasWorld, tenant: str, agent: str, name: str) -> None:
    context.world.scene.connect(tenant, agent, connection_id=attempts.connection_id(name))


@when('a stranger tries to talk to {tenant:Name}\'s "{agent}" under the connection id "{name}"')
def stranger_claims_connection_id(context: HasWorld, tenant: str, agent: str, name: str) -> None:
    attempts.try_as_stranger(context.world.scene, tenant, agent, connection_id=attempts.connection_id(name))


@when("everything of {tenant:Name} is removed")
def everything_is_removed(context: HasWorld, tenant: str) -> None:
    context.world.purge([context.world.scene.tenant(tenant)])


@when(
    '{person:Name} writes to {tenant:Name}\'s "{agent}", although the right has ended,'
    " while {count:d} people write to {other:Quoted}"
)
def person_writes_without_right(
    context: HasWorld, person: str, tenant: str, agent: str, count: int, other: str
) -> None:
    crowds.write_at_once(context.world.scene, other, count)
    attempts.write_unheard(context.world.scene, person, tenant, agent)


@when('{tenant:Name} tries to talk to "{agent}" and to an agent that does not exist')
def tenant_looks_for_agents(context: HasWorld, tenant: str, agent: str) -> None:
    attempts.try_as_owner(context.world.scene, tenant, agent)
    attempts.try_agent_that_does_not_exist(context.world.scene, tenant)


@when('somebody tries to talk to {tenant:Name}\'s "{agent}" with a key that is wrong by one character')
def somebody_tries_nearly_the_key(context: HasWorld, tenant: str, agent: str) -> None:
    kinds = ["the right key without its last character"]
    attempts.try_as_strangers(context.world.scene, tenant, agent, kinds)


@then("the attempt is answered")
def attempt_is_answered(context: HasWorld) -> None:
    expectations.all_let_in(context.world.scene.admissions)


@then("the attempt is turned away")
@then("every attempt is turned away")
def every_attempt_is_turned_away(context: HasWorld) -> None:
    expectations.all_turned_away(context.world.scene.admissions)


@then("the refusals are alike")
def refusals_are_alike(context: HasWorld) -> None:
    expectations.alike(context.world.scene.admissions)


@then('{tenant:Name} is answered by "{agent}" {in_query:InQuery}')
def owner_is_answered(context: HasWorld, tenant: str, agent: str, in_query: bool) -> None:
    admission = attempts.try_as_owner(context.world.scene, tenant, agent, in_query=in_query)
    expectations.all_let_in({f"{tenant} to {agent}": admission})


@then("nothing of it is stored or put to the model")
def nothing_is_heard(context: HasWorld) -> None:
    world = context.world
    expectations.no_traces(traces(world.databases(), world.deployment.model_url, world.scene.unheard))


@then('the connection of {tenant:Name} to "{agent}" is closed with a reason')
def connection_is_closed(context: HasWorld, tenant: str, agent: str) -> None:
    connection = context.world.scene.connection(f"{tenant} to {agent}")
    expectations.closed_with_reason(connection, context.world.reply_timeout)


@then("no log shows the key of {tenant:Name}, nor the wrong one")
def no_log_shows_the_key(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expectations.no_log_shows(scene.log_texts(), [key[:-1] for key in scene.tenant(tenant).keys])
