"""Measures a purge on SQLite: its time beside that of bare DELETE statements, its memory, and how long others wait.

Every eleventh row is of a tenant that is purged, so that hardly two of a tenant's rows stand side by side.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from embedded.database import open_database

_LONGEST_SECONDS = 3600
TENANTS, OTHERS = 500, 5000
# What stands in the columns that matter; `n` counts the rows of a table, `t` is the number of the row's tenant.
_IDS = {
    "tenant_id": "printf('tenant_%016x', t)",
    "agent_id": "printf('agent_%016x', t)",
    "user_id": "printf('user_%016x', t)",
    "username": f"iif(t < {TENANTS}, 'testuser_', 'other_') || t",
    "chat_stream_id": "printf('%032x', n % 50000)",
    "processed_plain_text": "'what somebody has said, about as long as a sentence is: ' || n",
}
_FILLERS = {"TEXT": "'value ' || n", "DATETIME": "'2026-01-01 00:00:00'", "JSON": "'{}'"}
# Of ten rows of a tenant so many are in these tables.
_SHARES = {"messages": 5, "llm_usage": 3, "action_records": 2}


@dataclass(frozen=True)
class Measured:
    """A purge beside the bare statements that remove the same rows."""

    rows: int
    seconds: float
    bare_seconds: float
    megabytes: float  # the most memory that the purge had


def measure(rows: int) -> Measured:
    """Purge so many rows of 500 tenants among ten times as many of others; needs 9 GB on the disk for a million."""
    with tempfile.TemporaryDirectory(prefix="purging-") as folder:
        file, copy = Path(folder, "generated.db"), Path(folder, "copy.db")
        generate(file, rows)
        shutil.copyfile(file, copy)
        seconds, megabytes = _purge(copy, lambda: None)
        return Measured(rows, seconds, _bare_seconds(file), megabytes)


def longest_wait(rows: int = 20_000) -> float:
    """Return for how many seconds, at most, a backend waits until it has written while such a purge is going on."""
    with tempfile.TemporaryDirectory(prefix="purging-") as folder:
        file, waits = Path(folder, "generated.db"), [0.0]
        generate(file, rows)
        with open_database(f"sqlite:///{file}").connect() as connection:
            _purge(file, lambda: waits.append(_write(connection)))
        return max(waits)


def generate(file: Path, rows: int) -> None:
    """Make a database with so many rows of 500 tenants among ten times as many of 5000 others."""
    open_database(f"sqlite:///{file}").dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # No log of what is written only once.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA journal_mode=OFF")
        indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''").fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        everybody = TENANTS + OTHERS
        _fill(connection, "tenant_users", everybody, "n - 1")
        _fill(connection, "agents", everybody, "n - 1")
        for table, share in _SHARES.items():
            others = f"{TENANTS} + n % {OTHERS}"
            _fill(connection, table, 11 * rows * share // 10, f"iif(n % 11 = 0, n / 11 % {TENANTS}, {others})")
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode=WAL")


def _fill(connection: sqlite3.Connection, table: str, rows: int, tenant: str) -> None:
    columns = connection.execute("SELECT name, type FROM pragma_table_info(?) WHERE pk = 0", [table])
    values = {name: _IDS.get(name, _FILLERS.get(kind, "0")) for name, kind in columns.fetchall()}
    connection.execute(
        f"""WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
            INSERT INTO {table} ({", ".join(values)}) SELECT {", ".join(values.values())}
            FROM (SELECT n, {tenant} AS t FROM numbers)""",  # noqa: S608
        [rows],
    )


def _write(connection: Connection) -> float:
    """Write a row of another tenant; return the seconds that it took."""
    begun = time.perf_counter()
    connection.exec_driver_sql("UPDATE tenant_users SET login_count = login_count + 1 WHERE id = 1000")
    connection.commit()
    return time.perf_counter() - begun


def _purge(file: Path, meanwhile: Callable[[], object]) -> tuple[float, float]:
    """Purge by the command line; return its seconds and megabytes. Raises RuntimeError when something is left."""
    report = file.with_suffix(".json")
    command = [sys.executable, "-m", "support.purge", "--prefix", "testuser_", "--database", f"sqlite:///{file}"]
    process = subprocess.Popen([*command, "--report", str(report)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + _LONGEST_SECONDS
    pid = status = 0
    while pid == 0:
        if time.monotonic() > deadline:
            process.kill()
        meanwhile()
        time.sleep(0.003)
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
    if status != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {status}.")
    (purged,) = json.loads(report.read_text(encoding="utf-8"))["purges"]
    return purged["seconds"], used.ru_maxrss / 1024


def _bare_seconds(file: Path) -> float:
    """Return how long the DELETE statements alone take, in one transaction for each tenant."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # As the purge has them.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=FAST")
        columns = "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
        owned = [table for table, column in connection.execute(columns) if column == "tenant_id"]
        begun = time.perf_counter()
        for number in range(TENANTS):
            connection.execute("BEGIN IMMEDIATE")
            for table in owned:
                connection.execute(f"DELETE FROM {table} WHERE tenant_id = ?", [f"tenant_{number:016x}"])  # noqa: S608
            connection.execute("COMMIT")
        return time.perf_counter() - begun
