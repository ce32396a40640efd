"""Steps about the deployment itself."""

from behave import given, then, when

from support import crowds, operating
from support.expectations import deployment as expected
from support.expectations import expect
from support.obstacles import Obstacle
from support.world import HasWorld


@then("the configurator says that it is healthy")
def configurator_is_healthy(context: HasWorld) -> None:
    answer = context.world.configurator.request("GET", "/health")
    healthy = answer.status_code == 200 and answer.json().get("status") == "healthy"
    expect(healthy, f"/health answered {answer.status_code} {answer.text}; expected 200 and status healthy.")


@then("the replier refuses a stranger")
def replier_refuses_stranger(context: HasWorld) -> None:
    admission = context.world.try_as_stranger()
    expect(admission.outcome == "refused", f"A stranger was not refused: {admission.detail} Expected a refusal.")


@given("an operator has started a deployment of their own")
def operator_has_started(context: HasWorld) -> None:
    operating.start_another(context.world)


@then("each backend of it says that it is healthy")
def each_backend_is_healthy(context: HasWorld) -> None:
    expected.healthy(operating.another(context.world))


@when("the tables of its tenants are out of reach")
def tables_are_out_of_reach(context: HasWorld) -> None:
    operating.hide_tenants(operating.another(context.world), hidden=True)


@when("the tables of its tenants are back")
def tables_are_back(context: HasWorld) -> None:
    operating.hide_tenants(operating.another(context.world), hidden=False)


@then("its configurator and its replier say that they are not healthy")
def backends_are_not_healthy(context: HasWorld) -> None:
    expected.not_healthy(operating.another(context.world), ["configurator", "replier"])


@when("the operator stops it")
def operator_stops_it(context: HasWorld) -> None:
    operating.stop_another(context.world)


@then("no backend of it runs, and its ports are free")
def nothing_of_it_runs(context: HasWorld) -> None:
    expected.stopped(context.world.scene.stopped)


@when("the {backend:w} crashes")
def backend_crashes(context: HasWorld, backend: str) -> None:
    operating.crash(context.world, backend)


@when("an operator restarts the {backend:w}")
@when("an operator starts the {backend:w} again")
def operator_restarts(context: HasWorld, backend: str) -> None:
    operating.restart(context.world, backend)


@then("the status says that every backend serves")
def status_says_all_serve(context: HasWorld) -> None:
    expected.only_missing(context.world.deployment, [])


@then("the status says that only the {backend:w} does not run")
def status_says_one_is_missing(context: HasWorld, backend: str) -> None:
    expected.only_missing(context.world.deployment, [backend])


@then("every connection was closed because the replier restarts")
def connections_were_closed(context: HasWorld) -> None:
    expected.closed_for_restart(context.world.scene.opened, context.world.reply_timeout)


@when("{count:d} people write {each:d} messages each to {agent:Quoted} at once, and the first is acknowledged")
def people_write_and_one_is_acknowledged(context: HasWorld, count: int, each: int, agent: str) -> None:
    crowds.write_at_once(context.world.scene, agent, count, each=each)
    crowds.await_first_acknowledgement(context.world.scene)


@then("each of these messages that has been acknowledged is stored once")
def acknowledged_messages_are_stored(context: HasWorld) -> None:
    expected.acknowledged_are_stored(context.world, context.world.scene.said)


@then("the access token of {tenant:Name} works as before or is refused as unauthorized")
def token_works_or_is_refused(context: HasWorld, tenant: str) -> None:
    expected.token_works_or_is_refused(context.world, context.world.scene.tenant(tenant))


@when("{tenant:Name} logs in again")
def tenant_logs_in_again(context: HasWorld, tenant: str) -> None:
    context.world.renew_token(context.world.scene.tenant(tenant))


@when("an operator tries to start a deployment {obstacle:Obstacle}")
def operator_tries_to_start(context: HasWorld, obstacle: Obstacle) -> None:
    operating.try_to_start(context.world, obstacle)


@then("the start has failed because {reason:Quoted}")
def start_has_failed(context: HasWorld, reason: str) -> None:
    expected.failed_because(context.world.scene, reason)


@then("nothing that was started is running")
def nothing_is_running(context: HasWorld) -> None:
    expected.nothing_left_running(context.world.scene)
