"""Two tenants of the embedded deployment, each with an agent, and where attempts are made."""

import secrets

import pytest

from support.chat import Reader
from support.configurator import ConfiguratorClient, Tenant
from support.deployments import Deployment
from support.isolation import Grounds
from support.prompts import recorded_prompts
from tests.isolation.leaky_replier import credential


@pytest.fixture
def grounds(deployment: Deployment, configurator: ConfiguratorClient, reader: Reader) -> Grounds:
    return Grounds(
        configurator,
        reader,
        deployment.replier_url,
        credential,
        reply_timeout=15.0,
        databases=lambda: deployment.database_urls,
        prompts=lambda text: recorded_prompts(str(deployment.model_url), text),
    )


def register(configurator: ConfiguratorClient, name: str) -> Tenant:
    """Register a tenant with an agent whose persona is its own."""
    tenant = configurator.register_user(f"testuser_{secrets.token_hex(6)}", secrets.token_urlsafe(12), tenant_name=name)
    configurator.create_agent(tenant, "Ada", persona=f"你是{name}的Ada。")
    return tenant


@pytest.fixture
def owner(configurator: ConfiguratorClient) -> Tenant:
    return register(configurator, "Acme")


@pytest.fixture
def intruder(configurator: ConfiguratorClient) -> Tenant:
    return register(configurator, "Mallory")
