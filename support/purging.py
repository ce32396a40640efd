"""Purges in a scenario."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

from support import talk
from support.chat import Connection, Speaker
from support.chat.connection import NoFrame
from support.purge import Selection, select_prefixes
from support.purge.database import open_engine, writing
from support.removals import everything_of
from support.scene import Scene
from support.world import World

_AT_ONCE = 10


def register_close_names(scene: Scene, rows: Iterable[Mapping[str, str]]) -> None:
    """Register a tenant for each row (tenant, user name); their names begin alike, as nobody else's do."""
    beginning = scene.new_username()
    scene.register_all({row["tenant"]: {"username": f"{beginning}_{row['user name']}"} for row in rows})


def of_story(scene: Scene, *tenants: str) -> Selection:
    """Return everything of these tenants of the story."""
    return everything_of(scene.tenant(name) for name in tenants)


def with_beginning(world: World, beginning: str) -> Selection:
    """Return the accounts whose user names begin so. Raises UsageError when the beginning is empty."""
    return select_prefixes(world.databases(), [beginning])


def purge_while_writing(world: World, tenant: str, person: str, agent: str) -> None:
    """Purge the tenant between messages of the person to its agent, and do not wait for an answer to any."""
    connection = world.scene.connection(f"{tenant} to {agent}")
    speaker = world.scene.speaker(person, connection.platform)
    # Whether a message was answered before its agent was gone is nobody's business.
    connection.listener = lambda _: None
    _write(connection, speaker)
    world.remove(of_story(world.scene, tenant))
    _write(connection, speaker)


def purge_while_asking(world: World, tenant: str, person: str, agent: str) -> None:
    """Purge one tenant, and let the person ask the agent of another one until that is done.

    Raises NoFrame when a message is not answered in time.
    """
    with ThreadPoolExecutor(1) as pool:
        purge = pool.submit(world.remove, of_story(world.scene, tenant))
        while not purge.done():
            talk.tell(world.scene, person, agent, "你好")
        purge.result()


def write_while_held(world: World, agent: str, count: int) -> None:
    """Let so many people write to the agent, each after the acknowledgement of the one before, while nobody may store.

    Where writers do not exclude each other, as in PostgreSQL, a purge holds nobody up. Raises NoFrame when a message
    is not acknowledged in time.
    """
    with ExitStack() as stack:
        for url in world.databases():
            engine = open_engine(url)
            stack.callback(engine.dispose)
            stack.enter_context(writing(engine))
        for number in range(count):
            said = talk.write(world.scene, f"Guest {number}", agent, "你好")
            said.connection.expect_acknowledgement(said.sent, world.scene.grounds.reply_timeout)


def _write(connection: Connection, speaker: Speaker) -> None:
    with suppress(NoFrame):
        for number in range(_AT_ONCE):
            connection.send(f"第 {number} 句", speaker)
