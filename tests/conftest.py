"""What tests share: the embedded deployment, launched once for each worker on free ports."""

from collections.abc import Iterator

import pytest

from support.chat import Reader
from support.configurator import ConfiguratorClient
from support.deployments import Deployment, start
from support.settings import load_settings


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
