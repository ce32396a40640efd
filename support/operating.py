"""What operators do with deployments in a scenario, and what befalls them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from sqlalchemy import inspect

from support.accounts.forgery import claims_of
from support.database_urls import spelt
from support.deployments import Deployment
from support.deployments.launch import launch
from support.deployments.profiles import Profile
from support.engines import new_engine
from support.errors import InfrastructureError, SuiteError, UsageError
from support.obstacles import Obstacle
from support.polling import wait_until
from support.recovery import ANOTHER
from support.settings import Settings
from support.world import World

# In which of these a generation of MaiMBot keeps its tenants.
_TABLES = ("tenant_users", "tenants")
_SECONDS = 10.0


def restart(world: World, name: str) -> None:
    """Restart a backend of the run's deployment, or start it again after a crash."""
    with _accusing_what_had_to_be_killed():
        world.deployment.restart(name)
    if name == "configurator":
        # Tokens may end with it, and later scenarios have these tenants, too.
        world.renew_tokens()


def crash(world: World, name: str) -> None:
    """Kill a backend of the run's deployment and wait for its end; if nobody else does, the scene starts it again."""
    backend = next(each for each in world.deployment.backends if each.name == name)
    world.scene.undo.callback(lambda: None if backend.is_healthy() else restart(world, name))
    backend.process.kill()
    backend.process.wait(_SECONDS)


def start_another(world: World, *, short_sessions: bool = False) -> None:
    """Start another deployment, on free ports and in a folder of its own, that asks the same model endpoint.

    It ends with the scene, and what is in it goes as a whole.
    """
    folder, profile = _temporary_folder(world), _another_profile(world)
    if short_sessions:
        backends = [each.with_short_sessions() for each in profile.backends]
        profile = profile.model_copy(update={"backends": backends})
    database_url = f"sqlite:///{spelt(folder)}/another.db" if profile.chooses_database else None
    started = launch(_settings(world, database_url=database_url), profile, folder)
    world.scene.undo.callback(started.stop)
    world.scene.another = started


def another(world: World) -> Deployment:
    """Return the deployment that start_another() has started."""
    if world.scene.another is None:
        raise UsageError("No deployment besides the run's was started; write a Given before this step.")
    return world.scene.another


def move_to_another(world: World) -> None:
    """Let tenants register with another deployment, whose tokens soon end, for the rest of the scene."""
    start_another(world, short_sessions=True)
    own, world.configurator.url = world.configurator.url, another(world).configurator_url
    world.scene.undo.callback(setattr, world.configurator, "url", own)


def await_end(token: str) -> None:
    """Wait until the token has ended by what it says itself. Raises UsageError when that is not soon."""
    end = claims_of(token)["exp"]
    if not wait_until(lambda: time.time() > end, _SECONDS):
        raise UsageError(
            f"The token ends in {end - time.time():.0f} s; expected it within {_SECONDS:g} s: "
            "let [backend.short_sessions] of the profile say so."
        )


def stop_another(world: World) -> None:
    """Stop the deployment that start_another() has started."""
    world.scene.stopped = another(world).backends
    with _accusing_what_had_to_be_killed():
        another(world).stop()


def try_to_start(world: World, obstacle: Obstacle) -> None:
    """Try to start a deployment against an obstacle; the scene keeps why that failed and what it left running."""
    attempt = obstacle(_temporary_folder(world), world.scene.undo)
    before = set(psutil.Process().children(recursive=True))
    try:
        started = launch(_settings(world, **attempt.settings), _another_profile(world), attempt.folder)
    except SuiteError as error:
        world.scene.failure = str(error)
    else:
        world.scene.undo.callback(started.stop)
    world.scene.left_running = list(set(psutil.Process().children(recursive=True)) - before)


def hide_tenants(deployment: Deployment, *, hidden: bool) -> None:
    """Put the table of the deployment's tenants out of reach, or back."""
    engine = new_engine(deployment.database_urls[0])
    known = inspect(engine).get_table_names()
    table = next(table for table in _TABLES if {table, f"hidden_{table}"} & set(known))
    names = [table, f"hidden_{table}"]
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE {} RENAME TO {}".format(*(names if hidden else reversed(names))))
    engine.dispose()


@contextmanager
def _accusing_what_had_to_be_killed() -> Iterator[None]:
    """Where stopping is what a scenario is about, a backend that does not stop is the deployment's fault."""
    try:
        yield
    except InfrastructureError as error:
        raise AssertionError(str(error)) from error


def _another_profile(world: World) -> Profile:
    """Return the profile of a deployment that asks the model endpoint of the run's."""
    profile, model_url = world.deployment.profile, world.deployment.model_url
    backends = [each for each in profile.backends if each.name != "model"]
    return profile.model_copy(update={"backends": backends, "model_url": model_url})


def _settings(world: World, **changes: Any) -> Settings:
    return world.settings.model_copy(update={"configurator_port": "auto", "replier_port": "auto", **changes})


def _temporary_folder(world: World) -> Path:
    # In the run's folder, where what a killed run has left there is found.
    folder = TemporaryDirectory(prefix=ANOTHER, dir=world.deployment.directory)
    return Path(world.scene.undo.enter_context(folder))
