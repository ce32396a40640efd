"""What must hold of a tenant's profile and of its statistics."""

from collections.abc import Mapping
from typing import Any

from support.configurator import ConfiguratorClient, Tenant
from support.expectations import expect
from support.profiles import profile_of
from support.scene import Scene

# What stands in the account as well.
_IN_ACCOUNT = ("tenant_id", "username", "tenant_name", "tenant_type", "email", "phone", "status")


def shows(configurator: ConfiguratorClient, tenant: Tenant, details: Mapping[str, Any]) -> None:
    """The profile shows these details."""
    _agrees("profile", configurator.read_tenant(tenant), details)


def is_as_accepted(scene: Scene, tenant: str) -> None:
    """Profile, account and, if it was the last one, the answer show what was accepted, and nothing else changed."""
    record, shown = profile_of(scene, tenant), scene.tenant(tenant)
    bodies = [answer.json() for answer in list(scene.answers.values())[-1:] if answer.ok]
    for body in bodies:
        if body.get("tenant_id") == shown.tenant_id:
            _agrees("last answer", body, record)
    _agrees("profile", scene.grounds.configurator.read_tenant(shown), record)
    _agrees("account", scene.grounds.configurator.who_am_i(shown), {name: record[name] for name in _IN_ACCOUNT})


def changed_later(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """The profile was last changed later than before."""
    was, now = before["updated_at"], after["updated_at"]
    expect(
        now > was, f"The profile was last changed {now}; expected a later time than {was}, for it was changed since."
    )


def counts(statistics: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """The statistics say so."""
    _agrees("statistics", statistics, expected)


def _agrees(where: str, shown: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    wrong = {name: shown.get(name) for name, value in expected.items() if shown.get(name) != value}
    wanted = {name: expected[name] for name in wrong}
    expect(not wrong, f"The tenant's {where} shows {wrong}; expected {wanted}.")
