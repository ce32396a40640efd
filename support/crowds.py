"""What many do at the same time in a scenario."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

from support import talk
from support.chat import Plan
from support.chat.leaving import Leave
from support.platforms import PLATFORMS
from support.scene import Scene
from support.themes import topics_for
from support.troubles import TROUBLES, Trouble
from support.vocabulary import Place
from support.world import World

_AT_ONCE = 16


def hold_swarm(world: World, person: str, messages: int) -> None:
    """Let the person hold conversations with each agent on each platform at once, in groups of the same id."""
    scene = world.scene
    plans = [
        Plan(
            talk.tenant_of(scene, agent),
            agent,
            talk.speaker_at(scene, person, Place(platform, group="swarm")),
            topics_for(agent.template_id, messages),
            world.credential(talk.tenant_of(scene, agent), agent),
        )
        for agent, platform in product(scene.agents.values(), PLATFORMS)
    ]
    scene.held += world.hold(plans)


def register_at_once(scene: Scene, count: int) -> None:
    """Let this many people register; the story calls them Guest 1, Guest 2, ..."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(scene.register, _guests(count)))


def create_agents_at_once(scene: Scene, tenant: str, count: int) -> None:
    """Let the tenant create this many agents."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda number: scene.create_agent(tenant, f"Agent {number}"), range(count)))


def write_at_once(scene: Scene, agent: str, count: int, words: str = "", each: int = 1) -> None:
    """Let this many people write to the agent, each this many messages, and await no answer."""
    for _ in range(each):
        for person in _guests(count):
            talk.write(scene, person, agent, f"你好{words}")


def talk_at_once(scene: Scene, count: int) -> None:
    """Let this many people write to each agent of the scenario before any answer is awaited, then await the answers."""
    said = [talk.write(scene, person, agent, "你好") for person in _guests(count) for agent in scene.agents]
    for each in said:
        each.await_reply(scene.grounds.reply_timeout)


def await_first_acknowledgement(scene: Scene) -> None:
    """Await the acknowledgement of what was written first; others may come at any time from then on."""
    first = scene.said[0]
    first.connection.expect_acknowledgement(first.sent, scene.grounds.reply_timeout)


def compare_with_burst(world: World, asker: tuple[str, str, int], burst: tuple[str, int, int]) -> None:
    """Let a person ask an agent some times alone, then as often while people write many messages to another agent.

    The seconds that the answers took are kept. Our model takes its time, as real ones do: without that, next to
    nothing would be compared with next to nothing.
    """
    scene, words = world.scene, world.cause(TROUBLES["takes its time"])
    (person, agent, times), (other, count, each) = asker, burst
    scene.response_times["alone"] = _answers_in_a_row(scene, person, agent, times, words)
    write_at_once(scene, other, count, words, each)
    scene.response_times["meanwhile"] = _answers_in_a_row(scene, person, agent, times, words)


def write_one_by_one(world: World, person: str, agent: str, times: int, trouble: Trouble) -> None:
    """Let the person write so many messages, each after the answer to the one before; keep how long they took."""
    scene, words = world.scene, world.cause(trouble)
    scene.response_times["one by one"] = _answers_in_a_row(scene, person, agent, times, words)


def _answers_in_a_row(scene: Scene, person: str, agent: str, times: int, words: str) -> list[float]:
    said = [talk.tell(scene, person, agent, f"你好{words}") for _ in range(times)]
    return [each.reply.received_at - each.sent.at for each in said if each.reply]


def come_and_go(scene: Scene, agent: str, count: int, leave: Leave) -> None:
    """Let this many clients connect to the agent and leave in this way."""
    grounds, of_story = scene.grounds, scene.agent(agent)
    credential = grounds.credential(talk.tenant_of(scene, of_story), of_story)

    def come(_: int) -> None:
        connection = grounds.reader.open(grounds.replier_url, credential, "test", title="comes and goes")
        leave(grounds.reader, connection)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(come, range(count)))


def _guests(count: int) -> list[str]:
    return [f"Guest {number}" for number in range(1, count + 1)]
