"""What mutmut's runs of pytest lack: what child processes and fixtures run, order, time-outs, an end without traces.

Each package of support/ is tried with the tests in the folder of its name, the quickest first.
"""

import os
import shutil
import signal
import tempfile
import time
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
_seconds_of_fixture: dict[Any, float] = {}
_functions_of_imports: set[str] = set()


def _is_mutant() -> bool:
    return "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", "")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Let a mutant be killed that no conftest.py can import; pytest would take it for a wrong command."""
    try:
        return (yield)
    except Exception:
        if _is_mutant():
            os._exit(pytest.ExitCode.TESTS_FAILED)
        raise


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


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Let a mutant be killed that no test can import; pytest would not find the tests and blame the command."""
    if report.failed and _is_mutant():
        os._exit(pytest.ExitCode.TESTS_FAILED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quickest tests first: mutmut gives them in any order."""
    if _is_mutant():
        items.sort(key=lambda item: state().duration_by_test.get(item.nodeid, 0))


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
    previous = signal.signal(signal.SIGALRM, fail)
    # Again and again, lest an `except` or a `finally` swallows it.
    signal.setitimer(signal.ITIMER_REAL, 3 * usual + SECONDS_OF_GRACE if _is_mutant() else 0, 5)
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
    """Remember what a fixture runs and how long it takes, for all tests that use it."""
    before, started = _take_functions(), time.monotonic()
    try:
        return (yield)
    finally:
        _seconds_of_fixture[fixturedef] = time.monotonic() - started
        _functions_of_fixture[fixturedef] = _take_functions()
        state()._stats.update(before | _functions_of_fixture[fixturedef])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: Any) -> None:
    """Credit the test with what it, its children and its fixtures run of the package of its name, also at import.

    And with the time that its fixtures take: mutmut knows only its own.
    """
    functions = _take_functions() | _functions_of_imports
    for definitions in item._fixtureinfo.name2fixturedefs.values():
        for definition in definitions:
            functions |= _functions_of_fixture.get(definition, set())
            state().duration_by_test[item.nodeid] += _seconds_of_fixture.get(definition, 0)
    package = f"support.{Path(item.nodeid).parts[1]}."
    state()._stats.update(name for name in functions if name.startswith(package))
