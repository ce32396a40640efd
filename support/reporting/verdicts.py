"""How each scenario ended, by Behave's own final word, and whether all reports say the same."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from behave.model_type import Status

from support.errors import InfrastructureError, SuiteError
from support.reporting.known import KnownFailure, KnownFailures
from support.reporting.results import Blame, Results, ScenarioResult, Verdict

_ID_TAG = re.compile(r"[A-Z]+-\d+")
_WRONG_SUB_STEP = re.compile(r"(?!FAILED )[A-Z_]+ SUB-STEP: ")
_ALLURE_STATUSES: dict[Verdict, tuple[str, ...]] = {
    "pass": ("passed",),
    "fail": ("failed", "broken"),
    "known": ("failed", "broken", "passed"),
    "inconclusive": ("broken",),
    "not run": ("skipped",),
}


class Inconclusive(SuiteError):
    """Raised by a step that can say neither pass nor fail, with what is to blame for that."""

    def __init__(self, message: str, blame: Blame = "infrastructure") -> None:
        super().__init__(message)
        self.blame: Blame = blame


@dataclass
class Run:
    """One run of Behave: its selected scenarios, what went wrong outside of them, and whether it is red."""

    selected: list[Any]
    base: Path
    allure_results: Path | None = None
    errors: list[str] = field(default_factory=list)
    failed: bool = False
    # Whether the errors have been printed, or are by Behave; from then on each is printed as it comes.
    told: bool = False
    entered: set[int] = field(default_factory=set)
    # Scenarios in which something went wrong besides what the deployment is accused of.
    broken: set[int] = field(default_factory=set)
    # The layer of Behave's context that a clean-up runs for.
    cleaning: str | None = None
    known_failures: KnownFailures = field(default_factory=KnownFailures)

    @classmethod
    def of(cls, runner: Any, features: Iterable[Any]) -> "Run":
        """Return the run that Behave is about to begin; what tags, names and lines exclude is no part of it."""
        walked = [scenario for feature in features for scenario in feature.walk_scenarios()]
        selected = [scenario for scenario in walked if scenario.should_run(runner.config)]
        return cls(selected, Path(runner.config.base_dir).absolute().parent)

    def fail(self, error: str) -> None:
        """Make the run red, and say why, once: in the summary or, when that is printed, here."""
        self.failed = True
        if error in self.errors:
            return
        self.errors.append(error)
        if self.told:
            print(error, file=sys.stderr)

    def note(self, statement: Any, message: str, error: BaseException | None) -> None:
        """Tell an error that the deployment is not accused of."""
        self.broken.add(id(statement))
        self.tell(statement, message, error)

    def tell(self, statement: Any, message: str, error: BaseException | None) -> None:
        """Keep an error as Behave itself keeps those of hooks: the first as exception, each in the message."""
        if statement.error_message:
            statement.error_message += f"\n{message}"
        else:
            statement.exception, statement.error_message = error, message
            statement.exc_traceback = error.__traceback__ if error else None

    def selects(self, scenario: Any) -> bool:
        """Whether the scenario is part of the run. Behave's scenarios are equal when their names are."""
        return any(scenario is each for each in self.selected)

    def status(self, scenario: Any) -> Status:
        """Return Behave's final status; a scenario that was never begun is untested, even if it has no steps."""
        status: Status = scenario.status
        never_begun = id(scenario) not in self.entered
        return Status.untested if never_begun and status not in (Status.skipped, Status.hook_error) else status

    def verdict(self, scenario: Any) -> Verdict:
        """Return pass, fail, known, inconclusive or not run."""
        status = self.status(scenario)
        if status is Status.passed:
            return "known" if self._passes_by_chance(scenario) else "pass"
        if status in (Status.skipped, Status.untested):
            return "not run"
        causes = _causes(scenario)
        blameless = all(isinstance(cause, Inconclusive | InfrastructureError) for cause in causes)
        if causes and blameless:
            return "inconclusive"
        accused = causes and all(map(_accuses, causes))
        only_accused = accused and id(scenario) not in self.broken
        return "known" if only_accused and self.known_failure(scenario) else "fail"

    def known_failure(self, scenario: Any) -> KnownFailure | None:
        """Return why the scenario is known to fail, if it is."""
        return self.known_failures.of(scenario_id(scenario), scenario)

    def _passes_by_chance(self, scenario: Any) -> bool:
        """Whether that it has passed tells nothing, for it fails in other runs: its verdict is then the same in all."""
        known = self.known_failure(scenario)
        return known is not None and known.sometimes

    def unexpected_pass(self, scenario: Any) -> str | None:
        """Return what is wrong with a scenario that has passed though it is known to fail."""
        known = self.known_failure(scenario)
        if known is None or known.sometimes or scenario.status is not Status.passed:
            return None
        return f"It passes, and is listed as a known failure: {known} Take {scenario_id(scenario)} from the list."

    @property
    def has_only_known_failures(self) -> bool:
        """Whether everything that is red was known to be."""
        verdicts = {self.verdict(scenario) for scenario in self.selected}
        return not self.errors and "known" in verdicts and not verdicts & {"fail", "inconclusive"}

    def blame(self, scenario: Any) -> Blame | None:
        """Return who is to blame when the scenario is red: an assertion accuses the deployment, a bug us."""
        verdict = self.verdict(scenario)
        if verdict == "inconclusive":
            first = _causes(scenario)[0]
            return first.blame if isinstance(first, Inconclusive) else "infrastructure"
        if verdict == "fail":
            return "deployment" if any(map(_accuses, _causes(scenario))) else "suite"
        return None

    def error(self, scenario: Any) -> str | None:
        """Return why the scenario did not pass, or None if it did."""
        status = self.status(scenario)
        if status is Status.passed:
            chance = self._passes_by_chance(scenario)
            return f"Known failure, which passed this time: {self.known_failure(scenario)}" if chance else None
        if status is Status.untested:
            return "The run ended before this scenario."
        if status is Status.skipped:
            return str(scenario.skip_reason or "Skipped; no reason was given.")
        reasons = [step_error(step) for step in scenario.all_steps if step.status.has_failed()]
        reasons += [scenario.error_message] if scenario.error_message else []
        if self.verdict(scenario) == "known":
            reasons.insert(0, f"Known failure: {self.known_failure(scenario)}")
        return "\n".join(filter(None, reasons)) or f"Behave's status is {status.name}; a hook was interrupted."

    def file(self, scenario: Any) -> str:
        """Return the feature file's path, the same from whichever folder Behave was started."""
        # Behave names a file relative to the current folder, with "..", wherever that is.
        path = Path(os.path.normpath(Path(scenario.filename).absolute()))
        return (path.relative_to(self.base) if path.is_relative_to(self.base) else path).as_posix()

    def location(self, scenario: Any) -> str:
        """Return file and line, which no other scenario has."""
        return f"{self.file(scenario)}:{scenario.line}"

    def scenarios(self) -> list[ScenarioResult]:
        """Return how every selected scenario ended."""
        return [
            ScenarioResult(
                id=scenario_id(scenario),
                name=scenario.name.strip(),
                feature=scenario.feature.name,
                file=self.file(scenario),
                line=scenario.line,
                status=self.status(scenario).name,
                verdict=self.verdict(scenario),
                blame=self.blame(scenario),
                seconds=scenario.duration,
                error=self.error(scenario),
            )
            for scenario in self.selected
        ]


