"""The embedded configurator: REST dialect v1 for tenants, their agents and the templates."""
