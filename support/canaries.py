"""What each tenant of a scenario entrusts to the deployment, marked with its canary, and where that may turn up."""

from collections.abc import Callable, Mapping

from support import talk
from support.accounts.attempts import as_itself
from support.chat import Speaker
from support.configurator.operations import OPERATIONS
from support.isolation import Rows, Sighting, in_prompts, in_texts
from support.isolation.sightings import tokens_in
from support.neighbours import ask_all
from support.scene import Scene
from support.vocabulary import Place
from support.world import World

_TELL, _ASK = "请记住，我的暗号是 {canary}", "还记得我的暗号吗"
# What a tenant can ask for; the last one is the same for everybody.
_READING = (
    "read the account",
    "read the tenant",
    "read the statistics",
    "read the API key",
    "list the agents",
    "read the agent",
    "list the templates",
)


def tell(scene: Scene, person: str, place: Place) -> None:
    """Let the person tell each tenant's agent the tenant's canary, in the same place."""
    ask_all(scene, [_everywhere(scene, talk.speaker_at(scene, person, place))], _TELL)


def recall(scene: Scene, person: str, place: Place) -> None:
    """Let the person ask each tenant's agent for it, in the same place."""
    ask_all(scene, [_everywhere(scene, talk.speaker_at(scene, person, place))], _ASK)


def tell_in_groups(scene: Scene, person: str, groups: int) -> None:
    """Let the person tell it in many groups at once, to which all tenants' agents belong."""
    ask_all(scene, _in_groups(scene, person, groups), _TELL)


def recall_in_groups(scene: Scene, person: str, groups: int) -> None:
    """Let the person ask for it in the same groups at once."""
    ask_all(scene, _in_groups(scene, person, groups), _ASK)


def write_by_name(scene: Scene) -> None:
    """Let a person write to each tenant's agent whose id, name and group are the tenant's canary."""
    people = {
        name: Speaker("test", f"user-{canary}", canary, f"group-{canary}") for name, canary in scene.canaries.items()
    }
    ask_all(scene, [people], "你好")


def disconnect_all(scene: Scene) -> None:
    """Close all connections; the next message goes over new ones."""
    for connection in scene.opened:
        scene.grounds.reader.close(connection)


def describe_agents(scene: Scene) -> None:
    """Let each tenant write its canary into everything that its agent is made of, but for the name."""
    for name, canary in scene.canaries.items():
        tenant = scene.tenant(name)
        scene.grounds.configurator.change_agent(
            tenant,
            tenant.agents[0],
            persona=f"你是{canary}的朋友。",
            description=canary,
            tags=canary,
            bot_overrides={"nickname": canary},
            config_overrides={canary: [canary]},
        )


def describe_tenants(scene: Scene) -> None:
    """Let each tenant write its canary into everything that it says of itself."""
    for name, canary in scene.canaries.items():
        scene.grounds.configurator.change_tenant(
            scene.tenant(name),
            tenant_name=canary,
            email=f"{canary}@example.com",
            phone=canary,
            tenant_config={canary: [canary]},
        )


def _in_groups(scene: Scene, person: str, groups: int) -> list[Mapping[str, Speaker]]:
    places = [Place(group=str(number)) for number in range(groups)]
    return [_everywhere(scene, talk.speaker_at(scene, person, place)) for place in places]


def _everywhere(scene: Scene, speaker: Speaker) -> Mapping[str, Speaker]:
    return dict.fromkeys(scene.canaries, speaker)


def owners(scene: Scene) -> dict[str, str]:
    """Return whose each canary is: canary -> tenant id."""
    return {canary: scene.tenant(name).tenant_id for name, canary in scene.canaries.items()}


def _in_frames(world: World) -> list[Sighting]:
    """Look into every frame that came, expected or not."""
    scene, holders = world.scene, _holders(world)
    frames = [(each.connection, frame) for each in scene.answered for frame in (each.acknowledgement, each.reply)]
    frames += [(connection, frame) for connection in scene.opened for frame in connection.pending]
    return in_texts([(holders[connection.credential], frame.raw) for connection, frame in frames], "a frame")


def _in_prompts(world: World) -> list[Sighting]:
    """Look into every prompt with a canary; whose it is, the marker of the message says that was asked about."""
    scene, holders = world.scene, _holders(world)
    prompts = [prompt for canary in scene.canaries.values() for prompt in world.prompts(canary)]
    said = {
        token: holders[each.connection.credential] for each in scene.answered for token in tokens_in(each.sent.text)
    }
    return in_prompts(prompts, said | owners(scene))


def _holders(world: World) -> dict[str, str]:
    """Return whose each connection is: what it presented -> tenant id."""
    return {
        world.credential(tenant, agent): tenant.tenant_id
        for tenant in world.scene.tenants.values()
        for agent in tenant.agents
    }


def _in_rows(world: World) -> list[Sighting]:
    return Rows(world.databases()).sightings()


def _in_answers(world: World) -> list[Sighting]:
    """Look into all that the configurator tells each tenant."""
    operations = [OPERATIONS[name] for name in _READING]
    answers = [
        (tenant.tenant_id, as_itself(world.configurator, operation, tenant).text)
        for tenant in world.scene.tenants.values()
        for operation in operations
        if operation.needs not in world.configurator.lacking
    ]
    return in_texts(answers, "an answer")


# Where to look for canaries, by the words that features call it.
PLACES: Mapping[str, Callable[[World], list[Sighting]]] = {
    "frames": _in_frames,
    "prompts": _in_prompts,
    "rows": _in_rows,
    "answers": _in_answers,
}
