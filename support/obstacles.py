"""What may hinder the start of a deployment, by the words that features call it."""

import socket
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from support.database_urls import spelt


@dataclass(frozen=True)
class Attempt:
    """Where a start is tried, and with which settings."""

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)


# Lays the obstacle into an empty folder; it lasts as long as the stack.
Obstacle = Callable[[Path, ExitStack], Attempt]


def _taken_port(folder: Path, stack: ExitStack) -> Attempt:
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return Attempt(folder, {"replier_port": listener.getsockname()[1]})


def _read_only_database(folder: Path, _stack: ExitStack) -> Attempt:
    # Not by the file's mode, which does not bind root.
    file = folder / "read-only.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE anything (id INTEGER)")
    return Attempt(folder, {"database_url": f"sqlite:///file:{spelt(quote(str(file)))}?mode=ro&uri=true"})


def _no_database(folder: Path, _stack: ExitStack) -> Attempt:
    directory = folder / "a folder in its place"
    directory.mkdir()
    return Attempt(folder, {"database_url": f"sqlite:///{spelt(directory)}"})


def _no_folder(folder: Path, _stack: ExitStack) -> Attempt:
    file = folder / "a file"
    file.touch()
    return Attempt(file)


OBSTACLES: Mapping[str, Obstacle] = {
    "on a port that is taken": _taken_port,
    "on a database that is read-only": _read_only_database,
    "on a database that cannot be opened": _no_database,
    "in a folder that cannot be made": _no_folder,
}
