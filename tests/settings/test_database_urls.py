"""A URL of a file means the same wherever it is read."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from support.database_urls import absolute


def test_a_relative_file_is_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute(make_url("sqlite:///a.db")) == make_url(f"sqlite:///{tmp_path}/a.db")


@pytest.mark.parametrize(
    "url", ["sqlite:////a.db", "sqlite:///file:/a.db?mode=ro&uri=true", "sqlite://", "postgresql+psycopg://127.0.0.1/a"]
)
def test_what_is_no_relative_file_stays(url: str) -> None:
    assert absolute(make_url(url)) == make_url(url)
