"""The catalogue against the deployment and the features as they are now."""

import py_compile
import shutil
from collections import Counter
from pathlib import Path

import pytest

from defects.defect import Defect, Edit, read_catalogue
from defects.trial import ROOT
from support.errors import UsageError
from support.specification import read_features

CATALOGUE = read_catalogue()
SCENARIOS = [promise.id for chapter in read_features() for promise in chapter.promises]
CLASSES = {
    "authentication",
    "authorization",
    "concurrency",
    "deletion",
    "duplication",
    "isolation",
    "leaks",
    "lifecycle",
    "loss",
    "ordering",
    "performance",
    "persistence",
    "persona",
    "protocol",
    "routing",
    "statistics",
    "tokens",
    "validation",
}


def defect(*edits: Edit, **fields: object) -> Defect:
    given = {
        "kind": "isolation",
        "id": "ISO-99",
        "title": "Something is wrong",
        "harm": "Somebody suffers.",
        "signs": ("ADM", "MEM-005"),
        "reason": "must not learn",
        "edits": edits or (Edit(file="embedded/a.py", find="x", replace="y"),),
    }
    return Defect.model_validate(given | fields)


@pytest.mark.parametrize("planted", CATALOGUE, ids=lambda planted: planted.id)
def test_a_defect_can_be_planted_and_is_python(planted: Defect, tmp_path: Path) -> None:
    for file in {edit.file for edit in planted.edits}:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    planted.plant(tmp_path)
    for file in {edit.file for edit in planted.edits if edit.file.endswith(".py")}:
        py_compile.compile(str(tmp_path / file), cfile=str(tmp_path / "compiled"), doraise=True)


def test_every_defect_has_an_id_of_its_own_and_does_something_of_its_own() -> None:
    assert [name for name, count in Counter(each.id for each in CATALOGUE).items() if count > 1] == []
    assert [edits for edits, count in Counter(each.edits for each in CATALOGUE).items() if count > 1] == []


def test_the_catalogue_holds_sixty_defects_of_all_classes() -> None:
    assert {each.kind for each in CATALOGUE} == CLASSES | {"control"}
    assert len(CATALOGUE) > 60


def test_there_is_one_control() -> None:
    assert len([each for each in CATALOGUE if each.kind == "control"]) == 1


def test_every_defect_says_what_is_wrong_and_what_a_tenant_suffers() -> None:
    assert [each.id for each in CATALOGUE if each.title.endswith(".") or not each.harm.endswith(".")] == []


def test_every_sign_names_a_scenario() -> None:
    names = {*SCENARIOS, *(scenario.rpartition("-")[0] for scenario in SCENARIOS)}
    assert {sign: each.id for each in CATALOGUE for sign in each.signs if sign not in names} == {}


@pytest.mark.parametrize("text", ["nothing of it", "x and x"])
def test_a_text_that_does_not_stand_exactly_once_is_an_error_that_names_the_defect(text: str, tmp_path: Path) -> None:
    file = tmp_path / "embedded" / "a.py"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"ISO-99: 'x' stands \d times in embedded/a\.py, expected once"):
        defect().plant(tmp_path)
    assert file.read_text(encoding="utf-8") == text


def test_a_defect_explains_the_scenarios_that_it_names_and_only_for_its_reason() -> None:
    assert defect().explains("MEM-005", "Mallory MUST NOT LEARN the secret")
    assert defect().explains("ADM-001", "who must not learn it")
    assert not defect().explains("MEM-006", "who must not learn it")
    assert not defect().explains("MEM-005", "No reply came within 5 s.")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('id = "iso-1"', r"bad\.toml: iso-1: id"),
        ('reason = "(seen"', r"bad\.toml: ISO-01: reason: .*no regular expression"),
        ('colour = "red"', r"bad\.toml: ISO-01: colour"),
    ],
)
def test_a_defect_that_is_written_wrongly_is_named(line: str, complaint: str, tmp_path: Path) -> None:
    fields = {"id": "ISO-01", "title": "Something is wrong", "harm": "Somebody suffers.", "reason": "seen"}
    lines = [f'{name} = "{value}"' for name, value in fields.items() if not line.startswith(name)]
    edits = '[[defect.edits]]\nfile = "embedded/a.py"\nfind = "x"\nreplace = "y"'
    content = "\n".join(["[[defect]]", *lines, line, 'signs = ["ADM"]', edits])
    (tmp_path / "bad.toml").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        read_catalogue(tmp_path)
