import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.process import Process, start
from tests.embedded.replier.client import Client
from tests.embedded.replier.database import Database, Owner

Connect = Callable[..., Client]
StartReplier = Callable[..., Process]


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return os.environ.get("MAIM_DATABASE_URL") or f"sqlite:///{tmp_path_factory.mktemp('database') / 'replier.db'}"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = start("embedded.model", tmp_path_factory.mktemp("model"), {})
    yield process
    process.stop()


@pytest.fixture(scope="session")
def replier(tmp_path_factory: pytest.TempPathFactory, database_url: str, model: Process) -> Iterator[Process]:
    """The replier that tests share; each test has tenants of its own."""
    environment = {"MAIM_DATABASE_URL": database_url, "MAIM_MODEL_URL": f"{model.url}/v1"}
    process = start("embedded.replier", tmp_path_factory.mktemp("replier"), environment)
    yield process
    process.stop()


@pytest.fixture
def start_replier(tmp_path: Path, database_url: str, model: Process) -> Iterator[StartReplier]:
    """Starts repliers of the test's own, over the shared database."""
    with ExitStack() as stack:

        def start_replier(model_url: str = f"{model.url}/v1") -> Process:
            environment = {"MAIM_DATABASE_URL": database_url, "MAIM_MODEL_URL": model_url}
            process = start("embedded.replier", tmp_path, environment)
            stack.callback(process.stop)
            return process

        yield start_replier


@pytest.fixture
def database(replier: Process, database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def owner(database: Database) -> Owner:
    return database.add_agent()


@pytest.fixture
def other(database: Database) -> Owner:
    """Another tenant's agent."""
    return database.add_agent(name="小红", persona="你是一位严谨的专家，只讲事实。")


@pytest.fixture
def connect(replier: Process) -> Iterator[Connect]:
    """Connects to the shared replier, or to the one given."""
    with ExitStack() as stack:

        def open_client(credential: str, to: Process = replier, **options: Any) -> Client:
            client = Client(to.port, credential, **options)
            stack.callback(_close, client)
            return client

        yield open_client


def _close(client: Client) -> None:
    with suppress(OSError):
        client.close()
