"""Steps about what an agent remembers, and who it is."""

from behave import given, then, when

from support import talk
from support.expectations import talk as expected
from support.vocabulary import LOOK_ALIKES, Place
from support.world import HasWorld


@given("{person:Name} has entrusted a secret to {agent:Quoted}{place:Place}")
def person_has_entrusted_secret(context: HasWorld, person: str, agent: str, place: Place) -> None:
    talk.entrust(context.world.scene, person, agent, place)


@given("{person:Name} has then written {count:d} messages to {agent:Quoted}, each of which was answered")
def person_has_written_more(context: HasWorld, person: str, count: int, agent: str) -> None:
    for number in range(count):
        talk.tell(context.world.scene, person, agent, f"第 {number + 1} 件事")


@when("{tenant:Name} replaces {agent:Quoted} by a new agent of the same name")
def tenant_replaces_agent(context: HasWorld, tenant: str, agent: str) -> None:
    talk.replace_agent(context.world.scene, agent)


@when("{tenant:Name} gives {agent:Quoted} the persona {persona:Quoted}")
def tenant_gives_persona(context: HasWorld, tenant: str, agent: str, persona: str) -> None:
    scene = context.world.scene
    context.world.configurator.change_agent(scene.tenant(tenant), scene.agent(agent), persona=persona)


@when("{tenant:Name} gives {agent:Quoted} the name {name:Quoted}")
def tenant_gives_name(context: HasWorld, tenant: str, agent: str, name: str) -> None:
    scene = context.world.scene
    context.world.configurator.change_agent(scene.tenant(tenant), scene.agent(agent), name=name)


@when("{person:Name} asks {agent:Quoted} for the secret{place:Place}")
def person_asks_for_secret(context: HasWorld, person: str, agent: str, place: Place) -> None:
    talk.ask_for_secret(context.world.scene, person, agent, place)


@when("{person:Name} asks {agent:Quoted} for the secret in groups with each of these ids")
def person_asks_in_groups(context: HasWorld, person: str, agent: str) -> None:
    for row in context.table:
        place = Place(look_alike=LOOK_ALIKES[row["id"].replace(person, "somebody")])
        talk.ask_for_secret(context.world.scene, person, agent, place)


@then("{agent:Quoted} tells {person:Name} the secret")
def agent_tells_secret(context: HasWorld, agent: str, person: str) -> None:
    expected.knows_secret(context.world, talk.all_said(context.world.scene, agent, person)[-1])


@then("{agent:Quoted} does not know the secret")
def agent_does_not_know_secret(context: HasWorld, agent: str) -> None:
    expected.knows_no_secret(context.world, talk.all_said(context.world.scene, agent)[-1])


@then("{agent:Quoted} has told the secret in none of these groups")
def agent_has_told_secret_nowhere(context: HasWorld, agent: str) -> None:
    for said in talk.all_said(context.world.scene, agent):
        if said.speaker.group_id:
            expected.knows_no_secret(context.world, said)


@then("{agent:Quoted} was asked with all that {person:Name} had written and it had answered, in its order")
def agent_was_asked_with_history(context: HasWorld, agent: str, person: str) -> None:
    expected.asked_with_history(context.world, talk.all_said(context.world.scene, agent, person))


@then("{agent:Quoted} was asked as {text:Quoted}")
def agent_was_asked_as(context: HasWorld, agent: str, text: str) -> None:
    expected.asked_as(context.world, talk.all_said(context.world.scene, agent)[-1], text)


@then("{agent:Quoted} was not asked as {text:Quoted}")
def agent_was_not_asked_as(context: HasWorld, agent: str, text: str) -> None:
    expected.not_asked_as(context.world, talk.all_said(context.world.scene, agent)[-1], text)
