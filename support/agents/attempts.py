"""What tenants do with their agents. What an agent must show from then on is kept in the scene's records."""

from collections.abc import Iterable
from typing import Any

import requests

from support.accounts import attempts as accounts
from support.accounts.attempts import bearer
from support.accounts.crowd import at_the_same_moment
from support.accounts.specimens import BODIES
from support.agents.specimens import FIELDS, Fields
from support.configurator import Agent, Tenant
from support.configurator.operations import OPERATIONS
from support.expectations import answered
from support.scene import Scene
from support.talk import tenant_of
from support.vocabulary import OUTCOMES

# What a tenant decides of its agent.
_DECIDED = ("name", "description", "tags", "persona", "bot_overrides", "config_overrides")


def create(scene: Scene, tenant: str, agent: str, fields: Fields) -> None:
    """Create an agent that the story calls so, and that has this name unless the fields give another."""
    scene.agents[agent] = _accepted(scene, tenant, {"name": agent, **fields})


def try_to_create(scene: Scene, tenant: str, fields: Fields) -> None:
    """Send the creation of an agent that may be refused."""
    owner = scene.tenant(tenant)
    scene.answer = scene.grounds.configurator.try_to_create_agent(owner, dict(fields))
    if scene.answer.ok:
        _note(scene, owner, fields, scene.answer)


def create_from_each(scene: Scene, tenant: str) -> None:
    """Create an agent from every template of the catalogue."""
    for template in scene.grounds.configurator.list_templates():
        create(scene, tenant, template.name, {"template_id": template.template_id})


def try_to_create_each(scene: Scene, tenant: str, values: Iterable[str]) -> None:
    """Send the creation of an agent with each of these, all of which may be refused."""
    answers = {}
    for value in values:
        try_to_create(scene, tenant, {"name": _fresh_name(scene, tenant), **FIELDS[value]})
        answers[f"to create an agent with {value}"] = scene.answer
    scene.answers = answers


def try_to_change_each(scene: Scene, tenant: str, before: Fields, values: Iterable[str]) -> None:
    """For each of these create an agent that is so before, and try to change it so."""
    answers = {}
    for value in values:
        agent = _fresh_name(scene, tenant)
        create(scene, tenant, agent, {**before, "name": agent})
        try_to_change(scene, agent, FIELDS[value])
        answers[f"to change an agent to {value}"] = scene.answer
    scene.answers = answers


def create_at_once(scene: Scene, tenant: str, count: int, template_id: str) -> None:
    """Create so many agents from a template at the same moment."""
    owner, configurator = scene.tenant(tenant), scene.grounds.configurator
    waiting = [{"name": f"Ada {number}", "template_id": template_id} for number in range(count)]

    def create_one() -> tuple[Fields, requests.Response]:
        fields = waiting.pop()
        return fields, configurator.try_to_create_agent(owner, fields)

    for fields, answer in at_the_same_moment(count, create_one):
        answered(answer, OUTCOMES["accepted"])
        _note(scene, owner, fields, answer)


def change(scene: Scene, agent: str, fields: Fields) -> None:
    """Change an agent of the story."""
    try_to_change(scene, agent, fields)
    answered(scene.answer, OUTCOMES["accepted"])


def try_to_change(scene: Scene, agent: str, fields: Fields) -> None:
    """Send changes of an agent of the story that may be refused."""
    changed = scene.agent(agent)
    owner = tenant_of(scene, changed)
    scene.answer = scene.grounds.configurator.try_to_change_agent(owner, changed.agent_id, dict(fields))
    if scene.answer.ok:
        moved = {"updated_at": scene.answer.json().get("updated_at")}
        scene.records[changed.agent_id] = {**record_of(scene, changed), **_decided(scene, fields), **moved}


def change_at_once(scene: Scene, agent: str, values: Iterable[str]) -> None:
    """Send several changes of one agent at the same moment, each of other fields."""
    changed, configurator = scene.agent(agent), scene.grounds.configurator
    owner, waiting = tenant_of(scene, changed), [dict(FIELDS[value]) for value in values]
    record = {name: value for name, value in record_of(scene, changed).items() if name != "updated_at"}
    scene.records[changed.agent_id] = record
    for fields in waiting:
        scene.records[changed.agent_id] |= _decided(scene, fields)
    scene.answers = {}
    answers = at_the_same_moment(
        len(waiting), lambda: configurator.try_to_change_agent(owner, changed.agent_id, waiting.pop())
    )
    for answer in answers:
        answered(answer, OUTCOMES["accepted"])


def send_bodies(scene: Scene, agent: str, bodies: Iterable[str]) -> dict[str, requests.Response]:
    """Try to create an agent, and to change this one, by what is no request; return the answers."""
    changed, configurator = scene.agent(agent), scene.grounds.configurator
    owner = tenant_of(scene, changed)
    options = {"authorization": bearer(owner.access_token), "agent_id": changed.agent_id, "tenant_id": owner.tenant_id}
    return {
        f"to {name} by {body}": accounts.send_body(configurator, OPERATIONS[name], BODIES[body], **options)
        for body in bodies
        for name in ("create an agent", "change the agent")
    }


def delete_at_once(scene: Scene, agent: str, times: int) -> dict[str, requests.Response]:
    """Try to delete one agent so many times at the same moment; return the answers."""
    deleted, configurator = scene.agent(agent), scene.grounds.configurator
    owner = tenant_of(scene, deleted)
    answers = at_the_same_moment(times, lambda: configurator.try_to_delete_agent(owner, deleted.agent_id))
    owner.agents.remove(deleted)
    return {f"attempt {number}": answer for number, answer in enumerate(answers, 1)}


def record_of(scene: Scene, agent: Agent) -> dict[str, Any]:
    """Return what the agent must show, as far as the story knows it."""
    known = {"agent_id": agent.agent_id, "tenant_id": agent.tenant_id, "name": agent.name, "persona": agent.persona}
    return scene.records.get(agent.agent_id, known)


def _fresh_name(scene: Scene, tenant: str) -> str:
    """Return a name that no agent of the tenant has; where names are not the subject, they differ."""
    return f"Ada {len(scene.tenant(tenant).agents) + 1}"


def _accepted(scene: Scene, tenant: str, fields: Fields) -> Agent:
    try_to_create(scene, tenant, fields)
    answered(scene.answer, OUTCOMES["accepted"])
    return scene.tenant(tenant).agents[-1]


def _note(scene: Scene, owner: Tenant, fields: Fields, answer: requests.Response) -> None:
    shown = answer.json()
    agent = Agent(shown["agent_id"], shown["tenant_id"], shown["name"], fields.get("template_id"), shown["persona"])
    owner.agents.append(agent)
    # Where the id is that of an agent which was there before, that one has to be as it was.
    scene.records.setdefault(agent.agent_id, {**shown, **_decided(scene, fields)})


def _decided(scene: Scene, fields: Fields) -> dict[str, Any]:
    lacking = scene.grounds.configurator.lacking
    return {name: fields[name] for name in _DECIDED if name in fields and name not in lacking}
