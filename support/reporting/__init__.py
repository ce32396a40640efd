"""Reports that can be trusted: results.json, Allure's results, the summary on the terminal.

environment.py calls `install(at_end)` when it is imported, and `report(run, results, directory)` in `at_end`.
The page is made by `python -m support.reporting.page`.
"""

from support.reporting.allure_bridge import attach_text, describe_environment
from support.reporting.behave_guard import EXIT_REFUSED, Ailment, install
from support.reporting.known import KnownFailures, read_known_failures
from support.reporting.report import report
from support.reporting.results import (
    Cleanup,
    Parameters,
    Percentiles,
    Results,
    ScenarioResult,
    UserCreation,
    WebsocketTests,
    new_test_id,
    percentiles,
    read_results,
    write_results,
)
from support.reporting.summary import print_summary, progress
from support.reporting.verdicts import Inconclusive, Run, compare, scenario_id

__all__ = [
    "EXIT_REFUSED",
    "Ailment",
    "Cleanup",
    "Inconclusive",
    "KnownFailures",
    "Parameters",
    "Percentiles",
    "Results",
    "Run",
    "ScenarioResult",
    "UserCreation",
    "WebsocketTests",
    "attach_text",
    "compare",
    "describe_environment",
    "install",
    "new_test_id",
    "percentiles",
    "print_summary",
    "progress",
    "read_known_failures",
    "read_results",
    "report",
    "scenario_id",
    "write_results",
]
