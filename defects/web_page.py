"""The matrix as a page that stands alone: no script, nothing is loaded."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from defects.defect import Defect
from defects.matrix import Matrix
from defects.proof import Cell
from support.specification import Promise

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ddd; padding: 1px 3px; text-align: center; }
tbody th { text-align: left; font-weight: normal; white-space: nowrap; position: sticky; left: 0; background: #fff; }
thead th { writing-mode: vertical-rl; font-weight: normal; position: sticky; top: 0; background: #fff; z-index: 1; }
tr.chapter th { font-weight: bold; background: #f0f0f0; }
td.killed { background: #2e7d32; color: #fff; }
td.other { background: #f9a825; }
td.green { color: #999; }
.bad { color: #b71c1c; font-weight: bold; }
@media (prefers-color-scheme: dark) {
  body, tbody th, thead th { background: #181818; color: #ddd; }
  th, td { border-color: #444; }
  tr.chapter th { background: #333; }
  td.other { color: #000; }
}
"""
_SIGNS = {"killed": "✕", "other": "?", "green": "·", "not run": ""}


def web_page(matrix: Matrix) -> str:
    """Return the matrix as HTML."""
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Kill matrix</title>',
            f"<style>{_STYLE}</style></head><body>",
            "<h1>Kill matrix</h1>",
            f"<p>{len(matrix.defects)} defects, {len(matrix.promises)} scenarios. ✕ the scenario turned red for a "
            "reason that the defect explains, ? for another reason, · it stayed green; an empty cell was not run, for "
            "the defect would not explain it. Rest the pointer on a cell to read what the scenario said.</p>",
            _listed("Survivors", [f"{each.id} {each.title}" for each in matrix.survivors]),
            _listed("Unproven", [f"{each.id} {each.title}" for each in matrix.unproven]),
            _listed("Scenarios that kill nothing", [f"{each.id} {each.text}" for each in matrix.idle]),
            "<table><thead><tr><th></th>",
            *(_column(defect, matrix.outcome(defect)) for defect in matrix.defects),
            "</tr></thead><tbody>",
            *_rows(matrix),
            "</tbody></table></body></html>",
        ]
    )


def _listed(title: str, texts: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<h2>{title}: {len(texts)}</h2><ul{' class=bad' if texts else ''}>{items}</ul>"


def _column(defect: Defect, outcome: str) -> str:
    bad = "" if outcome == "killed" else ' class="bad"'
    return f'<th{bad} title="{escape(f"{defect.title}: {defect.harm} ({outcome})")}">{defect.id}</th>'


def _rows(matrix: Matrix) -> Iterable[str]:
    for file, promises in groupby(matrix.promises, key=lambda promise: promise.file):
        yield f'<tr class="chapter"><th colspan="{len(matrix.defects) + 1}">{escape(file)}</th></tr>'
        for promise in promises:
            yield f"<tr><th>{escape(f'{promise.id} {promise.text}')}</th>{''.join(_cells(matrix, promise))}</tr>"


def _cells(matrix: Matrix, promise: Promise) -> Iterable[str]:
    for defect in matrix.defects:
        proof = matrix.proofs.get(defect.id)
        yield _cell(promise, defect, proof.cells.get(promise.id) if proof else None)


def _cell(promise: Promise, defect: Defect, cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    title = f' title="{escape(f"{promise.id} x {defect.id}: {cell.error}")}"' if cell.error else ""
    return f'<td class="{cell.mark}"{title}>{_SIGNS[cell.mark]}</td>'
