"""Trials with real processes: a defect dies, the clean deployment does not, and what cannot start proves nothing."""

from pathlib import Path

import pytest

from defects.defect import Defect, Edit
from defects.proof import Proof
from defects.prover import ControlError, Prover
from defects.records import Records

ROUTES = "embedded/configurator/tenant.py"
CLEAN = Edit(file=ROUTES, find="A tenant cannot upgrade itself", replace="No tenant upgrades itself")
OPEN = Edit(file=ROUTES, find="raise HTTPException(403,", replace="raise HTTPException(401,")
BROKEN = Edit(file="embedded/configurator/__main__.py", find="main()\n", replace="raise SystemExit(1)\n")


def defect(number: int, edit: Edit) -> Defect:
    return Defect(
        kind="authorization",
        id=f"AUTZ-{number}",
        title="Something is wrong",
        harm="Somebody suffers.",
        signs=("PER-005",),
        reason="as forbidden",
        edits=(edit,),
    )


@pytest.fixture
def told() -> list[Proof]:
    return []


@pytest.fixture
def prover(tmp_path: Path, told: list[Proof]) -> Prover:
    return Prover(Records(tmp_path / "records.jsonl"), ["PER-005"], told.append)


def test_a_defect_dies_and_a_harmless_change_survives_and_neither_is_tried_again(
    prover: Prover, told: list[Proof], tmp_path: Path
) -> None:
    defects = [defect(10, OPEN), defect(11, CLEAN)]
    proofs = prover.prove(defects)
    assert [proof.outcome for proof in proofs] == ["killed", "survived"]
    assert proofs[0].killers == ["PER-005"]

    again = Prover(Records(tmp_path / "records.jsonl"), ["PER-005"], told.append).prove(defects)
    assert again == proofs
    assert sorted(map(repr, told)) == sorted(map(repr, proofs * 2))


def test_a_deployment_that_does_not_start_kills_nothing_and_is_tried_again(prover: Prover) -> None:
    broken = defect(12, BROKEN)
    (proof,) = prover.prove([broken])
    assert proof.outcome == "unproven"
    assert "configurator" in proof.failure
    assert prover.find(broken) is None


def test_a_canary_that_lives_stops_the_proof(prover: Prover) -> None:
    with pytest.raises(ControlError, match=r"AUTZ-13 .* is not killed but survived"):
        prover.check_controls(defect(13, CLEAN), [])
