"""The configurator over REST: tenants, agents, templates."""

from support.configurator.client import ConfiguratorClient, UnexpectedAnswer
from support.configurator.dialects import CAPABILITIES, client_of
from support.configurator.exchange import Exchange
from support.configurator.population import at_once, create_agents, create_tenants, register_tenants
from support.configurator.records import Agent, CreationLog, Template, Tenant

__all__ = [
    "CAPABILITIES",
    "Agent",
    "ConfiguratorClient",
    "CreationLog",
    "Exchange",
    "Template",
    "Tenant",
    "UnexpectedAnswer",
    "at_once",
    "client_of",
    "create_agents",
    "create_tenants",
    "register_tenants",
]
