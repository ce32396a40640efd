"""Steps about frames: what comes for a proper one, and for any other."""

from behave import then, when

from support import frames
from support.expectations import protocol as expectations
from support.traces import traces
from support.world import HasWorld


@when('{person:Name} asks {tenant:Name}\'s "{agent}" {count:d} times, each time after the answer')
def person_asks_repeatedly(context: HasWorld, person: str, tenant: str, agent: str, count: int) -> None:
    for _ in range(count):
        context.world.scene.ask(person, tenant, agent)


@when('{person:Name} asks {tenant:Name}\'s "{agent}" in a group')
def person_asks_in_group(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    context.world.scene.ask(person, tenant, agent)


@when('{person:Name} asks {tenant:Name}\'s "{agent}" in private')
def person_asks_in_private(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    frames.ask_in_private(context.world.scene, person, tenant, agent)


@when('{person:Name} asks {tenant:Name}\'s "{agent}", then with the same ids {other_tenant:Name}\'s "{other_agent}"')
def person_asks_with_same_ids(
    context: HasWorld, person: str, tenant: str, agent: str, other_tenant: str, other_agent: str
) -> None:
    context.world.scene.ask(person, tenant, agent)
    frames.ask_with_same_ids(context.world.scene, person, other_tenant, other_agent)


@when('the client of {person:Name} sends {tenant:Name}\'s "{agent}" these frames, each with a proper message after it')
def client_sends_odd_frames(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    names = [row["frame"] for row in context.table]
    frames.send_odd_frames(context.world.scene, person, tenant, agent, names)


@when(
    'the client of {person:Name} sends {tenant:Name}\'s "{agent}" {frame} {count:d} times,'
    " and a proper message after that"
)
def client_repeats_odd_frame(context: HasWorld, person: str, tenant: str, agent: str, frame: str, count: int) -> None:
    frames.send_odd_frames(context.world.scene, person, tenant, agent, [frame], count)


@when(
    'the client of {person:Name} sends {tenant:Name}\'s "{agent}" a message for {platform:Platform},'
    " and a proper one after it"
)
def client_names_another_platform(context: HasWorld, person: str, tenant: str, agent: str, platform: str) -> None:
    frames.send_for_platform(context.world.scene, person, tenant, agent, platform)


@when(
    'the client of {person:Name} sends {tenant:Name}\'s "{agent}" a message by the agent itself,'
    " and a proper one after it"
)
def client_claims_to_be_the_agent(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    frames.send_as_agent(context.world.scene, person, tenant, agent)


@when(
    'the client of {person:Name} sends {tenant:Name}\'s "{agent}" a message that names'
    ' {other_tenant:Name}\'s "{other_agent}" as {field}'
)
def client_names_another_tenant(
    context: HasWorld, person: str, tenant: str, agent: str, other_tenant: str, other_agent: str, field: str
) -> None:
    frames.send_in_name_of(context.world.scene, person, (tenant, agent), (other_tenant, other_agent), field)


@when('{tenant:Name}\'s client sends "{agent}" the same message again on the same connection')
def client_repeats(context: HasWorld, tenant: str, agent: str) -> None:
    frames.send_again(context.world.scene, tenant, agent)


@when('{tenant:Name}\'s client sends "{agent}" the same message again on a new connection')
def client_reconnects_and_repeats(context: HasWorld, tenant: str, agent: str) -> None:
    frames.reconnect(context.world.scene, tenant, agent)
    frames.send_again(context.world.scene, tenant, agent)


@when('{tenant:Name}\'s client sends "{agent}" more than a million characters that are no frame')
def client_sends_too_much(context: HasWorld, tenant: str, agent: str) -> None:
    frames.send_too_much(context.world.scene, tenant, agent)


@when('nobody writes to "{agent}" until the connection of {tenant:Name} has been probed twice')
def nobody_writes(context: HasWorld, agent: str, tenant: str) -> None:
    connection = context.world.scene.connection(f"{tenant} to {agent}")
    # A replier probes every 20 s or so.
    connection.wait(lambda: connection.pings >= 2 or connection.closed, 4 * context.world.reply_timeout)


@then('the idle connection of {tenant:Name} to "{agent}" was probed and is open')
def idle_connection_is_open(context: HasWorld, tenant: str, agent: str) -> None:
    expectations.probed_and_open(context.world.scene.connection(f"{tenant} to {agent}"), 2)


@then('the replier answers when it is probed on the connection of {tenant:Name} to "{agent}"')
def replier_answers_ping(context: HasWorld, tenant: str, agent: str) -> None:
    connection = context.world.scene.connection(f"{tenant} to {agent}")
    expectations.answers_ping(connection, context.world.reply_timeout)


@then("each message was acknowledged before it was answered")
def acknowledged_first(context: HasWorld) -> None:
    expectations.acknowledged_first(context.world.scene.answered)


@then("each acknowledgement says that the message was received, and when")
def acknowledgements_say_when(context: HasWorld) -> None:
    expectations.acknowledged_just_now(context.world.scene.answered)


@then("each reply says when it was written and sent")
def replies_say_when(context: HasWorld) -> None:
    expectations.replied_just_now(context.world.scene.answered)


@then("each reply names the server, the platform of the message, and its group or, in private, who asked")
def reply_names_both_sides(context: HasWorld) -> None:
    for answered in context.world.scene.answered:
        expectations.names_both_sides(answered)


@then("no two messages or replies have the same id")
def ids_are_unique(context: HasWorld) -> None:
    expectations.ids_of_their_own(context.world.scene.answered)


@then("every proper message was answered")
def every_proper_message_was_answered(context: HasWorld) -> None:
    expectations.still_usable(context.world.scene.trials)


@then('the repeated message to "{agent}" is acknowledged to {tenant:Name}')
def repeated_message_is_acknowledged(context: HasWorld, agent: str, tenant: str) -> None:
    scene = context.world.scene
    sent = scene.answered[-1].sent
    scene.connection(f"{tenant} to {agent}").expect_acknowledgement(sent, context.world.reply_timeout)


@then('nothing else came to {tenant:Name} from "{agent}"')
def nothing_else_came(context: HasWorld, tenant: str, agent: str) -> None:
    expectations.unanswered(context.world.scene.connection(f"{tenant} to {agent}"))


@then('only the proper messages to "{agent}" are stored for {tenant:Name}')
def only_proper_messages_are_stored(context: HasWorld, agent: str, tenant: str) -> None:
    scene = context.world.scene
    messages = frames.proper_messages(scene, tenant, agent)
    expectations.only_these_stored(context.world, scene.tenant(tenant).tenant_id, scene.agent(agent).agent_id, messages)


@then("each of these frames is stored for {tenant:Name}, too")
def odd_frames_are_stored(context: HasWorld, tenant: str) -> None:
    world = context.world
    expectations.all_stored(world, world.scene.tenant(tenant).tenant_id, world.scene.trials)


@then('{person:Name} is answered by {tenant:Name}\'s "{agent}", if need be on a new connection')
def person_is_answered_in_the_end(context: HasWorld, person: str, tenant: str, agent: str) -> None:
    frames.ask_or_reconnect(context.world.scene, person, tenant, agent)


@then('{tenant:Name} hears at most its own "{agent}", and nothing of {other_tenant:Name}\'s "{other_agent}"')
def tenant_hears_only_its_own(context: HasWorld, tenant: str, agent: str, other_tenant: str, other_agent: str) -> None:
    scene = context.world.scene
    foreign = [scene.tenant(other_tenant).tenant_id, scene.agent(other_agent).agent_id]
    expectations.only_from_own_agent(scene.connection(f"{tenant} to {agent}"), scene.unheard, foreign)


@then("nothing of that message is stored for {tenant:Name}")
def nothing_is_stored_for(context: HasWorld, tenant: str) -> None:
    world, scene = context.world, context.world.scene
    sightings = traces(world.databases(), None, scene.unheard)
    expectations.not_stored_for(sightings, scene.tenant(tenant).tenant_id)
