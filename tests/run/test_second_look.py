"""What a replier that runs on writes behind the purge of a run is found and purged, too."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.deployments import Deployment, start
from support.polling import wait_until
from support.settings import load_settings
from tests.suite import Suite

PROFILE = """
name = "attached"
dialect = "v1"
credential = "{{api_key}}:{{agent_id}}"
configurator_url = "{configurator}"
replier_url = "{replier}"
databases = ["{database}"]
autosave_seconds = 30
# Of no effect: nobody restarts here what was launched elsewhere.
restart_after_conversations = 1
"""


class LateWriter(threading.Thread):
    """Writes the first chat stream of the table again, once, after it has gone."""

    def __init__(self, database: str) -> None:
        super().__init__()
        self._file = database.removeprefix("sqlite:///")
        self._row: tuple[object, ...] | None = None
        self.has_written = False

    def run(self) -> None:
        if wait_until(self._has_seen, 60):
            self.has_written = wait_until(self._write_again, 60)

    def rows(self) -> int:
        with sqlite3.connect(self._file, timeout=30) as connection:
            return len(connection.execute("SELECT * FROM chat_streams").fetchall())

    def _has_seen(self) -> bool:
        with sqlite3.connect(self._file, timeout=30) as connection:
            self._row = connection.execute("SELECT * FROM chat_streams").fetchone()
        return self._row is not None

    def _write_again(self) -> bool:
        if self.rows() or self._row is None:
            return False
        with sqlite3.connect(self._file, timeout=30) as connection:
            places = ", ".join("?" * len(self._row))
            connection.execute(f"INSERT INTO chat_streams VALUES ({places})", self._row)  # noqa: S608
        return True


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment in whose tables nobody else writes."""
    deployment = start(load_settings({"configurator_port": "auto", "replier_port": "auto"}, {}), tmp_path / "own")
    yield deployment
    deployment.stop()


def test_what_is_written_again_after_the_purge_is_purged_again(suite: Suite, own: Deployment, tmp_path: Path) -> None:
    database = own.database_urls[0]
    profile = tmp_path / "attached.toml"
    urls = {"configurator": own.configurator_url, "replier": own.replier_url, "database": database}
    profile.write_text(PROFILE.format(**urls), encoding="utf-8")
    writer = LateWriter(database)
    assert writer.rows() == 0
    writer.start()
    outcome = suite("--tags=@FLOW-004", "-D", f"deployment={profile}", "-D", "messages=1")
    writer.join()
    assert outcome.exit_code == 0, outcome.output
    assert (writer.has_written, writer.rows()) == (True, 0)
