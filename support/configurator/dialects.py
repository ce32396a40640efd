"""The dialects, and what a generation of MaiMBot may not promise at all."""

from collections.abc import Mapping
from typing import Any

from support.configurator.client import ConfiguratorClient
from support.configurator.frontless import FrontlessClient
from support.configurator.saas import SaasClient

# What a deployment may lack (ConfiguratorClient.lacking says which), by the name of the tag on what needs it.
CAPABILITIES: Mapping[str, str] = {
    "accounts": "no accounts",
    "renewal": "no refresh tokens",
    "logout": "no logout",
    "statistics": "no statistics of a tenant",
    "catalogue": "no catalogue of templates",
    "profile": "no profile of a tenant",
    "tenant_key": "no key of a tenant, but only of agents",
    "tags": "no tags of agents",
    "times": "no times of agents",
    "v1_addresses": "other addresses than dialect v1",
}


def client_of(dialect: str, configurator_url: str, front_url: str | None, **options: Any) -> ConfiguratorClient:
    """Return a client that speaks the dialect: in saas at the web front, or at the configurator where there is none."""
    if dialect == "v1":
        return ConfiguratorClient(configurator_url, **options)
    if front_url:
        return SaasClient(configurator_url, front_url, **options)
    return FrontlessClient(configurator_url, **options)
