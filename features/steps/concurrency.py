"""Steps about many who use a deployment at once, and about one for whom something goes wrong."""

from behave import given, then, when

from support import crowds, expectations, talk
from support.chat.leaving import Leave
from support.expectations import concurrency as expected
from support.troubles import Trouble
from support.vocabulary import Place
from support.world import HasWorld


@when("{person:Name} talks to each agent on every platform at once")
def person_talks_to_each(context: HasWorld, person: str) -> None:
    crowds.hold_swarm(context.world, person, messages=3)


@then("every message of the swarm was answered in its own conversation")
def swarm_was_answered(context: HasWorld) -> None:
    expectations.all_answered(context.world.scene.held)


@when("{count:d} people register at once")
def people_register(context: HasWorld, count: int) -> None:
    crowds.register_at_once(context.world.scene, count)


@then("each of them has ids, an API key and a token of its own, and sees itself")
def each_is_a_tenant(context: HasWorld) -> None:
    tenants = list(context.world.scene.tenants.values())
    expectations.own_identities(context.world.configurator, tenants)
    for tenant in tenants:
        expectations.sees_itself(context.world.configurator, tenant)


@when("{tenant:Name} creates {count:d} agents at once")
def tenant_creates_agents(context: HasWorld, tenant: str, count: int) -> None:
    crowds.create_agents_at_once(context.world.scene, tenant, count)


@then("{tenant:Name} sees its own agents and no others")
def tenant_sees_its_agents(context: HasWorld, tenant: str) -> None:
    expectations.sees_own_agents(context.world.configurator, context.world.scene.tenant(tenant))


@when("{count:d} clients connect to {agent:Quoted} and leave {leave:Leaving}")
def clients_come_and_go(context: HasWorld, count: int, agent: str, leave: Leave) -> None:
    crowds.come_and_go(context.world.scene, agent, count, leave)


@given("the first connection of {agent:Quoted} is not read")
def connection_is_not_read(context: HasWorld, agent: str) -> None:
    scene = context.world.scene
    scene.paused.append(talk.open_connections(scene, agent)[0])
    scene.grounds.reader.pause(scene.paused[-1])


@when("that connection is read again")
def connection_is_read_again(context: HasWorld) -> None:
    scene = context.world.scene
    scene.grounds.reader.resume(scene.paused[-1])


@then("that connection receives the answers that it has missed, or is cut off")
def connection_catches_up(context: HasWorld) -> None:
    world = context.world
    connection = world.scene.paused[-1]
    missed = [said for said in world.scene.said if said.connection.credential == connection.credential]
    expected.caught_up_or_cut_off(connection, missed, world.reply_timeout)


@when("{count:d} people write to {agent:Quoted} at once, and the model {trouble:Trouble}")
def people_write_in_trouble(context: HasWorld, count: int, agent: str, trouble: Trouble) -> None:
    crowds.write_at_once(context.world.scene, agent, count, context.world.cause(trouble))


@when("{person:Name} writes {text:Quoted} to {agent:Quoted}{place:Place}, and the model {trouble:Trouble}")
def person_writes_in_trouble(
    context: HasWorld, person: str, text: str, agent: str, place: Place, trouble: Trouble
) -> None:
    words = context.world.cause(trouble)
    talk.write(context.world.scene, person, agent, text + words, place)


@when(
    "{person:Name} writes {count:d} messages to {agent:Quoted}, each after the answer to the one before, and the model "
    "{trouble:Trouble}"
)
def person_writes_one_by_one(context: HasWorld, person: str, count: int, agent: str, trouble: Trouble) -> None:
    crowds.write_one_by_one(context.world, person, agent, count, trouble)


@then("the answers took at most twice as long as the model")
def answers_are_prompt(context: HasWorld) -> None:
    expected.hardly_longer_than_the_model(context.world, factor=2)


@then("the model was asked about each of these messages")
def model_was_asked(context: HasWorld) -> None:
    expected.asked_about_each(context.world)


@when("the model recovers")
def model_recovers(context: HasWorld) -> None:
    context.world.end_troubles()


@then("{agent:Quoted} has not answered {person:Name} yet")
def agent_has_not_answered(context: HasWorld, agent: str, person: str) -> None:
    expected.not_answered(talk.all_said(context.world.scene, agent, person)[-1])


@then("{agent:Quoted} answers each of these people")
def agent_answers_people(context: HasWorld, agent: str) -> None:
    for said in talk.all_said(context.world.scene, agent):
        said.await_reply(context.world.reply_timeout)


@then("{agent:Quoted} answers the last message of {person:Name}")
def agent_answers_last(context: HasWorld, agent: str, person: str) -> None:
    expected.answered_at_last(context.world, talk.all_said(context.world.scene, agent, person))


@then("{agent:Quoted} was told each message of {person:Name} then")
def agent_was_told(context: HasWorld, agent: str, person: str) -> None:
    expected.remembered(context.world, talk.all_said(context.world.scene, agent, person))


@then("no connection was closed")
def no_connection_was_closed(context: HasWorld) -> None:
    expected.none_closed(context.world.scene.opened)


@when(
    "{person:Name} asks {agent:Quoted} {times:d} times alone, and {times:d} times while {count:d} people write "
    "{each:d} messages each to {other:Quoted}"
)
def person_asks_during_burst(
    context: HasWorld, person: str, agent: str, times: int, count: int, each: int, other: str
) -> None:
    crowds.compare_with_burst(context.world, (person, agent, times), (other, count, each))


@then("the burst makes the answers come at most {factor:d} times as late")
def burst_starves_nobody(context: HasWorld, factor: int) -> None:
    times = context.world.scene.response_times
    expected.served_nearly_as_fast(times["alone"], times["meanwhile"], factor)


@then("{agent:Quoted} answers each of these people in the order of their messages")
def agent_answers_bursts(context: HasWorld, agent: str) -> None:
    expected.bursts_answered(context.world, talk.all_said(context.world.scene, agent))
