"""Tenants that live side by side and use the same names: of their agent, of their people, groups and messages."""

from collections.abc import Callable, Iterable, Mapping
from itertools import permutations

from support import talk
from support.chat import Connection, Speaker, ask
from support.chat.envelope import new_message_id
from support.chat.marker import new_canary
from support.configurator import ConfiguratorClient, Tenant
from support.isolation import Cell, try_channels
from support.scene import Scene
from support.world import World


def settle(scene: Scene, names: Iterable[str], agent: str) -> None:
    """Register these tenants, each with a canary and with an agent of this name, whose persona is its own.

    The story calls the agents by both names, such as "Acme's Ada".
    """
    names = list(names)
    scene.register_all({name: {} for name in names})
    for name in names:
        scene.canaries[name] = new_canary()
        _create_agent(scene, name, agent)


def replace_tenant(world: World, name: str, agent: str) -> None:
    """Remove the tenant, and register another one under all of its names, the user name too."""
    scene = world.scene
    before = scene.tenant(name)
    talk.disconnect(scene, f"{name}'s {agent}")
    world.purge([before])
    scene.register(name, username=before.username)
    _create_agent(scene, name, agent)


def _create_agent(scene: Scene, name: str, agent: str) -> None:
    persona = f"你是{name}的{agent}，只为{name}的客人服务。"
    created = scene.grounds.configurator.create_agent(scene.tenant(name), agent, persona=persona)
    scene.agents[f"{name}'s {agent}"] = created


def try_every_channel(scene: Scene) -> list[Cell]:
    """Let each tenant try by every channel to get at what is another's."""
    return try_channels(scene.grounds, permutations(scene.tenants.values(), 2))


def ask_all(scene: Scene, speakers: Iterable[Mapping[str, Speaker]], text: str, *, same_ids: bool = False) -> None:
    """Let people (each given as tenant -> person) write to their tenants' agents, all at once; await the answers.

    {canary} in the text is the tenant's. With `same_ids`, what is written to several tenants has the same ids: whoever
    takes such messages for one and the same answers only the first tenant.
    """
    asked = []
    for people in speakers:
        same_id = new_message_id() if same_ids else None
        for name, speaker in people.items():
            words = text.format(canary=scene.canaries[name])
            asked.append(ask(connection_of(scene, name), speaker, words, message_id=same_id, msg_id=same_id))
    scene.answered += [each.await_answer(scene.grounds.reply_timeout) for each in asked]


def connection_of(scene: Scene, name: str) -> Connection:
    """Return the tenant's open connection to its agent; open one when there is none."""
    agent = next(story for story, agent in scene.agents.items() if agent in scene.tenant(name).agents)
    return (talk.open_connections(scene, agent) or [talk.connect(scene, agent)])[0]


# What a tenant may do to what is its own, by the words that features call it.
ACTS: Mapping[str, Callable[[ConfiguratorClient, Tenant], object]] = {
    "gives its agent another persona": lambda configurator, tenant: configurator.change_agent(
        tenant, tenant.agents[0], persona="你现在是别人。"
    ),
    "deletes its agent": lambda configurator, tenant: configurator.delete_agent(tenant, tenant.agents[0]),
    "replaces its API key": lambda configurator, tenant: configurator.regenerate_api_key(tenant),
    "renews its session": lambda configurator, tenant: configurator.renew(tenant),
    "logs out": lambda configurator, tenant: configurator.logout(tenant),
}
