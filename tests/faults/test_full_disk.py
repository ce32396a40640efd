"""A disk for reports that is full: the run says so, creates nothing that it could not note, and removes what it can."""

import contextlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from support.polling import wait_until
from tests.suite import PORTS, Suite, await_that, backends_of, database_of, is_talking, rows_of, unfinished

MEBIBYTE = 2**20


@pytest.fixture
def disk(suite: Suite, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of 1 MiB for the reports or, if the test asks for it, another folder of the run."""
    folder: Path = suite.folder / getattr(request, "param", "reports")
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not (mount and umount):
        pytest.skip("there is no mount command here, so no disk of its own")
    command = [mount, "-t", "tmpfs", "-o", f"size={MEBIBYTE}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a disk of its own cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run([umount, "--lazy", str(folder)], check=True)


@contextmanager
def filling(disk: Path) -> Iterator[None]:
    """Take every byte of the disk that is free or becomes free."""
    stopping = threading.Event()

    def fill() -> None:
        with (disk / "filler").open("wb", buffering=0) as filler:
            while not stopping.wait(0.01):
                with contextlib.suppress(OSError):
                    while filler.write(b"x" * 4096):
                        pass

    thread = threading.Thread(target=fill)
    thread.start()
    await_full(disk)
    yield
    stopping.set()
    thread.join()
    (disk / "filler").unlink()


def await_full(disk: Path) -> None:
    assert wait_until(lambda: not os.statvfs(disk).f_bavail, 10, pause=0.005)


def has_rows(database: Path, table: str) -> bool:
    try:
        return table in rows_of(database)
    except SQLAlchemyError:  # it is being made
        return False


@pytest.mark.parametrize(("moment", "table"), [("registering", "tenant_users"), ("talking", "messages")])
def test_a_disk_that_becomes_full_is_named_and_what_was_created_is_removed(
    suite: Suite, disk: Path, tmp_path: Path, moment: str, table: str
) -> None:
    database = tmp_path / "maimbot.db"
    url = f"sqlite:///{database}"
    process = suite.popen(*PORTS, "--tags=@FLOW-004", "-D", "users=10", "-D", "messages=100", MAIM_DATABASE_URL=url)
    await_that(lambda: has_rows(database, table), process)
    with filling(disk):
        outcome = suite.finish(process)
    assert outcome.exit_code == 1, outcome.output
    assert "No space left on device" in outcome.output
    assert "Traceback" not in outcome.output
    assert backends_of(suite.reports) == []
    assert rows_of(database) == {}

    outcome = suite(*PORTS, "--tags=@FLOW-001", MAIM_DATABASE_URL=url)
    assert outcome.exit_code == 0, outcome.output
    assert unfinished(suite.reports) == []


def test_a_disk_that_is_full_from_the_start_is_one_sentence(suite: Suite, disk: Path, tmp_path: Path) -> None:
    with filling(disk):
        outcome = suite(*PORTS, "--tags=@FLOW-004", MAIM_DATABASE_URL=f"sqlite:///{tmp_path}/maimbot.db")
    assert outcome.exit_code == 2, outcome.output
    assert "No space left on device" in outcome.output
    assert "Traceback" not in outcome.output
    assert backends_of(suite.reports) == []


@pytest.mark.parametrize("disk", ["allure-results"], indirect=True)
def test_a_full_disk_for_allure_results_keeps_no_run_from_its_purge(suite: Suite, disk: Path) -> None:
    process = suite.popen(*PORTS, "--tags=@FLOW-004", "-D", "messages=100")
    await_that(lambda: is_talking(suite.reports), process)
    with filling(disk):
        outcome = suite.finish(process)
    assert outcome.exit_code == 1, outcome.output
    assert "Traceback" not in outcome.output
    assert outcome.results["cleanup"]["users_cleaned"] == 3
    assert any(
        re.search(r"allure-results/.* cannot be written \(No space left", each) for each in outcome.results["errors"]
    )
    assert backends_of(suite.reports) == []
    assert rows_of(database_of(suite.reports)) == {}
