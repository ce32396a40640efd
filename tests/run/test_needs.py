"""What a run cannot do is skipped, and says why."""

from support.deployments import Deployment
from tests.suite import Suite


def test_an_attached_run_skips_what_needs_a_launch_or_our_model_endpoint(suite: Suite, deployment: Deployment) -> None:
    outcome = suite(
        "--tags=@FLOW-001,@DEP-003,@CON-007", "-D", f"configurator_url={deployment.configurator_url}",
        "-D", f"replier_url={deployment.replier_url}", "-D", f"database_url={deployment.database_urls[0]}",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    told = {each["id"]: each["error"] for each in outcome.results["scenarios"] if each["verdict"] == "not run"}
    assert "launched" in told["DEP-003"]
    assert "-D model_url=" in told["CON-007"]
    assert outcome.results["verdicts"]["pass"] == 1
