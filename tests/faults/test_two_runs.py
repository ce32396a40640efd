"""Two runs at once, on one deployment or with reports in one folder: they leave each other alone."""

import signal
import uuid
from pathlib import Path

from support.configurator import ConfiguratorClient
from support.deployments import Deployment
from tests.suite import PORTS, Suite, await_that, backends_of, tenants_of


def test_two_runs_on_one_deployment_are_green_and_leave_each_other_alone(
    deployment: Deployment, configurator: ConfiguratorClient, tmp_path: Path
) -> None:
    bystander = configurator.register_user(f"bystander_{uuid.uuid4().hex[:12]}", "a long enough password")
    agent = configurator.create_agent(bystander, "Ada", "friendly_assistant")
    suites = [Suite(tmp_path / name) for name in ("one", "other")]
    for suite in suites:
        suite.folder.mkdir()
    attached = (
        "--tags=@flow", "-D", f"configurator_url={deployment.configurator_url}",
        "-D", f"replier_url={deployment.replier_url}", "-D", f"model_url={deployment.model_url}",
        "-D", f"database_url={deployment.database_urls[0]}",
    )  # fmt: skip
    processes = [suite.popen(*attached) for suite in suites]
    outcomes = [suite.finish(process) for suite, process in zip(suites, processes, strict=True)]
    for outcome in outcomes:
        assert outcome.exit_code == 0, outcome.output
        assert outcome.results["verdicts"]["pass"] == 7
        # One is the tenant of the first contact.
        assert outcome.results["cleanup"]["users_cleaned"] == 4
        assert outcome.results["cleanup"]["residue"] == []
        assert tenants_of(outcome, deployment.database_urls[0]) == 0
    assert [each["agent_id"] for each in configurator.list_agents(bystander)] == [agent.agent_id]


def test_a_run_that_starts_or_talks_keeps_its_backends_while_others_look_for_what_killed_ones_left(
    suite: Suite,
) -> None:
    first = suite.popen(*PORTS, "--tags=@FLOW-004", "-D", "users=20", "-D", "agents=5", "-D", "messages=100")
    await_that(lambda: bool(list(suite.reports.glob("*/servers.json"))), first)
    for outcome in (suite.resume(), suite(*PORTS, "--tags=@FLOW-001"), suite.resume()):
        assert outcome.exit_code == 0, outcome.output
    assert first.poll() is None, first.communicate()[0]
    assert len(backends_of(suite.reports)) == 3
    first.send_signal(signal.SIGTERM)
    outcome = suite.finish(first)
    assert outcome.exit_code == 143, outcome.output
    assert " died" not in outcome.output
