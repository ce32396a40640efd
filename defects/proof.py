"""Proofs: what a trial says of a defect."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from defects.defect import Defect
from defects.trial import Observation
from support.reporting.results import ScenarioResult

# killed: red for a reason that the defect explains; other: red for another one.
Mark = Literal["killed", "other", "green", "not run"]
_WORST_FIRST: tuple[Mark, ...] = ("killed", "other", "green", "not run")
Outcome = Literal["killed", "survived", "unproven"]


@dataclass(frozen=True)
class Cell:
    """How one scenario, an outline's rows together, ended with one defect, and what it said when it was red."""

    mark: Mark
    error: str = ""


@dataclass(frozen=True)
class Proof:
    """What one trial shows. `defect` is None for the clean deployment, whose scenarios must all be green."""

    defect: str | None
    seconds: float
    cells: Mapping[str, Cell]
    failure: str

    @property
    def killers(self) -> list[str]:
        """The scenarios that turned red for a reason that the defect explains."""
        return [scenario for scenario, cell in self.cells.items() if cell.mark == "killed"]

    @property
    def red(self) -> dict[str, str]:
        """The scenarios that turned red for another reason, and what they said."""
        return {scenario: cell.error for scenario, cell in self.cells.items() if cell.mark == "other"}

    @property
    def outcome(self) -> Outcome:
        """Whether the defect was killed; a trial that came to no verdict is no proof of anything."""
        if self.failure:
            return "unproven"
        return "killed" if self.killers else "survived"


def judge(defect: Defect | None, observation: Observation) -> Proof:
    """Return what the observation says of the defect."""
    cells: dict[str, Cell] = {}
    for scenario in observation.scenarios:
        identifier, cell = scenario.id or scenario.location, _cell(defect, scenario)
        cells[identifier] = min(cells.get(identifier, cell), cell, key=lambda each: _WORST_FIRST.index(each.mark))
    return Proof(defect.id if defect else None, observation.seconds, cells, observation.failure)


def _cell(defect: Defect | None, scenario: ScenarioResult) -> Cell:
    if scenario.verdict == "pass":
        return Cell("green")
    error = scenario.error or ""
    if scenario.verdict == "not run":
        return Cell("not run", error)
    # Only an assertion accuses the deployment; a scenario that stumbles or cannot judge proves nothing.
    explained = defect is not None and scenario.blame == "deployment" and defect.explains(scenario.id or "", error)
    return Cell("killed" if explained else "other", error)
