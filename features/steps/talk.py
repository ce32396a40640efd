"""Steps about people who write to agents, and what the agents answer."""

from behave import given, then, when

from support import expectations, talk
from support.chat.segments import EMPTINESS
from support.expectations import talk as expected
from support.vocabulary import Place
from support.world import HasWorld


@given("these agents have been created")
def agents_have_been_created(context: HasWorld) -> None:
    talk.create_agents(context.world.scene, context.table)


@given("{tenant:Name} has created the agent {agent:Quoted} from the template {template:w}")
def agent_has_been_created_from(context: HasWorld, tenant: str, agent: str, template: str) -> None:
    context.world.scene.create_agent(tenant, agent, template)


@given("{agent:Quoted} has {count:d} connections")
def agent_has_connections(context: HasWorld, agent: str, count: int) -> None:
    for _ in range(count):
        talk.connect(context.world.scene, agent)


@given("{agent:Quoted} has a connection on {platform:Platform}")
def agent_has_connection_on(context: HasWorld, agent: str, platform: str) -> None:
    talk.connect(context.world.scene, agent, platform)


@given("{agent:Quoted} has reconnected")
@when("{agent:Quoted} reconnects")
def agent_reconnects(context: HasWorld, agent: str) -> None:
    talk.disconnect(context.world.scene, agent)
    talk.connect(context.world.scene, agent)


@when("one of the connections of {agent:Quoted} is closed")
def connection_is_closed(context: HasWorld, agent: str) -> None:
    scene = context.world.scene
    scene.grounds.reader.close(talk.open_connections(scene, agent)[0])


@when("{person:Name} writes {text:Quoted} to {agent:Quoted}{place:Place}")
def person_writes(context: HasWorld, person: str, text: str, agent: str, place: Place) -> None:
    talk.write(context.world.scene, person, agent, text, place)


@given("{person:Name} has written {text:Quoted} to {agent:Quoted}{place:Place} and been answered")
@when("{person:Name} writes {text:Quoted} to {agent:Quoted}{place:Place} and is answered")
def person_has_been_answered(context: HasWorld, person: str, text: str, agent: str, place: Place) -> None:
    talk.tell(context.world.scene, person, agent, text, place)


@when("{person:Name} writes these lines to {agent:Quoted}")
def person_writes_lines(context: HasWorld, person: str, agent: str) -> None:
    talk.write(context.world.scene, person, agent, context.text)


@when("{person:Name} writes {count:d} messages to {agent:Quoted} at once")
def person_writes_at_once(context: HasWorld, person: str, count: int, agent: str) -> None:
    for number in range(count):
        talk.write(context.world.scene, person, agent, f"第 {number + 1} 件事")


