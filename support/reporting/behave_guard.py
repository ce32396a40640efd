"""Makes Behave 1.3.3 red where it would be green though something went wrong or nothing ran.

What happened is written into Behave's own model, so that its summary, Allure and results.json all read the same.
"""

import atexit
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from itertools import chain
from pathlib import Path
from typing import Any

import allure_behave.formatter
import behave.parser
import behave.runner
from behave.formatter.base import StreamOpener
from behave.matchers import Match
from behave.model import Scenario, ScenarioContainer
from behave.model_type import Status
from behave.reporter.junit import ElementTreeWithCDATA
from behave.runner import Context, ModelRunner, Runner

from support.errors import SuiteError
from support.interrupts import OF_THE_RUN, interrupts_insisted_on
from support.masking import mask_console
from support.reporting.allure_bridge import AllureBridge, asked_for
from support.reporting.exits import end_process, end_red, refuse_exit, refuse_sudden_end
from support.reporting.known import KnownFailures
from support.reporting.omissions import empty_parts, fault_of, lost_line
from support.reporting.outfiles import close_masked, mask_opened, open_masked, write_masked
from support.reporting.paths import without_repeats, wrong_path
from support.reporting.refusals import CannotBeginError
from support.reporting.strict_parser import StrictParser, parse_named
from support.reporting.verdicts import Run, describe

# The exit code when before_all refuses to start; 1 is Behave's for a red run.
EXIT_REFUSED = 2
# What a shell says of Ctrl-C.
_INTERRUPTED = 128 + signal.SIGINT
_HOOKS = {
    f"{when}_{what}" for when in ("before", "after") for what in ("all", "feature", "rule", "scenario", "step", "tag")
}
AtEnd = Callable[[Any, Run], object]


@dataclass(frozen=True)
class Ailment:
    """What is wrong with the deployment besides what a step accuses it of."""

    description: str
    # Whether a known failure may be just that.
    excusable: bool = True


Explain = Callable[[Any], Ailment | None]


def install(at_end: AtEnd | None = None, explain: Explain = lambda _: None) -> None:
    """Guard the run that loads this environment.py; call once, at import.

    `explain(context)` is asked when a step has failed; what it says, if anything, is the deployment's fault and becomes
    part of the step's error.
    `at_end(context, run)` is called when every hook and clean-up is done and Allure's results are written;
    it may make the run red with `run.fail(sentence)`. A dry run is left alone. What before_all sets as
    `context.known_failures` does not make the run red, unless it passes.
    """
    # Behave prints what steps raise and capture, as it is.
    mask_console()
    _wrap(StreamOpener, "open", open_masked)
    _wrap(StreamOpener, "close", close_masked)
    _wrap(ElementTreeWithCDATA, "write", write_masked)
    formatters: Any = allure_behave.formatter
    formatters.AllureFormatter = AllureBridge
    parsers: Any = behave.parser
    parsers.Parser = StrictParser
    _wrap(behave.parser, "parse_file", parse_named)
    guard = _Guard(at_end, explain)
    threading.excepthook = guard.heed_thread
    _wrap(Match, "run", guard.run_step)
    atexit.register(end_red)
    for name in ("_exit", "execv", "execve"):
        _wrap(os, name, refuse_sudden_end)
    _wrap(Runner, "load_step_definitions", guard.load_steps)
    _wrap(Runner, "feature_locations", guard.find_features)
    _wrap(behave.runner, "parse_features", guard.prepare)
    _wrap(behave.runner, "make_formatters", guard.prepare)
    _wrap(Context, "add_cleanup", guard.add_cleanup)
    # Behave reads this before what a hook or step sets.
    Context.fail_on_cleanup_errors = True
    _wrap(Scenario, "run", guard.run_scenario)
    _wrap(ScenarioContainer, "run", guard.run_container)
    _wrap(ModelRunner, "run_model", guard.run_model)


