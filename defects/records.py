"""What was observed, kept on disk, so that a proof that was broken off goes on where it was."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from defects.defect import Defect
from defects.trial import COPIED, ROOT, Observation


class _Record(BaseModel):
    fingerprint: str
    observation: Observation


class Records:
    """A file with a line for each observation; the newest of a fingerprint counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._observations: dict[str, Observation] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            # A line that was cut off by a kill is as good as none.
            with suppress(ValidationError):
                record = _Record.model_validate_json(line)
                self._observations[record.fingerprint] = record.observation

    def find(self, fingerprint: str) -> Observation | None:
        """Return what was observed; None when nothing was, or the trial came to no verdict."""
        found = self._observations.get(fingerprint)
        return found if found and not found.failure else None

    def add(self, fingerprint: str, observation: Observation) -> None:
        """Keep an observation."""
        self._observations[fingerprint] = observation
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_Record(fingerprint=fingerprint, observation=observation).model_dump_json() + "\n")


def fingerprint_of(defect: Defect | None, scenarios: Sequence[str]) -> str:
    """Return what changes when a trial of these scenarios may end otherwise than before."""
    edits = defect.edits if defect else ()
    return hashlib.sha256(f"{_decisive_content()} {edits!r} {list(scenarios)}".encode()).hexdigest()


@cache
def _decisive_content() -> str:
    digest = hashlib.sha256()
    for name in COPIED:
        for path in sorted((ROOT / name).rglob("*")) or [ROOT / name]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
