"""A tenant with an agent, to talk to."""

import secrets

import pytest

from support.configurator import ConfiguratorClient, Tenant, create_tenants


@pytest.fixture
def tenants(configurator: ConfiguratorClient) -> list[Tenant]:
    run = secrets.token_hex(4)
    return create_tenants(configurator, [f"testuser_{run}_{number}" for number in (1, 2)], 2)


@pytest.fixture
def tenant(tenants: list[Tenant]) -> Tenant:
    return tenants[0]
