"""Allure results that say what Behave says, through every path on which allure-behave 2.16.2 says otherwise.

Behave finds this formatter under the name of the stock one (see behave_guard.install), so that a plain
`behave -f allure_behave.formatter:AllureFormatter` uses it.
"""

# mypy: disable-error-code="no-untyped-call"

import json
import sys
import threading
import traceback
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import allure
import allure_commons
import behave
from allure_behave.listener import AllureListener
from allure_behave.utils import scenario_parameters
from allure_commons.logger import AllureFileLogger
from allure_commons.mapping import labels_set, parse_tag
from allure_commons.model2 import ExecutableItem, Label, Link, StatusDetails, TestResult
from allure_commons.model2 import Status as AllureStatus
from allure_commons.types import AttachmentType, LabelType, Severity
from allure_commons.utils import md5, now, platform_label
from attr import asdict
from behave.formatter._registry import select_formatter_class
from behave.formatter.base import Formatter, StreamOpener
from behave.model import ScenarioOutline
from behave.model_type import Status

from support.errors import InfrastructureError, SuiteError
from support.reporting.files import masked, masked_content, write_atomically
from support.reporting.verdicts import Run, scenario_id, step_error

Kind = Literal["text", "json", "csv", "svg", "png"]
OWN_FILES = (
    "*-result.json",
    "*-container.json",
    "*-globals.json",
    "*-attachment.*",
    "environment.properties",
    "categories.json",
    "executor.json",
)
_PLUMBING = (
    str(Path(behave.__file__).parent),
    *(str(Path(__file__).with_name(name)) for name in ("behave_guard.py", "exits.py")),
)
_STEP_STATUS = {
    Status.passed: AllureStatus.PASSED,
    Status.failed: AllureStatus.FAILED,
    Status.skipped: AllureStatus.SKIPPED,
    Status.untested: AllureStatus.SKIPPED,
}


def attach_text(name: str, content: str | bytes, kind: Kind = "text") -> None:
    """Attach to the current step, else to the scenario, else to the run; main thread only."""
    _refuse_other_threads("attach_text")
    allure.attach(content, name=name, attachment_type=AttachmentType[kind.upper()])


def _refuse_other_threads(function: str) -> None:
    thread = threading.current_thread()
    if thread is not threading.main_thread():
        raise SuiteError(
            f"{function} was called in thread {thread.name}, where it would attach to the wrong place; "
            "return the content to the step and attach it there."
        )


def describe_environment(directory: Path, run_id: str, values: Mapping[str, object]) -> None:
    """Write what the report shows about the run: environment.properties and executor.json."""
    lines = [f"{name} = {' '.join(str(value).split())}\n" for name, value in values.items()]
    executor = {"name": "Behave", "type": "behave", "buildName": run_id}
    write_atomically(directory / "environment.properties", masked_content("".join(lines)))
    write_atomically(directory / "executor.json", json.dumps(masked(executor)).encode())


class AllureBridge(Formatter):  # type: ignore[misc]
    """Behave's formatter for Allure. The guard begins it before any hook and ends it after the last one."""

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        self.directory = Path(stream_opener.name or "allure-results").absolute()

    def begin(self, run: Run) -> None:
        """Clear the folder of an earlier run's files, and listen."""
        clear(self.directory)
        run.allure_results = self.directory
        self._run = run
        self._reported: set[int] = set()
        self._listener = _Listener(self.config, run)
        self._plugins = [self._listener, _MaskedFiles(self.directory, run)]
        for plugin in self._plugins:
            allure_commons.plugin_manager.register(plugin)

    def feature(self, feature: Any) -> None:
        """Report each selected scenario around its run, which ends after its hooks and clean-ups."""
        if self.config.dry_run:
            return
        for scenario in filter(self._run.selects, feature.walk_scenarios()):
            scenario.run = partial(self._report, scenario, scenario.run)

    def _report(self, scenario: Any, run_scenario: Any, runner: Any) -> Any:
        self._reported.add(id(scenario))
        self._listener.start_scenario(scenario)
        try:
            return run_scenario(runner)
        finally:
            self._listener.stop_scenario(scenario)

    def match(self, match: Any) -> None:
        """Begin the next step."""
        if not self.config.dry_run:
            self._listener.match_step(match)

    def result(self, step: Any) -> None:
        """End the step."""
        if not self.config.dry_run:
            self._listener.stop_behave_step(step)

    def close(self) -> None:
        """Do nothing: Behave closes formatters before it knows how the run ended."""

    def report_missing(self) -> None:
        """Report each selected scenario that Behave never began."""
        for scenario in self._run.selected:
            if id(scenario) not in self._reported:
                self._report(scenario, lambda _: None, None)

    def end(self) -> None:
        """Report what went wrong outside of scenarios, and stop listening."""
        for error in self._run.errors:
            allure.global_error(error)
        for plugin in self._plugins:
            allure_commons.plugin_manager.unregister(plugin)


def asked_for(config: Any) -> list[AllureBridge]:
    """Return the formatters for Allure that Behave would make."""
    openers = (*config.outputs, *repeat(StreamOpener(stream=sys.stdout), len(config.format)))
    found = []
    for name, opener in zip(config.format, openers, strict=False):
        with suppress(LookupError, ImportError):
            if issubclass(kind := select_formatter_class(name), AllureBridge):
                found.append(kind(opener, config))
    return found


def clear(directory: Path) -> None:
    """Remove an earlier run's files."""
    for pattern in OWN_FILES:
        for path in directory.glob(pattern):
            path.unlink()


