"""Steps about tenants and their agents."""

from behave import given, then, when

from support import expectations
from support.world import HasWorld


@when("the tenants of the run have registered")
def tenants_have_registered(context: HasWorld) -> None:
    context.world.registered_tenants()


@given("the tenants of the run have created their agents")
@when("the tenants of the run have created their agents")
def tenants_have_created_agents(context: HasWorld) -> None:
    context.world.populated_tenants()


@then("each has ids, an API key and a token of its own")
def each_has_its_own_identity(context: HasWorld) -> None:
    expectations.own_identities(context.world.configurator, context.world.registered_tenants())


@then("each sees itself by its token")
def each_sees_itself(context: HasWorld) -> None:
    for tenant in context.world.registered_tenants():
        expectations.sees_itself(context.world.configurator, tenant)


@then("each tenant sees its own agents and no others")
def each_sees_its_own_agents(context: HasWorld) -> None:
    for tenant in context.world.populated_tenants():
        expectations.sees_own_agents(context.world.configurator, tenant)


@then("each agent has the persona of its template")
def agents_have_personas(context: HasWorld) -> None:
    templates = context.world.configurator.list_templates()
    for tenant in context.world.populated_tenants():
        expectations.personas_of_templates(templates, tenant.agents)


@then("the statistics of each tenant count its messages")
def statistics_count_messages(context: HasWorld) -> None:
    conversations = context.world.held_conversations()
    for tenant in context.world.populated_tenants():
        expectations.statistics(context.world.configurator, tenant, conversations)


@given("these tenants have registered")
def these_tenants_have_registered(context: HasWorld) -> None:
    context.world.scene.register_all({row["tenant"]: {} for row in context.table})


@given("{tenant:Name} has registered")
def tenant_has_registered(context: HasWorld, tenant: str) -> None:
    context.world.scene.register(tenant)


@given('{tenant:Name} has created the agent "{agent}"')
def tenant_has_created_agent(context: HasWorld, tenant: str, agent: str) -> None:
    context.world.scene.create_agent(tenant, agent, "friendly_assistant")


@when("somebody tries to register with the user name of {tenant:Name}")
def somebody_takes_the_name(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.answer = scene.try_to_register(username=scene.tenant(tenant).username)
