"""docs/proof.md: what is not proven first, then which scenario kills which defect."""

from collections.abc import Sequence
from itertools import groupby

from defects.defect import Defect
from defects.matrix import Matrix
from support.specification import Promise


def document(matrix: Matrix) -> str:
    """Return docs/proof.md."""
    lines = [
        "# Proof that the specification can fail",
        "",
        f"{len(matrix.defects)} plausible defects were planted, one at a time, in a copy of the embedded deployment, "
        f"and those of the {len(matrix.promises)} scenarios were run that each should offend. Made by `make prove`.",
        "",
        "A defect is killed when a scenario turns red for a reason that the defect explains. A scenario that stumbles, "
        "cannot judge, or waits for a deployment that did not start, kills nothing.",
        "",
        "## Survivors",
        "",
        *_bullets([f"{defect.id} {defect.title}: {defect.harm}" for defect in matrix.survivors + matrix.unproven]),
        "",
        "## Scenarios that kill nothing",
        "",
        *_bullets([f"{promise.id} {promise.text}" for promise in matrix.idle]),
        "",
        "## Defects and what kills them",
    ]
    for kind, defects in groupby(matrix.defects, key=lambda defect: defect.kind):
        lines += ["", f"### {kind.capitalize()}", "", "| id | defect | harm | killed by |", "|---|---|---|---|"]
        lines += [_defect_row(defect, matrix.killers_of(defect)) for defect in defects]
    lines += ["", "## Scenarios and what they kill", "", "| id | promise | kills |", "|---|---|---|"]
    lines += [_promise_row(promise, matrix.killed_by(promise.id)) for promise in matrix.promises]
    return "\n".join(lines) + "\n"


def _bullets(texts: Sequence[str]) -> list[str]:
    return [f"* {text}" for text in texts] or ["None."]


def _defect_row(defect: Defect, killers: Sequence[str]) -> str:
    return f"| {defect.id} | {defect.title} | {defect.harm} | {' '.join(killers)} |"


def _promise_row(promise: Promise, killed: Sequence[str]) -> str:
    return f"| {promise.id} | {promise.text} | {' '.join(killed)} |"
