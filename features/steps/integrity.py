"""Steps about what the deployment keeps of what was said."""

from behave import given, then, when

from support import crowds, talk
from support.expectations import integrity as expected
from support.vocabulary import Place
from support.world import HasWorld


@given("{person:Name} has talked with each of these agents{place:Place}")
def person_has_talked_with_each(context: HasWorld, person: str, place: Place) -> None:
    talk.talk_with_each(context.world.scene, person, place)


@given("{count:d} people have talked with each of these agents at once")
def people_have_talked_with_each(context: HasWorld, count: int) -> None:
    crowds.talk_at_once(context.world.scene, count)


@given("the statistics of {tenant:Name} have been read")
def statistics_have_been_read(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.await_stored(context.world, scene.said)
    scene.statistics[tenant] = context.world.configurator.get_tenant_stats(scene.tenant(tenant))


@when("{person:Name} sends {agent:Quoted} a message in the name of {other:Quoted}")
def person_sends_in_name_of(context: HasWorld, person: str, agent: str, other: str) -> None:
    talk.say_in_name_of(context.world.scene, person, agent, other)


@then("every message and every answer is stored once, as it was said, under its tenant and agent")
def everything_is_stored_once(context: HasWorld) -> None:
    expected.stored_once(context.world, context.world.scene.said)


@then("every message is stored with who wrote it and where, and every answer as the agent's")
def everything_is_stored_with_circumstances(context: HasWorld) -> None:
    for said in context.world.scene.said:
        expected.stored_with_its_circumstances(context.world, said)
    expected.answers_are_the_agents(context.world, context.world.scene.said)


@then("the message of {person:Name} is stored with the answer of {agent:Quoted} that it quotes")
def quote_is_stored(context: HasWorld, person: str, agent: str) -> None:
    *_, quoted, quoting = talk.all_said(context.world.scene, agent, person)
    expected.quotes(context.world, quoting, quoted)


@then("each place where people talked with an agent has one chat stream of its own")
def places_have_streams(context: HasWorld) -> None:
    expected.one_stream_for_each_place(context.world, context.world.scene.said)


@then("each chat stream was last active later than it was made")
def streams_were_active(context: HasWorld) -> None:
    expected.streams_are_kept_up(context.world, context.world.scene.said)


@then("each of these agents knows {person:Name} once")
def agents_know_person(context: HasWorld, person: str) -> None:
    scene = context.world.scene
    user_id = scene.speaker(person).user_id
    expected.known_once_to_each(context.world, "person_info", "user_id", dict.fromkeys(scene.agents.values(), user_id))


@then("each of these agents knows the group {group:Quoted} once")
def agents_know_group(context: HasWorld, group: str) -> None:
    scene = context.world.scene
    group_id = talk.group_id(group)
    expected.known_once_to_each(context.world, "group_info", "group_id", dict.fromkeys(scene.agents.values(), group_id))


@then("each of these agents knows how often, since when and until when it met {person:Name}")
def agents_know_since_when(context: HasWorld, person: str) -> None:
    expected.met_as_often(context.world, [said for said in context.world.scene.said if said.person == person])


@then("each of these agents knows since when and until when the group was used")
def agents_know_use_of_group(context: HasWorld) -> None:
    expected.groups_are_kept_up(context.world, context.world.scene.said)


@then("each answer is counted as usage of its tenant and agent, with its tokens")
def usage_is_counted(context: HasWorld) -> None:
    expected.usage_is_counted(context.world, context.world.scene.said)


@then("what people asked is counted as usage of its tenant and agent, and no failure as a success")
def no_failure_is_a_success(context: HasWorld) -> None:
    expected.no_failure_is_a_success(context.world, context.world.scene.said)


@then("each answer is recorded as an action of its tenant and agent")
def actions_are_recorded(context: HasWorld) -> None:
    expected.actions_are_recorded(context.world, context.world.scene.said)


@then("the statistics of {tenant:Name} count what was said to and by its agents")
def statistics_count_what_was_said(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.statistics_agree(context.world, scene.tenant(tenant), scene.said)


@then("{tenant:Name} was active later than before")
def tenant_was_active_later(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.later(scene.statistics[tenant], context.world.configurator.get_tenant_stats(scene.tenant(tenant)))


@then("the statistics of {tenant:Name} count as before")
def statistics_count_as_before(context: HasWorld, tenant: str) -> None:
    scene = context.world.scene
    expected.unmoved(scene.statistics[tenant], context.world.configurator.get_tenant_stats(scene.tenant(tenant)))


@then("{tenant:Name} was not active when {other:Name} was")
def tenant_was_not_active(context: HasWorld, tenant: str, other: str) -> None:
    scene = context.world.scene
    others, own = (context.world.configurator.get_tenant_stats(scene.tenant(name)) for name in (other, tenant))
    expected.not_active_with(others, scene.statistics[tenant], own)


@then("every time that is kept of the message of {person:Name}, and of its answer, is in UTC")
def times_are_utc(context: HasWorld, person: str) -> None:
    said = next(each for each in context.world.scene.said if each.person == person)
    expected.times_are_utc(context.world, said)


@then("{person:Name} has left nothing in any table")
def person_has_left_nothing(context: HasWorld, person: str) -> None:
    expected.leaves_nothing(context.world, context.world.scene.speaker(person).user_id)
