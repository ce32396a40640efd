"""Tables are looked at once while they are the same, and what one overlooks another sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, create_engine

from support.reflection import once_for_equal_tables


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'deployment.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE messages (id INTEGER)")
        yield connection
    engine.dispose()


def names(connection: Connection) -> list[str]:
    metadata = MetaData()
    metadata.reflect(connection)
    return sorted(metadata.tables)


def test_what_did_not_change_is_looked_at_once(connection: Connection) -> None:
    looks: list[list[str]] = []

    @once_for_equal_tables
    def look(connection: Connection) -> list[str]:
        looks.append(names(connection))
        return looks[-1]

    assert look(connection) == look(connection) == ["messages"]
    assert len(looks) == 1

    connection.exec_driver_sql("CREATE TABLE notes (id INTEGER)")
    assert look(connection) == ["messages", "notes"]


def test_what_one_overlooks_another_sees(connection: Connection) -> None:
    @once_for_equal_tables
    def blind(_: Connection) -> list[str]:
        return []

    seeing = once_for_equal_tables(names)

    assert blind(connection) == []
    assert seeing(connection) == ["messages"]
