"""A PostgreSQL server of the tests' own: on a free port, in a folder of its own, stopped at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.deployments.ports import free_ports


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs; Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a server; return the SQLAlchemy URL of an empty database."""
    programs = _programs()
    if programs is None:
        reason = "PostgreSQL's server programs are not installed; apt-get install postgresql."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not in pytest's folder: that is closed to the user whom PostgreSQL demands in place of root.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        yield from _serve(_become_owner(folder), programs, Path(folder))


def _serve(prefix: list[str], programs: Path, folder: Path) -> Iterator[str]:
    def run(name: str, *arguments: object) -> None:
        command = [*prefix, str(programs / name), *map(str, arguments)]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=120)

    (port,) = free_ports(1)
    # Nothing must outlive the server, and no statement is worth being compiled.
    haste = "-c fsync=off -c full_page_writes=off -c autovacuum=off -c jit=off"
    data, options = folder / "data", f"-p {port} -c listen_addresses=127.0.0.1 {haste} -k {folder}"
    run("initdb", "-D", data, "-A", "trust", "-U", "maim")
    run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", port, "-U", "maim", "maim")
        yield f"postgresql+psycopg://maim@127.0.0.1:{port}/maim"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _become_owner(folder: str) -> list[str]:
    """PostgreSQL refuses to be root: then the folder and the programs are of the user that Debian's package made."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]
