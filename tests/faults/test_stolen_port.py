"""A port that somebody takes between the look at it and its use."""

import os
import socket

from support.deployments.ports import free_ports
from tests.suite import Suite, await_that, backends_of


def test_a_port_that_is_stolen_while_the_deployment_starts_names_the_thief(suite: Suite) -> None:
    (port,) = free_ports(1)
    process = suite.popen("--tags=@FLOW-001", "-D", "configurator_port=auto", "-D", f"replier_port={port}")
    # The first backend is launched: the look at all ports is over, and the replier comes last.
    await_that(lambda: bool(list(suite.reports.glob("*/servers.json"))), process)
    with socket.create_server(("127.0.0.1", port)):
        outcome = suite.finish(process)
    assert outcome.exit_code == 2, outcome.output
    assert "Traceback" not in outcome.output
    (error,) = outcome.results["errors"]
    assert f"port {port} of the replier is taken by process {os.getpid()}" in error
    assert "replier_port=auto" in error
    assert backends_of(suite.reports) == []
