"""What a proof says on the terminal: a line for each defect, a bar while it goes on, the lists at its end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from defects.matrix import Matrix
from defects.proof import Proof

_STYLES = {"killed": "green", "survived": "bold red", "unproven": "bold yellow"}
_MOST_NAMED = 8


@contextmanager
def telling(console: Console, trials: int) -> Iterator[Callable[[Proof], None]]:
    """Show how far this many trials are, if the console is a terminal; yields the function to tell of each."""
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("trials", total=trials)

        def tell(proof: Proof) -> None:
            console.print(line(proof), style=_style(proof), markup=False, highlight=False, soft_wrap=True)
            bar.advance(task)

        yield tell


def line(proof: Proof) -> str:
    """Return a proof in a line."""
    if proof.failure:
        return f"{proof.defect or 'clean'}: unproven: {proof.failure}"
    others = f"; red for another reason: {_few(list(proof.red))}" if proof.red else ""
    if proof.defect is None:
        return f"clean: {len(proof.cells)} scenarios{others or ' are green'} ({proof.seconds:.1f} s)"
    by = f" by {_few(proof.killers)}" if proof.killers else f" {len(proof.cells)} scenarios"
    return f"{proof.defect}: {proof.outcome}{by}{others} ({proof.seconds:.1f} s)"


def print_end(console: Console, matrix: Matrix, proofs: Sequence[Proof]) -> None:
    """Print how many of these proofs killed, what survived, and, when all is proven, which scenarios kill nothing."""
    killed = sum(proof.outcome == "killed" for proof in proofs)
    console.print(f"{killed} of {len(proofs)} defects killed", style="bold", highlight=False)
    tried = {proof.defect for proof in proofs}
    for defect in (each for each in matrix.survivors if each.id in tried):
        console.print(f"survived: {defect.id} {defect.title}", style="red", markup=False, highlight=False)
    if not matrix.unproven:
        for promise in matrix.idle:
            console.print(f"kills nothing: {promise.id} {promise.text}", style="red", markup=False, highlight=False)


def _style(proof: Proof) -> str:
    if proof.defect is None:
        return "bold red" if proof.failure or proof.red else "green"
    return _STYLES[proof.outcome]


def _few(scenarios: Sequence[str]) -> str:
    more = f" and {len(scenarios) - _MOST_NAMED} more" if len(scenarios) > _MOST_NAMED else ""
    return ", ".join(scenarios[:_MOST_NAMED]) + more
