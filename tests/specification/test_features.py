"""The features as a document: ids, tags, steps, and the page that lists them."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from support.specification import ID, PAGE, ROOT, SEVERITIES, TAGS, page, read_features

CHAPTERS = read_features()
PROMISES = [promise for chapter in CHAPTERS for promise in chapter.promises]
STEP_FILES = sorted((ROOT / "features" / "steps").glob("*.py"))


def test_the_page_that_lists_the_promises_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(CHAPTERS), "run `python -m support.specification`"


def test_every_scenario_has_an_id_of_its_own() -> None:
    counted = Counter(promise.id for promise in PROMISES)
    assert "" not in counted, [promise.text for promise in PROMISES if not promise.id]
    assert [identifier for identifier, count in counted.items() if count > 1] == []


def test_every_scenario_has_a_severity() -> None:
    assert [promise.id for promise in PROMISES if not promise.severity] == []


def test_every_promise_is_made_once() -> None:
    counted = Counter(promise.text for promise in PROMISES)
    assert [text for text, count in counted.items() if count > 1] == []


def test_every_feature_explains_itself() -> None:
    assert [chapter.file for chapter in CHAPTERS if len(chapter.explanation) < 60] == []


def test_every_tag_is_one_that_is_explained() -> None:
    unknown = {
        tag for promise in PROMISES for tag in promise.tags if not (ID.fullmatch(tag) or tag in {*SEVERITIES, *TAGS})
    }
    assert unknown == set()


def test_every_tag_that_is_explained_is_used() -> None:
    used = {tag for promise in PROMISES for tag in promise.tags}
    assert set(TAGS) - used - {"wip"} == set()


def test_steps_speak_of_tenants_and_not_of_transport() -> None:
    step = re.compile(r"\s*(?:Given|When|Then|And|But) ")
    transport = re.compile(r"https?://|wss?://|/api/|\b(?:GET|POST|PUT|DELETE|HTTP|JSON|401|403|404|409|422)\b")
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((ROOT / "features").glob("*.feature"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if step.match(line) and transport.search(line)
    ]
    assert found == []


@pytest.fixture(scope="module")
def usage() -> str:
    """What Behave says of the use of each step."""
    command = [sys.executable, "-m", "behave", "--dry-run", "--no-summary", "-f", "steps.usage", str(ROOT / "features")]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_every_step_of_a_feature_is_defined(usage: str) -> None:
    assert "UNDEFINED STEPS" not in usage, usage


def test_every_step_that_is_defined_is_used(usage: str) -> None:
    assert "UNUSED STEP DEFINITIONS" not in usage, usage[usage.find("UNUSED STEP DEFINITIONS") :]


@pytest.mark.parametrize("path", STEP_FILES, ids=lambda path: path.stem)
def test_a_step_is_one_to_five_typed_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        lines = {line for node in function.body for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
        assert len(lines) <= 5, f"{path.name}:{function.lineno} {function.name} has {len(lines)} lines"
        assert function.returns is not None, function.name
        called = {
            node.func.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert "execute_steps" not in called, f"{function.name} calls a step"


def test_the_hooks_are_a_table_of_contents() -> None:
    assert len((ROOT / "environment.py").read_text(encoding="utf-8").splitlines()) < 120


def test_nothing_sleeps_but_in_a_bounded_poll() -> None:
    sleeps = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("support", "features", "load")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(?:time|asyncio|gevent)\.sleep\(", line)
    ]
    assert {place.rsplit(":")[0] for place in sleeps} <= {
        "support/polling.py",
        "support/purge/database.py",
        "load/purging.py",
    }


def test_rooms_know_only_whom_they_may_know() -> None:
    def imports(folder: str) -> set[str]:
        names = set()
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.split(".")[0])
                elif isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
        return names

    assert not imports("support") & {"embedded", "features", "environment", "tests", "load"}
    assert not imports("embedded") & {"support", "features", "environment", "tests", "load"}
    assert not imports("features/steps") & {"embedded", "environment", "tests", "load"}
