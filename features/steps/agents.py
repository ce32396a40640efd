"""Steps about agents: how a tenant makes, changes and deletes them."""

import secrets

from behave import given, then, when

from support.accounts.attempts import made_up_agents
from support.agents import attempts
from support.agents.specimens import IDS, Fields
from support.expectations import agents as expected
from support.expectations import personas_of_templates
from support.world import HasWorld


@given("{tenant:Name} has created the agent {agent:Quoted} with {fields:AgentFields}")
@when("{tenant:Name} creates the agent {agent:Quoted} with {fields:AgentFields}")
def tenant_creates_agent(context: HasWorld, tenant: str, agent: str, fields: Fields) -> None:
    attempts.create(context.world.scene, tenant, agent, fields)


@when("{tenant:Name} creates the agent {agent:Quoted} from the template {template:w}")
def tenant_creates_from_template(context: HasWorld, tenant: str, agent: str, template: str) -> None:
    attempts.create(context.world.scene, tenant, agent, {"template_id": template})


@when("{tenant:Name} creates the agent {agent:Quoted} with the name of {other:Quoted}")
def tenant_creates_namesake(context: HasWorld, tenant: str, agent: str, other: str) -> None:
    attempts.create(context.world.scene, tenant, agent, {"name": context.world.scene.agent(other).name})


@when("{tenant:Name} creates {count:d} agents from the template {template:w} at the same time")
def tenant_creates_at_once(context: HasWorld, tenant: str, count: int, template: str) -> None:
    attempts.create_at_once(context.world.scene, tenant, count, template)


@when("{tenant:Name} tries to create an agent with {fields:AgentFields}")
def tenant_tries_to_create(context: HasWorld, tenant: str, fields: Fields) -> None:
    attempts.try_to_create(context.world.scene, tenant, {"name": "Eve", **fields})


@when("{tenant:Name} tries to create an agent with each of these")
def tenant_tries_to_create_each(context: HasWorld, tenant: str) -> None:
    attempts.try_to_create_each(context.world.scene, tenant, [row["value"] for row in context.table])


@when("{tenant:Name} changes an agent with {before:AgentFields} to each of these")
@when("{tenant:Name} tries to change an agent with {before:AgentFields} to each of these")
def tenant_tries_to_change_each(context: HasWorld, tenant: str, before: Fields) -> None:
    attempts.try_to_change_each(context.world.scene, tenant, before, [row["value"] for row in context.table])


@when("{tenant:Name} creates an agent from every template")
def tenant_creates_from_each(context: HasWorld, tenant: str) -> None:
    attempts.create_from_each(context.world.scene, tenant)


@when("{tenant:Name} tries to create an agent without a name from the template {template:w}")
def tenant_tries_without_name(context: HasWorld, tenant: str, template: str) -> None:
    attempts.try_to_create(context.world.scene, tenant, {"template_id": template})


@when("{tenant:Name} tries to create another agent {agent:Quoted} from the template {template:w}")
def tenant_tries_to_create_another(context: HasWorld, tenant: str, agent: str, template: str) -> None:
    attempts.try_to_create(context.world.scene, tenant, {"name": agent, "template_id": template})


@when("{tenant:Name} tries to create an agent under the id of {agent:Quoted}")
def tenant_tries_taken_id(context: HasWorld, tenant: str, agent: str) -> None:
    taken = context.world.scene.agent(agent).agent_id
    attempts.try_to_create(context.world.scene, tenant, {"name": "Eve", "agent_id": taken})


@when("{tenant:Name} tries to give {agent:Quoted} another id")
def tenant_tries_to_change_id(context: HasWorld, tenant: str, agent: str) -> None:
    attempts.try_to_change(context.world.scene, agent, {"agent_id": f"agent_{secrets.token_hex(8)}"})


@when("{tenant:Name} changes {agent:Quoted} to {fields:AgentFields}")
def tenant_changes_agent(context: HasWorld, tenant: str, agent: str, fields: Fields) -> None:
    attempts.change(context.world.scene, agent, fields)


