"""The command line of start_servers.py."""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.deployments.servers import FlowKilledError, Servers
from support.errors import SuiteError, UsageError
from support.interrupts import Interrupts
from support.settings import load_settings, usable_settings

_OF_THE_FLOW = ("users", "agents", "messages", "cleanup")


def run(arguments: Sequence[str], root: Path) -> int:
    """Do what the command line asks for with the servers of this repository; return the exit code."""
    interrupts = Interrupts()
    interrupts.install()
    given = {name: value for name, value in vars(_parse(arguments)).items() if value is not None}
    verb = given.pop("verb")
    servers = Servers(root)
    try:
        return _do(verb, given, servers)
    except SuiteError as error:
        _tell(f"error: {error}")
        wrong, code = str(error), _exit_code(error)
    except KeyboardInterrupt:
        _tell("Interrupted.")
        wrong, code = "The run was stopped before its end.", interrupts.exit_code or 128 + signal.SIGINT
    if verb == "test" and not servers.flow_has_reported:
        _report(wrong, given, root)
    return code


def _exit_code(error: SuiteError) -> int:
    if isinstance(error, FlowKilledError):
        return error.exit_code
    return 2 if isinstance(error, UsageError) else 1


def _do(verb: str, given: Mapping[str, str], servers: Servers) -> int:
    # What was started here is shown and stopped whatever is set.
    if verb == "status":
        return servers.status()
    if verb == "stop":
        return servers.stop()
    settings = load_settings(given)
    if verb == "test":
        return servers.test(settings, {name: given[name] for name in _OF_THE_FLOW if name in given})
    return servers.restart(settings) if verb == "restart" else servers.start(settings)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _report(wrong: str, given: Mapping[str, str], root: Path) -> None:
    """Write the report of a flow that has written none itself, in the folder where it would have."""
    # It loads all that a run needs, which takes most of a second.
    from support.run import write_refusal  # noqa: PLC0415

    settings = usable_settings(given)
    reports = settings.reports.expanduser().absolute() if "reports" in settings.model_fields_set else root / "reports"
    try:
        print(f"Results: {write_refusal(wrong, settings, reports)}")
    except SuiteError as error:
        _tell(f"error: {error}")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="start_servers", description="The servers of the embedded deployment.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="start | stop | restart | status | test")
    start = verbs.add_parser("start", help="launch the servers and return when they serve")
    verbs.add_parser("stop", help="stop what runs")
    verbs.add_parser("restart", help="stop and launch again; the database stays")
    verbs.add_parser("status", help="show the servers; exit code 0 only when all are healthy")
    test = verbs.add_parser("test", help="run the acceptance flow against the servers")
    for verb in (start, test):
        verb.add_argument("--configurator-port", metavar="PORT", help="a number, or auto for a free one")
        verb.add_argument("--replier-port", metavar="PORT", help="a number, or auto for a free one")
    test.add_argument("--users", metavar="N", help="how many tenants")
    test.add_argument("--agents", metavar="N", help="how many agents each tenant has")
    test.add_argument("--messages", metavar="N", help="how many messages a conversation has: 5 or 5..10")
    test.add_argument("--no-cleanup", dest="cleanup", action="store_const", const="no", help="keep what is created")
    return parser.parse_args(arguments)
