"""What mutmut's runs of pytest lack: what child processes and fixtures run, time-outs, and an end without traces.

Each package of support/ is tried with the tests in the folder of its name, which are the quickest to notice.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest
from mutmut.state import state

# Beyond three times what a test took without a mutant. A mutant that lets a test hang is killed by it.
SECONDS_OF_GRACE = 20

_functions_of_fixture: dict[Any, set[str]] = {}
_functions_of_imports: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a folder of its own: mutmut's children end without pytest's cleaning up."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    config.option.basetemp = str(folder / "tests")
    os.environ["MUTANTS_HITS"] = str(folder / "hits")
    signal.signal(signal.SIGXCPU, lambda number, frame: _die(folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no process and no file."""
    _end_children()
    shutil.rmtree(Path(config.option.basetemp).parent, ignore_errors=True)


def _end_children() -> None:
    for child in psutil.Process().children(recursive=True):
        child.kill()


def _die(folder: Path) -> None:
    _end_children()
    shutil.rmtree(folder, ignore_errors=True)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.raise_signal(signal.SIGXCPU)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End a test that takes far longer than without a mutant."""

    def fail(number: int, frame: FrameType | None) -> None:
        pytest.fail("the mutant lets this test hang")

    usual = state().duration_by_test.get(item.nodeid, 0)
    is_mutant = "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", "")
    previous = signal.signal(signal.SIGALRM, fail)
    # Again and again, lest an `except` or a `finally` swallows it.
    signal.setitimer(signal.ITIMER_REAL, 3 * usual + SECONDS_OF_GRACE if is_mutant else 0, 5)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _take_functions() -> set[str]:
    """Return what ran since the last call, here and in child processes."""
    functions, path = set(state()._stats), Path(os.environ["MUTANTS_HITS"])
    if path.exists():
        functions.update(path.read_text(encoding="utf-8").splitlines())
        path.write_text("", encoding="utf-8")
    state()._stats.clear()
    return functions


def pytest_collection_finish(session: pytest.Session) -> None:
    """Remember what modules run when they are imported."""
    _functions_of_imports.update(_take_functions())


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[None]:
    """Remember what a fixture runs, for all tests that use it."""
    before = _take_functions()
    try:
        return (yield)
    finally:
        _functions_of_fixture[fixturedef] = _take_functions()
        state()._stats.update(before | _functions_of_fixture[fixturedef])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: Any) -> None:
    """Credit the test with what it, its children and its fixtures run of the package of its name, also at import."""
    functions = _take_functions() | _functions_of_imports
    for definitions in item._fixtureinfo.name2fixturedefs.values():
        for definition in definitions:
            functions |= _functions_of_fixture.get(definition, set())
    package = f"support.{Path(item.nodeid).parts[1]}."
    state()._stats.update(name for name in functions if name.startswith(package))
