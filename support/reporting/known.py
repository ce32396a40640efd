"""Known failures: the reviewed list of what a deployment is known to break, by scenario id."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from support.errors import UsageError
from support.toml import read_toml

Text = Annotated[str, Field(min_length=1)]
ScenarioId = Annotated[str, Field(pattern=r"^[A-Z]+-\d+$")]


class KnownFailure(BaseModel):
    """Why a scenario fails, and where that is told in full."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Text
    link: Text
    rows: tuple[Text, ...] = Field(
        (), description="of an outline, the rows that fail, by their first cell; or else all"
    )

    def __str__(self) -> str:
        return f"{self.reason} ({self.link})"


KnownFailures = Mapping[str, KnownFailure]
_FILE = TypeAdapter(dict[ScenarioId, KnownFailure])


def read_known_failures(path: Path) -> KnownFailures:
    """Return the known failures by scenario id, none without the file. Raises UsageError for what is wrong in it."""
    if not path.exists():
        return {}
    try:
        return _FILE.validate_python(read_toml(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise UsageError(
            f"{path}: {where}: {first['msg']}; a table such as [REG-001] with reason, link and perhaps rows is allowed."
        ) from None


def find_known(known: KnownFailures, scenario_id: str | None, scenario: Any) -> KnownFailure | None:
    """Return the known failure of this scenario, or of this row of an outline, if there is one."""
    failure = known.get(scenario_id or "")
    row = getattr(scenario, "_row", None)
    if failure is None or (failure.rows and (row is None or row.cells[0] not in failure.rows)):
        return None
    return failure
