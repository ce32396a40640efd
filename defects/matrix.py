"""The matrix, scenario x defect: which scenario kills which defect."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from defects.defect import Defect
from defects.proof import Proof
from support.specification import Promise


@dataclass(frozen=True)
class Matrix:
    """All defects of the catalogue, all promises of the features, and what has been proven so far."""

    defects: Sequence[Defect]
    promises: Sequence[Promise]
    # By the defect's id.
    proofs: Mapping[str, Proof]

    @property
    def survivors(self) -> list[Defect]:
        """The defects that no scenario has killed: whoever brings them in would not be told."""
        return self._with("survived")

    @property
    def unproven(self) -> list[Defect]:
        """The defects without a trial that came to a verdict."""
        return self._with("unproven")

    @property
    def idle(self) -> list[Promise]:
        """The promises whose scenarios kill nothing. Only when every defect is proven does that mean anything."""
        return [promise for promise in self.promises if not self.killed_by(promise.id)]

    @property
    def holds(self) -> bool:
        """Whether every defect is killed by a scenario, and every scenario kills a defect."""
        return not (self.survivors or self.unproven or self.idle)

    def outcome(self, defect: Defect) -> str:
        """Return killed, survived or unproven."""
        proof = self.proofs.get(defect.id)
        return proof.outcome if proof else "unproven"

    def killers_of(self, defect: Defect) -> list[str]:
        """Return the ids of the scenarios that kill the defect."""
        proof = self.proofs.get(defect.id)
        return proof.killers if proof else []

    def killed_by(self, scenario: str) -> list[str]:
        """Return the ids of the defects that the scenario kills."""
        return [defect.id for defect in self.defects if scenario in self.killers_of(defect)]

    def as_json(self) -> str:
        """Return the matrix for other programs; a scenario that is not named for a defect was not run with it."""
        content = {
            "survivors": [defect.id for defect in self.survivors],
            "unproven": [defect.id for defect in self.unproven],
            "idle_scenarios": [promise.id for promise in self.idle],
            "scenarios": [
                {"id": promise.id, "promise": promise.text, "kills": self.killed_by(promise.id)}
                for promise in self.promises
            ],
            "defects": [self._entry(defect) for defect in self.defects],
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    def _entry(self, defect: Defect) -> dict[str, object]:
        proof = self.proofs.get(defect.id)
        return {
            "id": defect.id,
            "class": defect.kind,
            "title": defect.title,
            "harm": defect.harm,
            "outcome": self.outcome(defect),
            "killers": self.killers_of(defect),
            "scenarios": {scenario: cell.mark for scenario, cell in proof.cells.items()} if proof else {},
        }

    def _with(self, outcome: str) -> list[Defect]:
        return [defect for defect in self.defects if self.outcome(defect) == outcome]