@when("{tenant:Name} changes {agent:Quoted} to each of these at the same time")
def tenant_changes_at_once(context: HasWorld, tenant: str, agent: str) -> None:
    attempts.change_at_once(context.world.scene, agent, [row["value"] for row in context.table])


@when("{tenant:Name} tries to create and to change {agent:Quoted} and sends each of these")
def tenant_sends_bodies(context: HasWorld, tenant: str, agent: str) -> None:
    scene = context.world.scene
    scene.answers = attempts.send_bodies(scene, agent, [row["body"] for row in context.table])


@given("{tenant:Name} has listed its agents")
@when("{tenant:Name} lists its agents")
def tenant_lists_agents(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    scene.lists.append(context.world.configurator.list_agents(scene.tenant(tenant)))


@given("{tenant:Name} has deleted {agent:Quoted}")
@when("{tenant:Name} deletes {agent:Quoted}")
def tenant_deletes_agent(context: HasWorld, tenant: str, agent: str) -> None:
    scene = context.world.scene
    context.world.configurator.delete_agent(scene.tenant(tenant), scene.agent(agent))


@when("{tenant:Name} tries to delete {agent:Quoted} {times:d} times at once")
def tenant_deletes_at_once(context: HasWorld, tenant: str, agent: str, times: int) -> None:
    context.world.scene.answers = attempts.delete_at_once(context.world.scene, agent, times)


@when("{tenant:Name} tries to read, change and delete {agent:Quoted} by its id")
def tenant_tries_id(context: HasWorld, tenant: str, agent: str) -> None:
    scene = context.world.scene
    agent_id = scene.agent(agent).agent_id
    scene.answers = made_up_agents(context.world.configurator, scene.tenant(tenant), [agent_id])


@when("{tenant:Name} tries to read, change and delete {agent:Quoted} by each of these")
def tenant_tries_other_ids(context: HasWorld, tenant: str, agent: str) -> None:
    scene = context.world.scene
    agent_ids = [IDS[row["what"]](scene.agent(agent)) for row in context.table]
    scene.answers = made_up_agents(context.world.configurator, scene.tenant(tenant), agent_ids)


@then("{agent:Quoted} is kept as it was given")
def agent_is_kept(context: HasWorld, agent: str) -> None:
    expected.is_kept(context.world.scene, context.world.scene.agent(agent))


@then("{tenant:Name} has the agents that were accepted, as they were given, and no others")
def tenant_has_exactly(context: HasWorld, tenant: str) -> None:
    expected.has_exactly(context.world.scene, tenant)


@then("each agent of {tenant:Name} has the persona of its template")
def agents_have_personas_of_templates(context: HasWorld, tenant: str) -> None:
    catalogue = context.world.configurator.list_templates()
    personas_of_templates(catalogue, context.world.scene.tenant(tenant).agents)


@then("{agent:Quoted} has some persona")
def agent_has_some_persona(context: HasWorld, agent: str) -> None:
    expected.has_some_persona(context.world.scene.agent(agent))


@then("{agent:Quoted} was made and last changed just now")
def agent_is_new(context: HasWorld, agent: str) -> None:
    scene = context.world.scene
    expected.made_just_now(attempts.record_of(scene, scene.agent(agent)))


@then("{agent:Quoted} was made when it was, and last changed later than before")
def agent_was_changed(context: HasWorld, agent: str) -> None:
    expected.changed_later(context.world.scene, context.world.scene.agent(agent))


@then("{agent:Quoted} is listed as before")
def agent_was_not_changed(context: HasWorld, agent: str) -> None:
    expected.not_changed(context.world.scene, context.world.scene.agent(agent))


@then("the agents that {tenant:Name} had before are listed in the same order")
def order_is_the_same(context: HasWorld, tenant: str) -> None:
    expected.same_order(*context.world.scene.lists[-2:])
