"""What tenants change of themselves. What a profile must show from then on is kept in the scene's records."""

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from support.accounts import attempts as accounts
from support.accounts.attempts import bearer
from support.accounts.crowd import at_the_same_moment
from support.accounts.specimens import BODIES
from support.configurator.operations import OPERATIONS
from support.expectations import answered
from support.scene import Scene
from support.vocabulary import OUTCOMES, PROFILE_DETAILS

# What may stand as settings, by the words that the features call it.
_SETTINGS: Mapping[str, Any] = {
    "several layers": {"语言": "中文", "limits": {"agents": [1, 2.5, None, True, {"deep": {"deeper": []}}]}},
    "other ones": {"theme": "dark\n🌾"},
    "none at all": {},
    "a text": "dark",
    "a list": [{"theme": "dark"}],
    "a number": 1,
    "a null character": {"theme": "dark\0"},
    "a null character in a name": {"the\0me": "dark"},
}


def fill_in(scene: Scene, tenant: str) -> None:
    """Register a tenant and give it everything that a profile can hold."""
    scene.register(tenant)
    ordinary = {"email": "an ordinary one", "phone": "12 characters", "tenant_config": "several layers"}
    change(scene, tenant, {detail: value_of(scene, detail, words) for detail, words in ordinary.items()})


def value_of(scene: Scene, detail: str, words: str) -> Any:
    """Return what the words mean as this detail of a profile."""
    return _SETTINGS[words] if detail == "tenant_config" else scene.specimen(detail, words)


def change(scene: Scene, tenant: str, changes: Mapping[str, Any]) -> None:
    """Change details of the tenant."""
    try_to_change(scene, tenant, changes)
    answered(scene.answer, OUTCOMES["accepted"])


def try_to_change(scene: Scene, tenant: str, changes: Mapping[str, Any]) -> None:
    """Send changes of the tenant that may be refused."""
    changed, before = scene.tenant(tenant), profile_of(scene, tenant)
    scene.answer = scene.grounds.configurator.try_to_change_tenant(changed, dict(changes))
    accepted = {**changes, "updated_at": scene.answer.json().get("updated_at")} if scene.answer.ok else {}
    scene.records[changed.tenant_id] = {**before, **accepted}


def try_each(scene: Scene, tenant: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Send a change for each row (detail, value), all of which may be refused."""
    answers = {}
    for row in rows:
        detail = PROFILE_DETAILS[row["detail"]]
        try_to_change(scene, tenant, {detail: value_of(scene, detail, row["value"])})
        answers[f"to change the {row['detail']} to {row['value']}"] = scene.answer
    scene.answers = answers


def change_at_once(scene: Scene, tenant: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Send a change for each row (detail, value) at the same moment."""
    changed, configurator = scene.tenant(tenant), scene.grounds.configurator
    details = {PROFILE_DETAILS[row["detail"]]: row["value"] for row in rows}
    changes = [{detail: value_of(scene, detail, words)} for detail, words in details.items()]
    record = {name: value for name, value in profile_of(scene, tenant).items() if name != "updated_at"}
    scene.records[changed.tenant_id] = record | {name: each[name] for each in changes for name in each}
    scene.answers = {}
    for answer in at_the_same_moment(len(changes), lambda: configurator.try_to_change_tenant(changed, changes.pop())):
        answered(answer, OUTCOMES["accepted"])


def claim_at_once(scene: Scene, tenants: Iterable[str], email: str) -> dict[str, requests.Response]:
    """Let these tenants try to take one email address at the same moment; return the answers."""
    configurator, claimants = scene.grounds.configurator, [scene.tenant(name) for name in tenants]
    waiting = list(claimants)

    def claim() -> tuple[str, requests.Response]:
        tenant = waiting.pop()
        return tenant.tenant_name, configurator.try_to_change_tenant(tenant, {"email": email})

    return dict(at_the_same_moment(len(claimants), claim))


def send_bodies(scene: Scene, tenant: str, bodies: Iterable[str]) -> dict[str, requests.Response]:
    """Try to change the tenant by what is no request; return the answers."""
    operation, authorization = OPERATIONS["change the tenant"], bearer(scene.tenant(tenant).access_token)
    scene.records[scene.tenant(tenant).tenant_id] = profile_of(scene, tenant)
    return {
        f"to change the tenant by {body}": accounts.send_body(
            scene.grounds.configurator, operation, BODIES[body], authorization=authorization
        )
        for body in bodies
    }


def profile_of(scene: Scene, tenant: str) -> dict[str, Any]:
    """Return what the tenant must show; where the story has changed nothing yet, what it shows now."""
    shown = scene.tenant(tenant)
    return scene.records.get(shown.tenant_id) or scene.grounds.configurator.read_tenant(shown)
