"""Behave's hooks: what happens around a run, a scenario and a step."""

from typing import Protocol

from behave.configuration import Configuration
from behave.model import Scenario
from behave.runner import Context

from support import reporting
from support.run import Run, reason_to_skip
from support.settings import load_settings, usable_settings
from support.vocabulary import register_types
from support.world import World


class SuiteContext(Protocol):
    """Behave's context with what the suite keeps in it."""

    config: Configuration
    run: Run
    world: World


def before_all(context: Context) -> None:
    """Start or reach the deployment; whatever prevents that is one sentence, and nothing runs."""
    context.run = Run(load_settings(context.config.userdata))
    context.world = context.run.open()
    context.known_failures = context.run.known_failures


def before_scenario(context: SuiteContext, scenario: Scenario) -> None:
    """Skip what does not apply, with its reason; begin an empty scene."""
    if reason := reason_to_skip(context.world, scenario):
        scenario.skip(reason)
    context.world.enter_scene(reporting.scenario_id(scenario) or scenario.name)


def after_scenario(context: SuiteContext, scenario: Scenario) -> None:
    """Close what the scenario opened; attach what was said in it."""
    context.world.leave_scene(red=any(step.status.has_failed() for step in scenario.all_steps))


def explain(context: SuiteContext) -> reporting.Ailment | None:
    """Name, in the error of a step that has failed, a backend that has crashed or hangs."""
    return context.world.what_ails()


def after_all(context: SuiteContext) -> None:
    """Purge, look for residue, stop the backends."""
    context.run.close()


def at_end(context: SuiteContext, behave: reporting.Run) -> None:
    """Write the reports, when every hook and clean-up is done; of a run that was kept from its start, too."""
    run = context.run if hasattr(context, "run") else Run(usable_settings(context.config.userdata))
    run.report(behave)


reporting.install(at_end, explain)
register_types()
