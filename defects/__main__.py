"""`python -m defects`: prove that the scenarios can fail. `make prove` calls it."""

import argparse
import difflib
import signal
import sys
from collections.abc import Sequence
from datetime import date

from rich.console import Console

from defects.defect import Defect, read_catalogue
from defects.document import document
from defects.matrix import Matrix
from defects.prover import Prover
from defects.records import Records
from defects.telling import print_end, telling
from defects.trial import ROOT
from defects.web_page import web_page
from support.errors import SuiteError, UsageError
from support.specification import read_features

FOLDER = ROOT / "reports" / "prove"
RECORDS = FOLDER / "records.jsonl"
DOCUMENT = ROOT / "docs" / "proof.md"
CONTROL = "control"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove what is asked for; return 0 when that is killed and, of the whole catalogue, no scenario is idle."""
    asked = _parse(arguments)
    catalogue = read_catalogue()
    canary = next(defect for defect in catalogue if defect.kind == CONTROL)
    defects = [defect for defect in catalogue if defect.kind != CONTROL]
    chosen = sample(defects, asked.sample, date.today()) if asked.sample else choose(defects, asked.defects)
    if asked.fresh:
        RECORDS.unlink(missing_ok=True)

    promises = [promise for chapter in read_features() for promise in chapter.promises]
    console = Console()
    with telling(console, len(chosen) + 2) as tell:
        prover = Prover(Records(RECORDS), [promise.id for promise in promises], tell)
        prover.check_controls(canary, chosen)
        made = prover.prove(chosen, asked.everywhere)
    found = {defect.id: proof for defect in defects if (proof := prover.find(defect))}
    matrix = Matrix(defects, promises, found | {str(proof.defect): proof for proof in made})
    print_end(console, matrix, made)
    _write(console, matrix)
    if chosen == defects:
        return 0 if matrix.holds else 1
    return 0 if all(proof.outcome == "killed" for proof in made) else 1


def choose(defects: Sequence[Defect], names: Sequence[str]) -> list[Defect]:
    """Return the defects of these ids or classes, all without a name; raise UsageError for an unknown name."""
    known = {name for defect in defects for name in (defect.id, defect.kind)}
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)[0]
            raise UsageError(f"{name} is no defect and no class of defects; did you mean {nearest}?")
    return [defect for defect in defects if not names or {defect.id, defect.kind} & set(names)]


def sample(defects: Sequence[Defect], count: int, day: date) -> list[Defect]:
    """Return about so many defects from all over the catalogue; on other days others, until all had their turn."""
    stride = max(1, round(len(defects) / count))
    return list(defects[day.toordinal() % stride :: stride])


def _write(console: Console, matrix: Matrix) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "matrix.json").write_text(matrix.as_json(), encoding="utf-8")
    (FOLDER / "matrix.html").write_text(web_page(matrix), encoding="utf-8")
    written = [FOLDER / "matrix.json", FOLDER / "matrix.html"]
    if not matrix.unproven:
        DOCUMENT.write_text(document(matrix), encoding="utf-8")
        written.append(DOCUMENT)
    for path in written:
        console.print(path, soft_wrap=True, highlight=False)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m defects", description=__doc__)
    parser.add_argument("defects", nargs="*", help="ids or classes of defects, such as ISO-03 or isolation; none: all")
    parser.add_argument("--sample", type=int, metavar="N", help="about N of all classes, others on other days")
    parser.add_argument("--everywhere", action="store_true", help="run all scenarios, not only those concerned")
    parser.add_argument("--fresh", action="store_true", help="forget what was observed before")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except SuiteError as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        sys.exit(130)