class _MaskedFiles(AllureFileLogger):
    def __init__(self, directory: Path, run: Run) -> None:
        super().__init__(directory)
        self._run = run
        self._is_told = False

    def _report_item(self, item: Any) -> None:
        content = masked(asdict(item, filter=lambda _, value: value or value is False))
        path = self._report_dir / item.file_pattern.format(prefix=uuid4())
        self._write(path, json.dumps(content, ensure_ascii=False).encode())

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        self.report_attached_data(Path(source).read_bytes(), file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        self._write(self._report_dir / file_name, masked_content(body))

    def _write(self, path: Path, content: bytes) -> None:
        # Raised here, it would end the run without its purge; one sentence stands for all files that are missing.
        try:
            write_atomically(path, content)
        except InfrastructureError as error:
            if not self._is_told:
                self._run.fail(str(error))
            self._is_told = True


class _Listener(AllureListener):
    def __init__(self, config: Any, run: Run) -> None:
        super().__init__(config)
        self._run = run
        self._identities: set[tuple[str, ...]] = set()

    def start_scenario(self, scenario: Any) -> None:
        self.current_scenario_uuid = str(uuid4())
        self.group_context.enter()
        self.logger.schedule_test(self.current_scenario_uuid, self._describe(scenario))
        # The stock formatter schedules the steps of excluded scenarios as well, and reports them in the next one.
        self.steps = deque(scenario.all_steps)

    def stop_scenario(self, scenario: Any) -> None:
        self.flush_steps()
        result = self.logger.get_test(self.current_scenario_uuid)
        result.stop = now()
        result.status = self._status(scenario)
        result.statusDetails = self._details(scenario)
        self.logger.close_test(self.current_scenario_uuid)
        self.group_context.append_test(self.current_scenario_uuid)
        self.group_context.exit()
        self.current_scenario_uuid = None

    def stop_behave_step(self, step: Any) -> None:
        status = _STEP_STATUS.get(step.status, AllureStatus.BROKEN)
        message = step_error(step)
        details = StatusDetails(message=message, trace=_trace(step)) if message else None
        self.logger.stop_step(self.current_step_uuid, stop=now(), status=status, statusDetails=details)

    @allure_commons.hookimpl
    def attach_data(self, body: Any, name: str, attachment_type: Any, extension: str | None) -> None:
        attach = super().attach_data if self._inside_scenario() else self.global_attach_data
        attach(body=body, name=name, attachment_type=attachment_type, extension=extension)

    @allure_commons.hookimpl
    def attach_file(self, source: str, name: str, attachment_type: Any, extension: str | None) -> None:
        attach = super().attach_file if self._inside_scenario() else self.global_attach_file
        attach(source=source, name=name, attachment_type=attachment_type, extension=extension)

    def _inside_scenario(self) -> bool:
        return self.logger.get_last_item(ExecutableItem) is not None

    def _describe(self, scenario: Any) -> TestResult:
        file = self._run.file(scenario)
        parameters = scenario_parameters(scenario) or []
        values = [f"{each.name}={each.value}" for each in parameters]
        identity = self._identify(scenario, values)
        parsed = [
            parse_tag(tag, issue_pattern=self.issue_pattern, link_pattern=self.link_pattern) for tag in _tags(scenario)
        ]
        return TestResult(
            uuid=self.current_scenario_uuid,
            start=now(),
            name=scenario.name.strip() or scenario.keyword,
            fullName=self._run.location(scenario),
            titlePath=[*Path(file).parts[:-1], scenario.feature.name or file],
            testCaseId=md5(identity),
            historyId=md5(identity, *values),
            description="\n".join(scenario.description),
            parameters=parameters,
            links=[each for each in parsed if isinstance(each, Link)],
            labels=[
                *labels_set(
                    [Label(LabelType.SEVERITY, Severity.NORMAL), *(each for each in parsed if isinstance(each, Label))]
                ),
                Label(LabelType.FEATURE, scenario.feature.name),
                Label(LabelType.FRAMEWORK, "behave"),
                Label(LabelType.LANGUAGE, platform_label()),
            ],
        )

    def _identify(self, scenario: Any, parameters: list[str]) -> str:
        """Return what the scenario is called in every run; two of one run never share name and parameters."""
        identity = f"{self._run.file(scenario)} {scenario_id(scenario) or scenario.name.rsplit(' -- ')[0]}"
        # Allure takes them for retries and hides all but the last.
        while (identity, *parameters) in self._identities:
            identity += "'"
        self._identities.add((identity, *parameters))
        return identity

    def _status(self, scenario: Any) -> str:
        verdict = self._run.verdict(scenario)
        if scenario.status is Status.passed:
            return AllureStatus.PASSED
        if verdict == "not run":
            return AllureStatus.SKIPPED
        asserted = Status.failed in (scenario.status, *(step.status for step in scenario.all_steps))
        return AllureStatus.FAILED if asserted and verdict in ("fail", "known") else AllureStatus.BROKEN

    def _details(self, scenario: Any) -> StatusDetails | None:
        message = self._run.error(scenario)
        if message is None:
            return None
        traces = filter(None, map(_trace, [*scenario.all_steps, scenario]))
        known = self._run.verdict(scenario) == "known"
        return StatusDetails(known=known, message=message, trace=next(traces, None))


def _trace(statement: Any) -> str | None:
    """Return where the statement's error was raised, without the frames of Behave and of its guard."""
    frames = traceback.extract_tb(statement.exc_traceback)
    ours = [frame for frame in frames if not frame.filename.startswith(_PLUMBING)]
    return "".join(traceback.format_list(ours)) or None


def _tags(scenario: Any) -> list[str]:
    tags, parent = list(scenario.tags), scenario.parent
    while parent:
        # A scenario of an outline already has its outline's tags, with the placeholders filled in.
        tags = tags if isinstance(parent, ScenarioOutline) else [*parent.tags, *tags]
        parent = parent.parent
    return list(dict.fromkeys(tags))