@when("{person:Name} writes a text of {count:d} characters to {agent:Quoted}")
def person_writes_long_text(context: HasWorld, person: str, count: int, agent: str) -> None:
    # No part of it is like another, so that a cut shows wherever it is.
    text = "".join(f"第{number:06d}句，" for number in range(count // 9 + 1))[:count]
    talk.write(context.world.scene, person, agent, text)


@when("{person:Name} writes each of these to {agent:Quoted} and is answered")
def person_writes_each(context: HasWorld, person: str, agent: str) -> None:
    for row in context.table:
        talk.tell(context.world.scene, person, agent, row["text"])


@when("{person:Name} sends these messages that say nothing to {agent:Quoted}")
def person_sends_nothing(context: HasWorld, person: str, agent: str) -> None:
    for row in context.table:
        talk.say(context.world.scene, person, agent, EMPTINESS[row["message"]])


@when("{person:Name} says {one:Quoted} and {two:Quoted} to {agent:Quoted} in each of these and is answered")
def person_says_two_parts(context: HasWorld, person: str, one: str, two: str, agent: str) -> None:
    world = context.world
    for row in context.table:
        said = talk.lay_out(world.scene, person, agent, row["message"], (one, two))
        said.await_reply(world.reply_timeout)


@when("{person:Name} addresses {agent:Quoted} in a group {how}")
def person_addresses(context: HasWorld, person: str, agent: str, how: str) -> None:
    talk.address(context.world.scene, person, agent, how, "你好")


@when("{person:Name} quotes the answer of {agent:Quoted} and writes {text:Quoted}")
def person_quotes(context: HasWorld, person: str, agent: str, text: str) -> None:
    talk.quote(context.world.scene, person, agent, text)


@when("{person:Name} talks with {agent:Quoted} about the theme of {template:w}")
def person_talks_about_theme(context: HasWorld, person: str, agent: str, template: str) -> None:
    context.world.converse(person, agent, template, messages=2)


@when("a model talks as {person:Name} with {agent:Quoted} about the theme of {template:w}")
def model_talks_about_theme(context: HasWorld, person: str, agent: str, template: str) -> None:
    world = context.world
    world.converse(person, agent, template, messages=3, writer=world.writer)


@then("every message of the conversation was answered")
def conversation_was_answered(context: HasWorld) -> None:
    expectations.all_answered(context.world.scene.held)


@then("every message of the conversation was written for it")
def messages_were_written(context: HasWorld) -> None:
    for conversation in context.world.scene.held:
        expected.written_for_it(conversation)


@then("each answer of {agent:Quoted} is in its persona and on its topic")
def answers_are_in_persona(context: HasWorld, agent: str) -> None:
    for conversation in context.world.scene.held:
        expected.in_persona(context.world, conversation)


@then("{agent:Quoted} answers {person:Name}")
def agent_answers(context: HasWorld, agent: str, person: str) -> None:
    expected.answers(context.world, talk.all_said(context.world.scene, agent, person)[-1])


@then("{agent:Quoted} answers each message of {person:Name}")
def agent_answers_each(context: HasWorld, agent: str, person: str) -> None:
    for said in talk.all_said(context.world.scene, agent, person):
        expected.answers(context.world, said)


@then("each message is answered")
def each_message_is_answered(context: HasWorld) -> None:
    for said in context.world.scene.said:
        expected.answers(context.world, said)


@then("the last of them is answered, and no answer returns to an earlier one")
def burst_is_answered(context: HasWorld) -> None:
    expected.answered_in_order(context.world, context.world.scene.said)


@then("each of the connections of {agent:Quoted} receives the answer to {person:Name}")
def connections_receive(context: HasWorld, agent: str, person: str) -> None:
    scene = context.world.scene
    said = talk.all_said(scene, agent, person)[-1]
    expected.copied(said, talk.open_connections(scene, agent), context.world.reply_timeout)


@then("nothing else has arrived")
def nothing_else_has_arrived(context: HasWorld) -> None:
    expected.nothing_else(context.world.scene)


@then("{agent:Quoted} has read exactly each message of {person:Name}")
def agent_has_read_exactly(context: HasWorld, agent: str, person: str) -> None:
    for said in talk.all_said(context.world.scene, agent, person):
        expected.read_exactly(context.world, said)


@then("{agent:Quoted} has answered {person:Name} exactly as the model did")
def agent_has_answered_as_model(context: HasWorld, agent: str, person: str) -> None:
    for said in talk.all_said(context.world.scene, agent, person):
        expected.answered_as_the_model(context.world, said)


@then("{agent:Quoted} answers {person:Name} with all that the model said")
def agent_answers_at_length(context: HasWorld, agent: str, person: str) -> None:
    expected.answered_at_length(context.world, talk.all_said(context.world.scene, agent, person)[-1])


@then("{agent:Quoted} has read {one:Quoted} and then {two:Quoted} in each message")
def agent_has_read_parts(context: HasWorld, agent: str, one: str, two: str) -> None:
    for said in talk.all_said(context.world.scene, agent):
        expected.read_parts(context.world, said, (one, two))


@then("every answer has an id of its own")
def answers_have_ids(context: HasWorld) -> None:
    expected.ids_of_their_own(context.world.scene.said)
