"""What must hold of agents: that they are there, and that they are what their tenant made them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from support.agents.attempts import record_of
from support.configurator import Agent
from support.expectations import CLOCKS_DIFFER, expect
from support.scene import Scene
from support.talk import tenant_of


def is_kept(scene: Scene, agent: Agent) -> None:
    """Wherever the agent is shown - in the last answer, read alone, listed - it is what its tenant made it."""
    _is_kept(scene, agent, scene.grounds.configurator.list_agents(tenant_of(scene, agent)))


def _is_kept(scene: Scene, agent: Agent, listed: Sequence[dict[str, Any]]) -> None:
    record = record_of(scene, agent)
    for where, shown in _views(scene, agent, listed):
        wrong = {name: shown.get(name) for name, value in record.items() if not _is_same(name, shown.get(name), value)}
        accepted = _shortened({name: record[name] for name in wrong})
        expect(
            not wrong,
            f"{agent.name!r:.40} ({agent.agent_id}), {where}, has {_shortened(wrong)}; expected what was accepted, "
            f"{accepted}.",
        )


def _views(scene: Scene, agent: Agent, listed: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    bodies = [answer.json() for answer in scene.answers.values() if answer.ok]
    told = [body for body in bodies if isinstance(body, dict) and body.get("agent_id") == agent.agent_id]
    yield from (("in the last answer", each) for each in told[-1:])
    yield "read alone", scene.grounds.configurator.read_agent(tenant_of(scene, agent), agent)
    yield "listed", _listed(listed, agent)


def _is_same(name: str, shown: object, given: object) -> bool:
    return _tags(shown) == _tags(given) if name == "tags" else shown == given


def _tags(tags: object) -> list[str]:
    """Return tags as a list, in whichever of the two ways they are written."""
    if isinstance(tags, list):
        return tags
    return [tag.strip() for tag in str(tags or "").split(",") if tag.strip()]


def _shortened(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: f"{value!r:.80}" for name, value in fields.items()}


def has_exactly(scene: Scene, tenant: str) -> None:
    """The tenant has the agents that were accepted, each with an id of its own and as it was given, and no others."""
    owner = scene.tenant(tenant)
    agents = scene.grounds.configurator.list_agents(owner)
    listed = sorted(agent["agent_id"] for agent in agents)
    accepted = sorted(agent.agent_id for agent in owner.agents)
    expect(len(accepted) == len(set(accepted)), f"Agents of {tenant} share an id: {accepted}; expected one for each.")
    expect(
        listed == accepted,
        f"{tenant} has {len(listed)} agents, of which {len(set(listed) - set(accepted))} were never accepted and "
        f"{len(set(accepted) - set(listed))} are missing; expected the {len(accepted)} that were accepted.",
    )
    for agent in owner.agents:
        _is_kept(scene, agent, agents)


def has_some_persona(agent: Agent) -> None:
    """The agent is somebody."""
    # A deployment may know none at all.
    persona = agent.persona or ""
    expect(bool(persona.strip()), f"{agent.name} has the persona {persona!r}; expected a default one.")


def made_just_now(record: Mapping[str, Any]) -> None:
    """The agent was made and last changed a moment ago, in UTC."""
    for name in ("created_at", "updated_at"):
        age = datetime.now(timezone.utc) - _moment(record[name])
        expect(abs(age) < CLOCKS_DIFFER, f"{name} is {record[name]}, {age} ago; expected a time of just now in UTC.")


def changed_later(scene: Scene, agent: Agent) -> None:
    """Between the last two lists the agent was changed."""
    before, after = (_listed(each, agent) for each in scene.lists[-2:])
    expect(
        _moment(after["updated_at"]) > _moment(before["updated_at"]),
        f"{agent.name} was last changed {after['updated_at']}; expected a later time than {before['updated_at']}, "
        "for it was changed since.",
    )
    expect(
        after["created_at"] == before["created_at"],
        f"{agent.name} was made {after['created_at']}; expected {before['created_at']}, as it said before.",
    )


def not_changed(scene: Scene, agent: Agent) -> None:
    """The last two lists show the agent alike."""
    before, after = (_listed(each, agent) for each in scene.lists[-2:])
    expect(after == before, f"{agent.name} is listed as {after}; expected {before}, for nobody has changed it.")


def _listed(agents: Sequence[dict[str, Any]], agent: Agent) -> dict[str, Any]:
    found = [each for each in agents if each["agent_id"] == agent.agent_id]
    expect(len(found) == 1, f"{agent.name} ({agent.agent_id}) is listed {len(found)} times; expected once.")
    return found[0]


def _moment(text: str) -> datetime:
    """Return the time that is written; dialect v1 leaves out that it is UTC."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def same_order(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """The agents that are in both lists stand in the same order."""
    was, now = ([agent["agent_id"] for agent in agents] for agents in (before, after))
    expect(
        [each for each in was if each in now] == [each for each in now if each in was],
        f"The agents are listed as {now}; expected those of before in the same order, {was}.",
    )
