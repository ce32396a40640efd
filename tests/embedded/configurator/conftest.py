import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.embedded.configurator.api import Account, Configurator


@pytest.fixture(scope="session")
def configurator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configurator]:
    """The process that tests share; each test has accounts of its own."""
    folder = tmp_path_factory.mktemp("configurator")
    running = Configurator(folder, os.environ.get("MAIM_DATABASE_URL") or f"sqlite:///{folder / 'shared.db'}")
    running.await_ready()
    yield running
    running.stop()


@pytest.fixture
def start_configurator(tmp_path: Path) -> Iterator[Callable[[], Configurator]]:
    """Starts configurators of the test's own, all over one SQLite file."""
    started: list[Configurator] = []

    def start() -> Configurator:
        started.append(Configurator(tmp_path, f"sqlite:///{tmp_path / 'own.db'}"))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configurator]:
    """A configurator whose database has lost its accounts."""
    folder = tmp_path_factory.mktemp("broken")
    running = Configurator(folder, f"sqlite:///{folder / 'broken.db'}")
    running.await_ready()
    engine = create_engine(running.database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE tenant_users"))
    engine.dispose()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def database(configurator: Configurator) -> Iterator[Engine]:
    """The database of the shared process, for a second look."""
    engine = create_engine(configurator.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def account(configurator: Configurator) -> Account:
    return configurator.register()


@pytest.fixture
def other(configurator: Configurator) -> Account:
    """Another tenant's account."""
    return configurator.register()
