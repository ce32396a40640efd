"""Attempts to talk to agents: by their owner, by others, in every way that a connection can be opened."""

import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from support.chat import Admission, ask, try_connection
from support.chat.connection import NoFrame
from support.chat.early import talk_with_the_handshake
from support.chat.plan import new_speaker
from support.chat.strangers import wrong_credentials
from support.configurator import Agent
from support.errors import UsageError
from support.scene import Scene

_NEVER_ISSUED = "a well-formed key that was never issued"


def try_to_talk(
    scene: Scene, attempt: str, credential: str | None, *, platform: str | None = "test", url: str = "", **how: Any
) -> Admission:
    """Open a connection, in whatever way Reader.open knows, and try to talk on it; the story calls it so."""
    grounds = scene.grounds
    return _keep(
        scene,
        attempt,
        try_connection(
            lambda: grounds.reader.open(url or grounds.replier_url, credential, platform, title=attempt, **how),
            grounds.reader,
            new_speaker("test"),
            grounds.reply_timeout,
        ),
    )


def try_as_owner(scene: Scene, tenant: str, agent: str, **how: Any) -> Admission:
    """Try with what the tenant has: for its own agent the right credential."""
    return try_to_talk(scene, f"{tenant} to {agent}", _credential(scene, tenant, agent), **how)


def try_as_strangers(scene: Scene, tenant: str, agent: str, kinds: Iterable[str], **how: Any) -> None:
    """Try with each of these kinds of wrong credentials for the tenant's agent."""
    credentials = wrong_credentials(scene.grounds.credential, scene.tenant(tenant), scene.agent(agent))
    kinds = list(kinds)
    for kind in kinds:
        if kind not in credentials:
            raise UsageError(f"{kind!r} is no wrong credential that the suite knows; it knows {list(credentials)}.")
    # At once: where one is neither refused nor answered, it takes the whole time for a reply to know.
    with ThreadPoolExecutor(max_workers=len(kinds)) as pool:
        list(pool.map(lambda kind: try_to_talk(scene, kind, credentials[kind], **how), kinds))


def try_as_stranger(scene: Scene, tenant: str, agent: str, **how: Any) -> None:
    """Try with a credential for the tenant's agent that nobody was given."""
    try_as_strangers(scene, tenant, agent, [_NEVER_ISSUED], **how)


def try_with_the_handshake(scene: Scene, tenant: str, agent: str) -> None:
    """Let a stranger send its message before it can have been admitted."""
    grounds = scene.grounds
    credential = wrong_credentials(grounds.credential, scene.tenant(tenant), scene.agent(agent))[_NEVER_ISSUED]
    admission = talk_with_the_handshake(
        grounds.replier_url, str(credential), new_speaker("test"), grounds.reply_timeout
    )
    _keep(scene, "a stranger, with the handshake", admission)


def try_with_white_space(scene: Scene, tenant: str, agent: str, in_query: bool) -> None:
    """Show the right credential with a space on both sides."""
    right = _credential(scene, tenant, agent)
    if in_query:
        try_to_talk(scene, "with white space in the query", f" {right} ", in_query=True)
    else:
        # The message itself names the agent without them.
        try_to_talk(scene, "with white space in the headers", right, headers={"x-apikey": f" {right} "})


def try_two_keys(scene: Scene, tenant: str, agent: str, in_query: str, in_headers: str) -> None:
    """Show one key in the query and another one in the headers, by the words that features call them."""
    credentials = wrong_credentials(scene.grounds.credential, scene.tenant(tenant), scene.agent(agent))
    keys = {"the right key": _credential(scene, tenant, agent), "a wrong key": str(credentials[_NEVER_ISSUED])}
    headers = {"x-apikey": keys[in_headers]}
    try_to_talk(scene, f"{in_query} in the query", keys[in_query], in_query=True, headers=headers)


def try_addresses(scene: Scene, tenant: str, agent: str, addresses: Iterable[str]) -> None:
    """Try with the right credential at other addresses of the replier, by the words that features call them."""
    own = urlsplit(scene.grounds.replier_url)
    paths = {
        "its root": "/",
        "another path": "/elsewhere",
        "a path below its own": f"{own.path}/below",
        "the path of its health": "/health",
    }
    for address in addresses:
        url = own._replace(path=paths[address]).geturl()
        try_to_talk(scene, address, _credential(scene, tenant, agent), url=url)


def try_agent_that_does_not_exist(scene: Scene, tenant: str) -> None:
    """Try with the tenant's own key to talk to an agent that nobody has."""
    nobody = Agent(f"agent_{uuid.uuid4().hex[:16]}", scene.tenant(tenant).tenant_id, "nobody", None, "")
    try_to_talk(scene, f"{tenant} to nobody", scene.grounds.credential(scene.tenant(tenant), nobody))


def replace_api_key(scene: Scene, tenant: str) -> None:
    """Replace the tenant's API key; as "<tenant> before" the story knows who has the old one."""
    before = scene.tenant(tenant)
    scene.tenants[f"{tenant} before"] = replace(before, agent_keys=dict(before.agent_keys))
    scene.grounds.configurator.regenerate_api_key(scene.tenant(tenant))


def write_unheard(scene: Scene, person: str, tenant: str, agent: str) -> None:
    """Write on a connection whose right has ended; it may be closed already."""
    connection = scene.connection(f"{tenant} to {agent}")
    with suppress(NoFrame):
        scene.unheard.append(ask(connection, scene.speaker(person, connection.platform)).marker)


def connection_id(name: str) -> str:
    """Return the connection id (x-uuid) that a story calls by this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def _credential(scene: Scene, tenant: str, agent: str) -> str:
    return scene.grounds.credential(scene.tenant(tenant), scene.agent(agent))


def _keep(scene: Scene, attempt: str, admission: Admission) -> Admission:
    scene.admissions[attempt] = admission
    if admission.outcome == "refused" and admission.marker:
        scene.unheard.append(admission.marker)
    return admission
