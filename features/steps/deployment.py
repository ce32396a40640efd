"""Steps about the deployment itself."""

from behave import then

from support.expectations import expect
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