def _wrap(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return wrapper(original, *args, **kwargs)

    setattr(owner, name, wrapped)


def _load_steps(original: Callable[..., Any], runner: Any) -> Any:
    OF_THE_RUN.resume()
    if wrong := wrong_path(list(map(str, runner.config.paths)), Path(runner.base_dir)):
        raise CannotBeginError(wrong)
    loaded = original(runner)
    for what in _never_run(runner.hooks):
        raise CannotBeginError(f"{what} is a generator or async, so nothing of it would run; make it a plain function.")
    return loaded


def _never_run(hooks: dict[str, Any]) -> Iterator[str]:
    """Yield what Behave would call only to drop what it returns: a generator, or of a hook a coroutine."""
    for definition in chain.from_iterable(behave.runner.the_step_registry.steps.values()):
        if isgeneratorfunction(definition.func) or isasyncgenfunction(definition.func):
            yield f"The step function at {definition.location}"
    for name in sorted(_HOOKS & set(hooks)):
        if any(is_lazy(hooks[name]) for is_lazy in (isgeneratorfunction, isasyncgenfunction, iscoroutinefunction)):
            yield f"The hook {name}"


class _StartRefused(BaseException):
    """Why nothing can run, in one sentence; Behave itself would go on after before_all, and say more."""


class _Guard:
    def __init__(self, at_end: AtEnd | None, explain: Explain) -> None:
        self._at_end = at_end
        self._explain = explain
        self._run = Run([], Path())
        self._in_threads: list[SuiteError] = []
        self._runner: Any = None
        # What after_scenario accuses the deployment of.
        self._accusations: list[AssertionError] = []

    def heed_thread(self, raised: threading.ExceptHookArgs) -> None:
        """Keep what ended a thread; Python only prints it."""
        threading.__excepthook__(raised)
        if raised.exc_type is SystemExit:
            return
        name = raised.thread.name if raised.thread else "?"
        described = describe(raised.exc_value or raised.exc_type())
        error = SuiteError(
            f"The thread {name} raised {described}, which no step saw; catch it there and raise it in the step."
        )
        self._in_threads.append(error.with_traceback(raised.exc_traceback))

    def _take_from_threads(self) -> list[SuiteError]:
        taken, self._in_threads = self._in_threads, []
        return taken

    def _fail_for_threads(self) -> None:
        for error in self._take_from_threads():
            self._run.fail(str(error))

    def end_red_for_threads(self) -> None:
        """End a process red in which a thread has raised when all reports were written; Python has printed why."""
        if errors := self._take_from_threads():
            print(*errors, sep="\n", file=sys.stderr, flush=True)
            sys.stdout.flush()
            end_process(1)

    def load_steps(self, original: Callable[..., Any], runner: Any) -> Any:
        """Load the step definitions, which comes first of all that a run needs."""
        atexit.unregister(end_red)
        atexit.register(self.end_red_for_threads)
        self._runner = runner
        mask_opened(runner.config)
        return self.prepare(partial(_load_steps, original), runner)

    def find_features(self, original: Callable[..., Any], runner: Any) -> list[Any]:
        """Find the features that are asked for, each once."""
        return list(without_repeats(self.prepare(original, runner)))

    def prepare(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Load steps, find or parse features, make formatters.

        Behave calls no hook and no formatter when that fails, and says why.
        """
        try:
            return refuse_exit(original, *args, **kwargs)
        except KeyboardInterrupt as error:
            self._refuse("The run was interrupted before it began.")
            raise SystemExit(OF_THE_RUN.exit_code or _INTERRUPTED) from error
        except Exception as error:
            why = f"The run could not begin: {' '.join(describe(error).split()).rstrip('.')}."
            self._refuse(str(error) if isinstance(error, SuiteError) else why)
            raise

    def _refuse(self, why: str) -> None:
        """Report why nothing runs; what an earlier run has told Allure is not left in its place."""
        if self._runner.config.dry_run:
            return
        self._run.failed = self._run.told = True
        self._run.errors.append(why)
        bridges = asked_for(self._runner.config)
        for bridge in bridges:
            bridge.begin(self._run)
        self._finish(self._runner.context, bridges)

    def run_model(self, original: Callable[..., Any], runner: Any, features: Any = None) -> bool:
        if runner.config.dry_run:
            return bool(original(runner, features))
        features = runner.features if features is None else features
        self._run = run = Run.of(runner, features)
        bridges = [each for each in runner.formatters if isinstance(each, AllureBridge)]
        for bridge in bridges:
            bridge.begin(run)
        self._guard_hooks(runner.hooks)
        try:
            try:
                red = bool(refuse_exit(original, runner, features))
                # What has failed besides, such as a report that could not be written, is known to nobody.
                run.failed |= red and (runner.aborted or not run.has_only_known_failures)
                self._fail_for_threads()
                _refuse_lost_scenarios(run, features, _definitions(runner))
                _refuse_empty_parts(run, runner, features)
                _refuse_empty_run(run, runner.aborted)
            finally:
                for bridge in bridges:
                    bridge.report_missing()
        except _StartRefused as refusal:
            run.told = True
            run.fail(str(refusal))
            raise SystemExit(EXIT_REFUSED) from refusal
        except BaseException as error:
            run.fail(f"The run broke off: {describe(error)}")
            raise
        finally:
            self._finish(runner.context, bridges)
        return run.failed

    def _finish(self, context: Any, bridges: list[AllureBridge]) -> None:
        try:
            if self._at_end:
                self._at_end(context, self._run)
        except SuiteError as error:
            self._run.fail(str(error))
        except Exception as error:
            self._run.fail(f"The report could not be finished: {describe(error)}")
            raise
        finally:
            self._fail_for_threads()
            if not self._run.told:
                print(*self._run.errors, sep="\n", file=sys.stderr)
            for bridge in bridges:
                bridge.end()

    def _guard_hooks(self, hooks: dict[str, Any]) -> None:
        # Behave keeps whatever environment.py defines or imports among the hooks.
        for name in _HOOKS & set(hooks):
            guarded = self._run_hook_of_run if name.endswith("_all") else self._run_hook
            hooks[name] = wraps(hooks[name])(partial(guarded, name, hooks[name]))

    def _run_hook(self, name: str, hook: Callable[..., Any], context: Any, *statement: Any) -> None:
        try:
            refuse_exit(hook, context, *statement)
        except AssertionError as error:
            # It accuses the deployment, as a step does; Behave would call it an error of the hook.
            if name != "after_scenario":
                raise
            print(describe(error))
            self._accusations.append(error)
        except Exception as error:
            if scenario := getattr(context, "scenario", None):
                self._run.broken.add(id(scenario))
            if name == "after_step" and statement[0].exception:  # which Behave would tell alone
                self._run.note(scenario, f"after_step raised {describe(error)}", error)
            raise

    def _run_hook_of_run(self, name: str, hook: Callable[..., Any], context: Any) -> None:
        # Behave only prints what these two hooks raise.
        try:
            with interrupts_insisted_on():
                hook(context)
            self._run.known_failures = getattr(context, "known_failures", KnownFailures())
        except BaseException as error:
            if name == "before_all" and isinstance(error, Exception):
                raise _StartRefused(_why_refused(error, context.config.verbose)) from error
            self._run.errors.append(str(error) if isinstance(error, SuiteError) else f"{name} raised {describe(error)}")
            raise

    def run_container(self, original: Callable[..., Any], container: Any, runner: Any) -> Any:
        """Run a feature or a rule; when its before hook failed, so did each of its scenarios."""
        try:
            return original(container, runner)
        finally:
            if container.error_message:
                self._run.errors.append(f"{self._run.file(container)}: {container.error_message}")
            if container.hook_failed:
                self._fail_never_begun(container)

    def _fail_never_begun(self, container: Any) -> None:
        for scenario in filter(self._run.selects, container.walk_scenarios()):
            if self._run.status(scenario) is Status.untested:
                self._run.note(scenario, container.error_message or "A hook was interrupted.", container.exception)
                scenario.set_status(Status.hook_error)

    def run_scenario(self, original: Callable[..., Any], scenario: Any, runner: Any) -> Any:
        """Run a scenario; it fails when there is nothing to run, or something would silently be left out."""
        self._fail_for_threads()
        self._run.entered.add(id(scenario))
        try:
            failed = original(scenario, runner)
        except BaseException as error:
            self._run.note(scenario, f"The scenario broke off: {describe(error)}", error)
            scenario.set_status(Status.cleanup_error)
            raise
        accusations, self._accusations = self._accusations, []
        for accusation in accusations:
            self._run.tell(scenario, describe(accusation), accusation)
        if accusations and scenario.status is Status.passed:
            scenario.set_status(Status.failed)
            failed = True
        if runner.aborted or not self._run.selects(scenario) or scenario.should_skip:
            return failed
        faults = self._take_from_threads()
        if fault := fault_of(scenario, _definitions(runner)) or self._run.unexpected_pass(scenario):
            faults.append(SuiteError(fault))
        for each in faults:
            self._run.note(scenario, str(each), each)
        if faults and scenario.status is Status.passed:
            scenario.set_status(Status.error)
        # For --stop a known failure is none.
        return (failed or bool(faults)) and self._run.verdict(scenario) != "known"

    def run_step(self, original: Callable[..., Any], match: Any, context: Any) -> Any:
        """Run a step; its error says what is wrong with the deployment besides."""
        try:
            with interrupts_insisted_on():
                return refuse_exit(original, match, context)
        except Exception as error:
            ailment = self._explain(context)
            if ailment and not ailment.excusable:
                self._run.broken.add(id(context.scenario))
            if not ailment or ailment.description in str(error):
                raise
            raise AssertionError(f"{ailment.description} {describe(error)}") from error

    def add_cleanup(
        self, original: Callable[..., Any], context: Any, function: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        layers = (frame["@layer"] for frame in context._stack if "@layer" in frame)
        layer = kwargs.get("layer") or next(layers)
        if layer == self._run.cleaning:
            raise SuiteError("A clean-up added another, which would never be called; call it there instead.")
        return original(context, _Cleanup(function, context, layer, self._run), *args, **kwargs)


@dataclass(frozen=True)
class _Cleanup:
    """A clean-up whose error reaches the reports. A dataclass, since Behave compares them and adds none twice."""

    function: Callable[..., Any]
    context: Any
    layer: str
    run: Run

    @property
    def __name__(self) -> str:
        return getattr(self.function, "__name__", repr(self.function))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.run.cleaning = self.layer
        try:
            return refuse_exit(self.function, *args, **kwargs)
        except Exception as error:
            message = f"The clean-up {self.__name__} raised {describe(error)}"
            if self.layer == "testrun":
                self.run.errors.append(message)
            else:
                self.run.note(getattr(self.context, self.layer), message, error)
            raise
        finally:
            self.run.cleaning = None


def _why_refused(error: Exception, verbose: bool) -> str:
    if isinstance(error, SuiteError):
        return str(error)
    if verbose:
        traceback.print_exception(error)
    return (
        f"The run could not begin: {' '.join(describe(error).split())}; mend that or, if it is no fault of yours, "
        "report it with what `behave --verbose` says."
    )


def _definitions(runner: Any) -> list[Any]:
    """Return every step definition, of whatever type."""
    return list(chain.from_iterable(runner.step_registry.steps.values()))


def _refuse_lost_scenarios(run: Run, features: Iterable[Any], definitions: Sequence[Any]) -> None:
    """Behave takes what follows a misspelt keyword, steps and all, for the description of the feature or rule."""
    for feature in features:
        for part in (feature, *feature.rules):
            if lost := lost_line(part, feature.language, definitions):
                run.fail(f"{run.location(part)}: {lost}")


def _refuse_empty_parts(run: Run, runner: Any, features: Iterable[Any]) -> None:
    asked = {run.file(location) for location in runner.feature_locations() if not runner.config.exclude(location)}
    for file in sorted(asked - {run.file(feature) for feature in features}):
        run.fail(f"{file}: The file holds no feature; write one, or delete it.")
    for part, sentence in empty_parts(features, runner.config):
        run.fail(f"{run.location(part)}: {sentence}")


def _refuse_empty_run(run: Run, aborted: bool) -> None:
    if aborted:
        run.fail("The run was stopped before its end.")
    elif not run.failed and all(run.verdict(scenario) == "not run" for scenario in run.selected):
        reasons = {run.error(scenario) for scenario in run.selected}
        run.fail(
            f"No scenario ran: {len(run.selected)} were selected{': ' if reasons else '; correct the tags or names.'}"
            f"{' '.join(sorted(filter(None, reasons)))}"
        )
