"""Known failures: the reviewed list of what a deployment is known to break, by scenario id."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from support.errors import UsageError
from support.toml import read_toml

Text = Annotated[str, Field(min_length=1)]
ScenarioId = Annotated[str, Field(pattern=r"^[A-Z]+-\d+$")]


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Text
    link: Text

    def __str__(self) -> str:
        return f"{self.reason} ({self.link})"


class KnownFailure(_Known):
    """Why a scenario fails, and where that is told in full."""

    # Of an outline, the rows that fail, by their first cells, such as "tenant name | 3 spaces"; without it, all.
    rows: tuple[Text, ...] = ()
    # Whether it passes now and then, because the deployment itself throws dice: then that is no news, and no pass.
    sometimes: bool = False


class KnownResidue(_Known):
    """Why rows that nobody can be told to own are left in these tables."""

    tables: tuple[Text, ...]


class KnownFailures(BaseModel):
    """What a deployment is known to break."""

    model_config = ConfigDict(frozen=True)

    scenarios: Mapping[ScenarioId, KnownFailure] = Field(default_factory=dict)
    residue: KnownResidue | None = None

    def of(self, scenario_id: str | None, scenario: Any) -> KnownFailure | None:
        """Return the known failure of this scenario, or of this row of an outline, if there is one."""
        failure = self.scenarios.get(scenario_id or "")
        if failure is None or not failure.rows:
            return failure
        row = getattr(scenario, "_row", None)
        cells = f"{' | '.join(row.cells)} | " if row else ""
        return failure if any(cells.startswith(f"{each} | ") for each in failure.rows) else None

    def leaves_in(self, table: str) -> bool:
        """Whether rows that nobody owns are known to be left in this table."""
        return self.residue is not None and table in self.residue.tables


def read_known_failures(path: Path) -> KnownFailures:
    """Return what the file lists, nothing without the file. Raises UsageError for what is wrong in it."""
    if not path.exists():
        return KnownFailures()
    content = read_toml(path)
    residue = content.pop("residue", None)
    try:
        return KnownFailures.model_validate({"scenarios": content, "residue": residue})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in ("scenarios", "[key]"))
        raise UsageError(
            f"{path}: {where}: {first['msg']}; allowed are tables such as [REG-001] with reason, link, "
            "perhaps rows or sometimes, and [residue] with reason, link and tables."
        ) from None