def _causes(scenario: Any) -> list[BaseException | None]:
    """Return what was raised in a red scenario; None for a step that nobody defined.

    Frames that are left over after a step has failed tell nothing: they would have been the next steps'.
    """
    causes = [step.exception for step in scenario.all_steps if step.status.has_failed()]
    return causes or ([scenario.exception] if scenario.error_message else [])


def _accuses(cause: BaseException | None) -> bool:
    """Whether it accuses the deployment. Behave says by an AssertionError, too, that a step's own step is undefined."""
    return isinstance(cause, AssertionError) and not _WRONG_SUB_STEP.match(str(cause))


def scenario_id(scenario: Any) -> str | None:
    """Return the scenario's id tag, such as REG-001."""
    return next((str(tag) for tag in scenario.tags if _ID_TAG.fullmatch(tag)), None)


def step_error(step: Any) -> str | None:
    """Return why the step did not pass, or None."""
    if step.status is Status.undefined:
        return f"No step definition matches: {step.keyword} {step.name}"
    if step.exception is None:
        return "A hook of this step was interrupted." if step.status.has_failed() else None
    described = describe(step.exception)
    return f"A hook of this step raised {described}" if step.hook_failed else described


def describe(error: BaseException) -> str:
    """Return an exception in one line: its message, with its type unless the message speaks for itself."""
    if isinstance(error, AssertionError) and error.args:
        return str(error)
    if isinstance(error, Inconclusive):
        return f"Inconclusive: {error}"
    return f"{type(error).__name__}: {error}" if error.args else type(error).__name__


def compare(run: Run, allure_results: Path | None, results: Results) -> list[str]:
    """Return one sentence for each disagreement of Behave, Allure's result files and results.json."""
    behave = {run.location(scenario): run.verdict(scenario) for scenario in run.selected}
    told = [(scenario.location, scenario.verdict) for scenario in results.scenarios]
    sentences = _differences("results.json", behave, [(where, verdict, (verdict,)) for where, verdict in told])
    if allure_results is not None:
        sentences += compare_allure(behave, allure_results)
    if results.success == run.failed:
        sentences.append(f"results.json says success: {results.success}, Behave says failed: {run.failed}.")
    if not run.failed and {"fail", "inconclusive"} & set(behave.values()):
        sentences.append("Behave ends the run green although a scenario is red.")
    return sentences


def compare_allure(behave: Mapping[str, Verdict], allure_results: Path) -> list[str]:
    """Return one sentence for each disagreement of Allure's result files with Behave's verdicts, by location."""
    files = [json.loads(path.read_bytes()) for path in allure_results.glob("*-result.json")]
    allure = [(each.get("fullName", "?"), each.get("status", "no status")) for each in files]
    sentences = _differences("Allure", behave, [(*each, _verdicts(each[1])) for each in allure])
    if hidden := len(files) - len({each.get("historyId") for each in files}):
        sentences.append(f"Allure hides {hidden} results as retries of others that have the same history id.")
    return sentences


def _differences(
    report: str, behave: Mapping[str, Verdict], told: Sequence[tuple[str, str, tuple[Verdict, ...]]]
) -> list[str]:
    sentences = [
        f"{where}: {report} says {word}, Behave says {behave[where]}."
        for where, word, verdicts in told
        if where in behave and behave[where] not in verdicts
    ]
    places = [where for where, _, _ in told]
    sentences += [
        f"{where}: {report} has no result, Behave says {behave[where]}." for where in set(behave) - set(places)
    ]
    sentences += [f"{where}: {report} has a result, Behave did not run it." for where in set(places) - set(behave)]
    if len(places) != len(behave):
        sentences.append(f"Behave counts {len(behave)} scenarios, {report} {len(places)}.")
    return sorted(sentences)


def _verdicts(allure_status: str) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict, statuses in _ALLURE_STATUSES.items() if allure_status in statuses)
