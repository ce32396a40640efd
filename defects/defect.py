"""Defects: exact patches of the embedded deployment and of the purge, in catalogue/, apart from their code."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from support.errors import UsageError
from support.toml import read_toml

CATALOGUE = Path(__file__).with_name("catalogue")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from error
    return text


class Edit(BaseModel):
    """A text that stands exactly once in a file, and what takes its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(pattern=r"^(embedded|support/purge)/", description="where the defect is, not in what judges it")
    find: str = Field(min_length=1)
    replace: str

    def apply(self, folder: Path) -> None:
        """Change the copy in the folder; raise UsageError when the text does not stand in the file exactly once."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if (count := text.count(self.find)) != 1:
            raise UsageError(
                f"{self.find!r} stands {count} times in {self.file}, expected once; "
                "adapt the defect to the deployment's code."
            )
        path.write_text(text.replace(self.find, self.replace), encoding="utf-8")


class Defect(BaseModel):
    """A bug that such a deployment may well have, and how it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="its class: the name of its file in the catalogue")
    id: str = Field(pattern=r"^[A-Z]+-\d\d$")
    title: str = Field(min_length=10, description="what is wrong")
    harm: str = Field(min_length=10, description="what a tenant suffers by it")
    signs: tuple[Annotated[str, Field(pattern=r"^[A-Z]+(-\d{3})?$")], ...] = Field(
        min_length=1, description="the scenarios that it explains when they are red: ids, or areas such as ADM"
    )
    reason: Annotated[str, AfterValidator(_pattern)] = Field(
        min_length=3, description="a regular expression; what such a scenario says when this is why it is red"
    )
    edits: tuple[Edit, ...] = Field(min_length=1)

    def plant(self, folder: Path) -> None:
        """Make the copy in the folder wrong; raise UsageError naming the defect when that is impossible."""
        try:
            for edit in self.edits:
                edit.apply(folder)
        except UsageError as error:
            raise UsageError(f"{self.id}: {error}") from error

    def concerns(self, scenario: str) -> bool:
        """Whether a scenario of this id is one that the defect explains."""
        return scenario in self.signs or scenario.rpartition("-")[0] in self.signs

    def explains(self, scenario: str, error: str) -> bool:
        """Whether this is why the scenario is red with this error."""
        return self.concerns(scenario) and re.search(self.reason, error, re.IGNORECASE) is not None


def read_catalogue(folder: Path = CATALOGUE) -> list[Defect]:
    """Return the defects of all files; raise UsageError for one that is not written as it should be."""
    return [defect for path in sorted(folder.glob("*.toml")) for defect in _read(path)]


def _read(path: Path) -> Iterable[Defect]:
    for entry in read_toml(path)["defect"]:
        try:
            yield Defect(kind=path.stem, **entry)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UsageError(
                f"{path.name}: {entry.get('id', 'a defect without id')}: {where}: {first['msg']}."
            ) from error
