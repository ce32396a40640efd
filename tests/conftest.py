"""What tests share: the embedded deployment, launched once for each worker on free ports, and the suite itself."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.chat import Reader
from support.configurator import ConfiguratorClient
from support.deployments import Deployment, start
from support.settings import load_settings
from tests.suite import Suite, stop_all


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    settings = load_settings({"configurator_port": "auto", "replier_port": "auto"}, {})
    deployment = start(settings, tmp_path_factory.mktemp("deployment"))
    yield deployment
    deployment.stop()


@pytest.fixture
def configurator(deployment: Deployment) -> ConfiguratorClient:
    return ConfiguratorClient(deployment.configurator_url)


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture
def as_in_terminal() -> Iterator[None]:
    """Let what is started heed Ctrl-C and a closed terminal: a shell's background job, and nohup, ignore these."""
    former_int = signal.signal(signal.SIGINT, signal.default_int_handler)
    former_hup = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, former_int)
    signal.signal(signal.SIGHUP, former_hup)


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    suite = Suite(tmp_path)
    yield suite
    stop_all(suite)
