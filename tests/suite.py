"""Runs the suite itself, as a user does, in a process of its own."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from support.deployments import stop_recorded
from support.polling import wait_until
from support.purge import Ledger, read_ledgers

ROOT = Path(__file__).parents[1]
PORTS = ("-D", "configurator_port=auto", "-D", "replier_port=auto")


@dataclass
class Outcome:
    """What a run left behind: exit code, output, folder of reports."""

    exit_code: int
    output: str
    reports: Path

    @property
    def results(self) -> dict[str, Any]:
        """The content of the newest results.json."""
        return dict(json.loads((self.reports / "latest" / "results.json").read_text(encoding="utf-8")))

    @property
    def leaves_nothing_running(self) -> bool:
        """Whether no deployment is recorded as launched."""
        return not list(self.reports.glob("**/servers.json"))


class Suite:
    """Starts behave in a folder of the test's own, where reports and Allure results go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "reports"

    def popen(self, *arguments: str, features: Path = ROOT / "features", **variables: str) -> "subprocess.Popen[str]":
        """Start it and return at once."""
        allure = ("-f", "allure_behave.formatter:AllureFormatter", "-o", "allure-results")
        return self.start("behave", *allure, *arguments, str(features), **variables)

    def start(self, module: str, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """Start a module in the folder, with no settings of the environment but these."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAIM_")}
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env={**inherited, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def resume(self) -> Outcome:
        """Undo by the command what killed runs have left."""
        return self.purge("--resume")

    def purge(self, *arguments: str) -> Outcome:
        """Remove by the command what runs have left."""
        return self.finish(self.start("support.purge", *arguments, PYTHONPATH=str(ROOT)))

    def finish(self, process: "subprocess.Popen[str]") -> Outcome:
        """Wait for its end."""
        output, _ = process.communicate(timeout=120)
        return Outcome(process.returncode, output, self.reports)

    def __call__(self, *arguments: str, **options: Any) -> Outcome:
        """Run it to its end."""
        return self.finish(self.popen(*arguments, **options))


def stop_all(suite: Suite) -> None:
    """Stop what a run has launched and not stopped itself."""
    for record in suite.reports.glob("**/servers.json"):
        stop_recorded(record.parent)


def await_that(condition: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait for something that the run does on its way."""

    def is_reached() -> bool:
        if condition():
            return True
        assert process.poll() is None, f"the run ended before the test could reach it: {process.communicate()[0]}"
        return False

    assert wait_until(is_reached, 60)


def backends_of(reports: Path) -> list[psutil.Process]:
    """Return the processes that log into this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(re.match(f"{reports}.*log$", file.path) for file in process.open_files()):
                found.append(process)
    return found


def unfinished(reports: Path) -> list[Ledger]:
    """Return the ledgers of runs that have left something, as far as their ledgers name it."""
    return [each for each in read_ledgers(reports, complain=print) if not each.finished]


def database_of(reports: Path) -> Path:
    """Return the database of the one run that has launched its deployment here."""
    (database,) = (path for path in reports.glob("*/maimbot.db") if not path.parent.is_symlink())
    return database


def rows_of(database: Path) -> dict[str, int]:
    """Return how many rows of tenants there are, by table."""
    engine = create_engine(f"sqlite:///{database}")
    tables = ("tenant_users", "user_sessions", "agents", "messages", "chat_streams", "llm_usage", "person_info")
    try:
        with engine.connect() as connection:
            counts = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}  # noqa: S608
    finally:
        engine.dispose()
    return {table: count for table, count in counts.items() if count}


def is_talking(reports: Path) -> bool:
    """Whether the run that has launched its deployment here has messages stored by now."""
    try:
        return "messages" in rows_of(database_of(reports))
    except (SQLAlchemyError, ValueError):  # the database is being made
        return False


def tenants_of(outcome: Outcome, database_url: str) -> int:
    """Return how many tenants of the run there are in a database that it was attached to."""
    engine = create_engine(database_url)
    query = text("SELECT count(*) FROM tenant_users WHERE username LIKE :pattern")
    with engine.connect() as connection:
        count = connection.scalar(query, {"pattern": f"testuser_{outcome.results['test_id']}%"})
    engine.dispose()
    return int(count or 0)


def environment_with(addition: str) -> str:
    """Return an environment.py like ours that does something besides."""
    shim = ROOT / "features" / "environment.py"
    return f"__file__ = {str(shim)!r}\n{shim.read_text(encoding='utf-8')}\n{addition}"
