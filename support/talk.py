"""What people say to agents in a scenario, and what agents answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maim_message.message import Seg

from support.chat import Connection, Speaker
from support.chat.envelope import new_message_id, text_message, user_message
from support.chat.marker import new_canary, new_marker
from support.chat.said import Said
from support.chat.segments import ADDRESSES, LAYOUTS, several
from support.configurator import Agent, Tenant
from support.errors import UsageError
from support.scene import Scene
from support.vocabulary import Place

OWN_GROUP = Place()


def create_agents(scene: Scene, rows: Iterable[Mapping[str, str]]) -> None:
    """Create an agent for each row (tenant, agent, template or persona); who is no tenant yet registers."""
    rows = list(rows)
    scene.register_all({row["tenant"]: {} for row in rows if row["tenant"] not in scene.tenants})
    for row in rows:
        scene.create_agent(row["tenant"], row["agent"], row.get("template"), persona=row.get("persona"))


def tenant_of(scene: Scene, agent: Agent) -> Tenant:
    """Return the tenant whose agent it is."""
    return next(tenant for tenant in scene.tenants.values() if tenant.tenant_id == agent.tenant_id)


def open_connections(scene: Scene, agent: str, platform: str = "test") -> list[Connection]:
    """Return the connections to the agent on the platform that the scenario has open."""
    credential = _credential(scene, agent)
    return [
        connection
        for connection in scene.opened
        if connection.closed is None and (connection.credential, connection.platform) == (credential, platform)
    ]


def connect(scene: Scene, agent: str, platform: str = "test") -> Connection:
    """Open one more connection of its tenant to the agent."""
    owner = tenant_of(scene, scene.agent(agent))
    name = next(name for name, tenant in scene.tenants.items() if tenant is owner)
    return scene.connect(name, agent, platform)


def disconnect(scene: Scene, agent: str) -> None:
    """Close all connections to the agent."""
    for connection in scene.opened:
        if connection.credential == _credential(scene, agent):
            scene.grounds.reader.close(connection)


def write(scene: Scene, person: str, agent: str, text: str, place: Place = OWN_GROUP) -> Said:
    """Let the person write a text, with a fresh marker behind it, on the newest connection to the agent.

    Opens one when there is none.
    """
    marker = new_marker()
    return say(scene, person, agent, Seg("text", f"{text} {marker}"), place, marker=marker)


def say(
    scene: Scene,
    person: str,
    agent: str,
    segment: Seg,
    place: Place = OWN_GROUP,
    *,
    marker: str = "",
    at_bot: bool = True,
) -> Said:
    """Let the person send a segment, with whatever marker it carries, and keep it as the newest thing said."""
    connection = _connection(scene, agent, place.platform)
    speaker = speaker_at(scene, person, place)
    connection.finish_reading()
    message = user_message(connection.credential, speaker, segment, new_message_id(), at_bot=at_bot)
    scene.said.append(Said(person, agent, speaker, connection, marker, connection.send_message(message)))
    return scene.said[-1]


def lay_out(scene: Scene, person: str, agent: str, layout: str, parts: tuple[str, str]) -> Said:
    """Let the person say two parts in one message; the marker stands at the end."""
    marker, (one, two) = new_marker(), parts
    return say(scene, person, agent, LAYOUTS[layout](one, f"{two} {marker}"), marker=marker)


def address(scene: Scene, person: str, agent: str, how: str, text: str) -> Said:
    """Let the person address the agent in a group of several."""
    marker, (address_by, at_bot) = new_marker(), ADDRESSES[how]
    segment = address_by(scene.agent(agent).name, f"{text} {marker}")
    return say(scene, person, agent, segment, Place(group="several"), marker=marker, at_bot=at_bot)


def quote(scene: Scene, person: str, agent: str, text: str) -> Said:
    """Let the person write a text that quotes the last answer."""
    marker, quoted = new_marker(), all_said(scene, agent, person)[-1].reply
    if quoted is None or not quoted.message_id:
        raise UsageError(f"{agent} has not answered {person} yet, so there is nothing to quote.")
    segment = several(Seg("reply", quoted.message_id), Seg("text", f"{text} {marker}"))
    return say(scene, person, agent, segment, marker=marker)


def say_in_name_of(scene: Scene, person: str, agent: str, other: str) -> None:
    """Send the agent a message whose dimensions name another agent; nobody is to answer it."""
    connection = _connection(scene, agent, "test")
    connection.finish_reading()
    message = text_message(_credential(scene, other), scene.speaker(person), "你好", new_message_id())
    connection.send_message(message)


def tell(scene: Scene, person: str, agent: str, text: str, place: Place = OWN_GROUP) -> Said:
    """Let the person write a text and await the reply; raises NoFrame without one."""
    said = write(scene, person, agent, text, place)
    said.await_reply(scene.grounds.reply_timeout)
    return said


def talk_with_each(scene: Scene, person: str, place: Place = OWN_GROUP) -> None:
    """Let the person write to each agent of the scenario, twice, each time after the answer."""
    for agent in scene.agents:
        for text in ("你好", "最近怎么样"):
            tell(scene, person, agent, text, place)


def entrust(scene: Scene, person: str, agent: str, place: Place) -> None:
    """Let the person tell the agent a fresh secret, and await its answer."""
    scene.secret = new_canary()
    tell(scene, person, agent, f"请记住，我的暗号是 {scene.secret}", place)


def ask_for_secret(scene: Scene, person: str, agent: str, place: Place) -> Said:
    """Let the person ask the agent for the secret of the scenario, without naming it."""
    return write(scene, person, agent, "你还记得我的暗号吗？", place)


def replace_agent(scene: Scene, agent: str) -> None:
    """Delete the agent and create another one of the same name, which the story calls alike."""
    former = scene.agent(agent)
    owner = tenant_of(scene, former)
    scene.grounds.configurator.delete_agent(owner, former)
    scene.agents[agent] = scene.grounds.configurator.create_agent(owner, former.name, former.template_id)


def all_said(scene: Scene, agent: str, person: str | None = None) -> Sequence[Said]:
    """Return what was said to the agent, of this person if one is given; oldest first."""
    found = [said for said in scene.said if said.agent == agent and person in (None, said.person)]
    if not found:
        raise UsageError(f"{person or 'Nobody'} has not written to {agent!r} yet; write a When before this step.")
    return found


def speaker_at(scene: Scene, person: str, place: Place) -> Speaker:
    """Return the person at the place. Group ids of the same name are the same, whoever's agents are in the group."""
    speaker = scene.speaker(person, place.platform)
    if place.is_private:
        return replace(speaker, group_id=None)
    if place.look_alike:
        return replace(speaker, group_id=place.look_alike.format(user_id=speaker.user_id, platform=place.platform))
    return replace(speaker, group_id=group_id(place.group)) if place.group else speaker


def group_id(group: str) -> str:
    """Return the id of the group that the story calls so."""
    return f"group-{group}"


def _connection(scene: Scene, agent: str, platform: str) -> Connection:
    """Return the newest connection to the agent that is open; open one when there is none."""
    return (open_connections(scene, agent, platform) or [connect(scene, agent, platform)])[-1]


def _credential(scene: Scene, agent: str) -> str:
    return scene.grounds.credential(tenant_of(scene, scene.agent(agent)), scene.agent(agent))
