import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.purge.site import Site


class Files:
    """Databases in files of SQLite."""

    def create(self, folder: Path, pattern: Site | None = None) -> str:
        """Return the URL of a new database, which is empty or a copy."""
        file = folder / "deployment.db"
        if pattern:
            shutil.copy(make_url(pattern.url).database or "", file)
        return f"sqlite:///{file}"

    def close(self) -> None:
        """Leave the folders to pytest."""


class Server:
    """Databases of a PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._names: list[str] = []

    def create(self, folder: Path, pattern: Site | None = None) -> str:
        """Return the URL of a new database, which is empty or a copy; drop the last copy.

        The last test does not drop its own: the server waits for 0.1 s where connections have just been closed.
        """
        self._drop(self._names[1:])
        name = f"purge_{secrets.token_hex(6)}"
        self._names.append(name)
        template = make_url(pattern.url).database if pattern else "template1"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop what is left."""
        self._drop(self._names[::-1])
        self._admin.dispose()

    def _drop(self, names: list[str]) -> None:
        for name in names:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")
            self._names.remove(name)

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def databases() -> Iterator[Files | Server]:
    """Files of SQLite; with MAIM_DATABASE_URL=postgresql+psycopg://... databases of that server."""
    url = os.environ.get("MAIM_DATABASE_URL", "")
    databases = Server(url) if url.startswith("postgresql") else Files()
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def pattern(databases: Files | Server, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site that those of the tests are copies of: to make all tables takes as long as a test."""
    pattern = Site(databases.create(tmp_path_factory.mktemp("pattern")))
    pattern.engine.dispose()
    return pattern


@pytest.fixture
def site(databases: Files | Server, pattern: Site, tmp_path: Path) -> Iterator[Site]:
    site = Site(databases.create(tmp_path, pattern), pattern)
    yield site
    site.engine.dispose()
