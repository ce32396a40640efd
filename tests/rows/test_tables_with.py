"""What stands in the tables is counted, and what only looks like it is not."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from support.rows import tables_naming, tables_with


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'some.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body JSON)")
        for title, body in [
            ("by ann_1", None),
            ("annx1", '{"said": "100%"}'),
            (None, '["ann_1"]'),
            ("ann_12", '{"said": "100 marks"}'),
        ]:
            connection.exec_driver_sql("INSERT INTO notes (title, body) VALUES (?, ?)", (title, body))
    engine.dispose()
    return url


def test_a_text_is_found_in_every_column_and_means_itself_alone(database: str) -> None:
    assert tables_with([database], "ann_1") == Counter(notes=3)
    assert tables_with([database], "100%") == Counter(notes=1)
    assert tables_with([database], "nobody") == Counter()


def test_each_text_counts_for_itself(database: str) -> None:
    assert tables_with([database], "ann_1", "annx1") == Counter(notes=4)


def test_a_name_is_a_whole_word(database: str) -> None:
    assert tables_naming([database], "ann_1") == Counter(notes=2)
