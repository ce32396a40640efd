"""Frames that people's clients send to agents in a scenario: odd ones, repeated ones, in another's name."""

from collections.abc import Iterable
from dataclasses import replace

from support.chat import Answered, try_frames
from support.chat.connection import NoFrame
from support.chat.odd_frames import ODD_FRAMES, Change, for_platform, naming, said_by
from support.errors import UsageError
from support.scene import Scene


def send_odd_frames(scene: Scene, person: str, tenant: str, agent: str, names: Iterable[str], times: int = 1) -> None:
    """Send frames that are not proper, by the words that features call them, each so many times."""
    names = list(names)
    if unknown := [name for name in names if name not in ODD_FRAMES]:
        raise UsageError(f"{unknown} are no odd frames that the suite knows; it knows {list(ODD_FRAMES)}.")
    _try(scene, person, tenant, agent, [(name, ODD_FRAMES[name]) for name in names], times)


def send_for_platform(scene: Scene, person: str, tenant: str, agent: str, platform: str) -> None:
    """Send a message for another platform than the connection's."""
    _try(scene, person, tenant, agent, [(f"a message for {platform}", for_platform(platform))])


def send_as_agent(scene: Scene, person: str, tenant: str, agent: str) -> None:
    """Send a message whose sender is the agent itself."""
    _try(scene, person, tenant, agent, [("a message by the agent", said_by(scene.agent(agent).agent_id))])


def send_in_name_of(scene: Scene, person: str, own: tuple[str, str], other: tuple[str, str], field: str) -> None:
    """Send to the own (tenant, agent) a message in which a field names another's."""
    credential = scene.grounds.credential(scene.tenant(other[0]), scene.agent(other[1]))
    _try(scene, person, *own, [(f"a message that names {' to '.join(other)}", naming(credential, field))])


def ask_in_private(scene: Scene, person: str, tenant: str, agent: str) -> Answered:
    """Let the person, who is in no group from now on, write to the agent."""
    scene.speakers[person] = replace(scene.speaker(person), group_id=None)
    return scene.ask(person, tenant, agent)


def ask_with_same_ids(scene: Scene, person: str, tenant: str, agent: str) -> Answered:
    """Let the person write a message that has the ids of the one answered last."""
    last = scene.answered[-1].sent
    return scene.ask(person, tenant, agent, message_id=last.message_id, msg_id=last.msg_id)


def send_again(scene: Scene, tenant: str, agent: str) -> None:
    """Send the message that was answered last again, as a client does that has missed the acknowledgement."""
    last = scene.answered[-1]
    connection = scene.connection(f"{tenant} to {agent}")
    connection.send(last.sent.text, last.speaker, last.sent.message_id, last.sent.msg_id)


def reconnect(scene: Scene, tenant: str, agent: str) -> None:
    """Close the tenant's connection to the agent and open another one."""
    scene.grounds.reader.close(scene.connection(f"{tenant} to {agent}"))
    scene.connect(tenant, agent)


def send_too_much(scene: Scene, tenant: str, agent: str) -> None:
    """Send more than 1 MiB that is no frame."""
    scene.connection(f"{tenant} to {agent}").send_raw("x" * (2**20 + 1))


def ask_or_reconnect(scene: Scene, person: str, tenant: str, agent: str) -> Answered:
    """Let the person write, on a new connection if the replier closes this one; raises NoFrame without a reply."""
    try:
        return scene.ask(person, tenant, agent)
    except NoFrame:
        if not scene.connection(f"{tenant} to {agent}").closed:
            raise
        scene.connect(tenant, agent)
        return scene.ask(person, tenant, agent)


def proper_messages(scene: Scene, tenant: str, agent: str) -> list[Answered]:
    """Return what was properly said to the agent and answered."""
    credential = scene.grounds.credential(scene.tenant(tenant), scene.agent(agent))
    return [each for each in scene.answered if each.connection.credential == credential]


def _try(
    scene: Scene, person: str, tenant: str, agent: str, changes: Iterable[tuple[str, Change]], times: int = 1
) -> None:
    connection = scene.connection(f"{tenant} to {agent}")
    speaker = scene.speaker(person, connection.platform)
    trials = try_frames(connection, speaker, changes, scene.grounds.reply_timeout, times)
    scene.trials += trials
    scene.unheard += [trial.marker for trial in trials]
    scene.answered += [trial.barrier for trial in trials if trial.barrier]
