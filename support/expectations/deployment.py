"""What must hold when a deployment is started, restarted, stopped or damaged."""

from collections.abc import Sequence

import requests

from support.chat import Connection
from support.chat.said import Said
from support.configurator import Tenant
from support.configurator.operations import OPERATIONS
from support.deployments import Backend, Deployment
from support.deployments.ports import why_not_free
from support.deployments.probe import get
from support.deployments.processes import is_alive
from support.deployments.record import read_record
from support.errors import UsageError
from support.expectations import expect
from support.rows import stored_messages
from support.scene import Scene
from support.talk import tenant_of
from support.transport import Closed
from support.world import World

# 1001: the server goes away; 1012: it restarts.
_RESTART_CODES = (1001, 1012)


def healthy(deployment: Deployment) -> None:
    """Each backend says that it is healthy."""
    statuses = _health(deployment)
    expect(set(statuses.values()) == {200}, f"The health of the backends is {statuses}; expected 200 of each.")


def not_healthy(deployment: Deployment, names: Sequence[str]) -> None:
    """These backends answer that they are not healthy."""
    statuses = {name: status for name, status in _health(deployment).items() if name in names}
    expect(
        all(status >= 500 for status in statuses.values()),
        f"The health of the backends is {statuses} although they cannot reach the tenants; expected 503.",
    )


def only_missing(deployment: Deployment, missing: Sequence[str]) -> None:
    """The status, as another process reads it, says that these backends do not run and that the others serve."""
    if not deployment.directory or not (record := read_record(deployment.directory)):
        raise UsageError("The deployment is not recorded, for it was not launched here; tag this @needs.launch.")
    status = {each.name: each.what_is_missing() or "serves" for each in record.backends}
    expected = {name: "not running" if name in missing else "serves" for name in status}
    expect(status == expected, f"The status says {status}; expected {expected}.")


def closed_for_restart(connections: Sequence[Connection], timeout: float) -> None:
    """Each connection was closed with a code that says so: the server goes away, or restarts."""
    for connection in connections:
        closed = _await_end(connection, timeout)
        expect(
            closed is not None and closed.code in _RESTART_CODES,
            f"Connection {connection.transcript.number} was {closed or 'not closed'} when the replier restarted; "
            f"expected it to be closed with code {' or '.join(map(str, _RESTART_CODES))}.",
        )


def _await_end(connection: Connection, timeout: float) -> Closed | None:
    return connection.wait(lambda: connection.closed, timeout)


def acknowledged_are_stored(world: World, messages: Sequence[Said]) -> None:
    """The table messages holds each of these that was acknowledged once; answers that have come are consumed."""
    acknowledged = [said for said in messages if said.connection.has_acknowledged(said.sent)]
    tenants = {tenant_of(world.scene, world.scene.agent(said.agent)).tenant_id for said in messages}
    stored = stored_messages(world.databases(), tenants)
    counts = {said.sent.text: 0 for said in acknowledged}
    for row, count in stored.items():
        if row.text in counts:
            counts[row.text] += count
    wrong = {text: count for text, count in counts.items() if count != 1}
    expect(
        not wrong,
        f"{len(wrong)} of {len(acknowledged)} messages that were acknowledged before the restart are not stored once, "
        f"such as {list(wrong.items())[:3]}; expected each of them, once.",
    )
    for said in messages:
        said.take_reply()


def stopped(backends: Sequence[Backend]) -> None:
    """None of these backends runs, and their ports are free."""
    running = [f"{each.name} (process {each.pid})" for each in backends if is_alive(each.process)]
    expect(not running, f"After the stop {', '.join(running)} still runs; expected nothing.")
    taken = {each.port: owner for each in backends if (owner := why_not_free(each.port))}
    expect(not taken, f"After the stop the ports are taken: {taken}; expected them to be free.")


def token_works_or_is_refused(world: World, tenant: Tenant) -> None:
    """The tenant's access token leads to its account, or is refused with a reason; nothing else."""
    answer = OPERATIONS["read the account"].attempt(world.configurator, f"Bearer {tenant.access_token}")
    expect(
        answer.status_code in (200, 401),
        f"A token from before the restart is answered with {answer.status_code}; expected 200, or 401 so that its "
        "owner knows to log in again.",
    )


def failed_because(scene: Scene, reason: str) -> None:
    """The start has failed, and its first sentence, or the end of a backend's log, says this."""
    expect(bool(scene.failure), f"The start has succeeded; expected it to fail with {reason!r}.")
    expect(reason in scene.failure, f"The start failed with {scene.failure!r}; expected {reason!r} in it.")


def nothing_left_running(scene: Scene) -> None:
    """No process is left of the start that failed."""
    alive = [str(process) for process in scene.left_running if is_alive(process)]
    expect(not alive, f"After the start had failed {alive} were still running; expected nothing.")


def _health(deployment: Deployment) -> dict[str, int]:
    return {each.name: _status(each.health_url) for each in deployment.backends}


def _status(url: str) -> int:
    try:
        return get(url, 10).status_code
    except requests.RequestException as error:
        raise AssertionError(f"{url} got no answer ({type(error).__name__}); expected one, good or bad.") from error
