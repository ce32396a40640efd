"""Tenants of the client that a test speaks through."""

import secrets

import pytest

from support.configurator import ConfiguratorClient, Tenant

PASSWORD = "a password"  # noqa: S105


def register(client: ConfiguratorClient) -> Tenant:
    """Register a tenant of a fresh name."""
    name = f"testuser_{secrets.token_hex(6)}"
    return client.register_user(name, PASSWORD, f"{name}@example.com", "Acme")


@pytest.fixture
def tenant(client: ConfiguratorClient) -> Tenant:
    return register(client)
