"""Proving: the controls first, then every defect, as many at once as there are cores."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from defects.defect import Defect
from defects.proof import Proof, judge
from defects.records import Records, fingerprint_of
from defects.trial import Trials
from support.errors import SuiteError, UsageError


class ControlError(SuiteError):
    """A control of the proof does not hold, so that no trial means anything."""


@dataclass(frozen=True)
class _Task:
    """A trial to be made: these scenarios with this defect; None is the clean deployment."""

    defect: Defect | None
    scenarios: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.defect, self.scenarios)


class Prover:
    """Tries defects on the scenarios of these ids. What was observed before is not tried again."""

    def __init__(self, records: Records, scenarios: Sequence[str], tell: Callable[[Proof], object]) -> None:
        self._records = records
        self._scenarios = scenarios
        self._tell = tell

    def check_controls(self, canary: Defect, defects: Iterable[Defect]) -> None:
        """Raise ControlError unless the clean deployment is all green and a crude defect dies."""
        concerned = {scenario for defect in [canary, *defects] for scenario in self._concerned_by(defect)}
        in_order = tuple(scenario for scenario in self._scenarios if scenario in concerned)
        clean, dead = self._try_all([_Task(None, in_order), _Task(canary, self._concerned_by(canary))])
        if clean.failure or clean.red:
            raise ControlError(
                "The clean deployment is not green, so a red scenario would prove nothing; make it green first: "
                f"{clean.failure or clean.red}"
            )
        if dead.outcome != "killed":
            raise ControlError(
                f"The crude defect {canary.id} ({canary.title}) is not killed but {dead.outcome}, so subtler ones "
                "would not be seen either; find out why first. "
                f"{dead.failure or dead.red or 'All of its scenarios were green.'}"
            )

    def prove(self, defects: Sequence[Defect], everywhere: bool = False) -> list[Proof]:
        """Try each defect on the scenarios that it concerns, or on all; return the proofs in the same order."""
        everything = tuple(self._scenarios)
        return self._try_all([_Task(each, everything if everywhere else self._concerned_by(each)) for each in defects])

    def find(self, defect: Defect) -> Proof | None:
        """Return what was proven of the defect on the scenarios that it concerns."""
        return self._find(_Task(defect, self._concerned_by(defect)))

    def _concerned_by(self, defect: Defect) -> tuple[str, ...]:
        concerned = tuple(scenario for scenario in self._scenarios if defect.concerns(scenario))
        if not concerned:
            raise UsageError(f"{defect.id}: no scenario is named by its signs {', '.join(defect.signs)}; name some.")
        return concerned

    def _find(self, task: _Task) -> Proof | None:
        observation = self._records.find(task.fingerprint)
        return judge(task.defect, observation) if observation else None

    def _try_all(self, tasks: Sequence[_Task]) -> list[Proof]:
        proofs = {task: proof for task in tasks if (proof := self._find(task))}
        for proof in proofs.values():
            self._tell(proof)
        trials = Trials()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            missing = [task for task in tasks if task not in proofs]
            futures = {pool.submit(trials.run, task.defect, task.scenarios): task for task in missing}
            try:
                for future in as_completed(futures):
                    task, observation = futures[future], future.result()
                    self._records.add(task.fingerprint, observation)
                    proofs[task] = judge(task.defect, observation)
                    self._tell(proofs[task])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                trials.stop()
                raise
        return [proofs[task] for task in tasks]
