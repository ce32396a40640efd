"""A URL of a file means the same wherever it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from support.database_urls import absolute, file_of, spelt
from support.deployments.databases import parse_url as parse_of_deployment
from support.errors import UsageError
from support.purge.database import parse_url as parse_of_purge

KNOWS_ESCAPES = make_url("sqlite:///a%20b").database == "a b"


def test_a_relative_file_is_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute(make_url("sqlite:///a.db")) == make_url(f"sqlite:///{tmp_path}/a.db")


@pytest.mark.parametrize(
    "url", ["sqlite:////a.db", "sqlite:///file:/a.db?mode=ro&uri=true", "sqlite://", "postgresql+psycopg://127.0.0.1/a"]
)
def test_what_is_no_relative_file_stays(url: str) -> None:
    assert absolute(make_url(url)) == make_url(url)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////data/a.db", "/data/a.db"),
        ("sqlite:///file:/data/a.db?uri=true", "/data/a.db"),
        ("sqlite:///file:///data/a%62.db?mode=ro&uri=true", "/data/ab.db"),
        ("sqlite:///file:a.db", "file:a.db"),
    ],
)
def test_a_file_may_be_named_by_a_uri(url: str, file: str) -> None:
    assert file_of(make_url(url)) == Path(file)


@pytest.mark.parametrize("folder", ["/data/a b", "/data/a%20b", "/data/100 %", "/data/你", "/data/a#b@c:d"])
def test_a_path_means_itself_in_a_url(folder: str) -> None:
    assert make_url(f"sqlite:///{spelt(folder)}/a.db").database == f"{folder}/a.db"


@pytest.mark.skipif(KNOWS_ESCAPES, reason="this SQLAlchemy can be told of a question mark")
def test_a_question_mark_that_would_end_the_path_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^/data/why\? cannot stand in the URL of a database; give a folder without"):
        spelt("/data/why?")


@pytest.mark.skipif(not KNOWS_ESCAPES, reason="SQLAlchemy 2.0 cannot be told of a question mark")
def test_a_question_mark_ends_no_path() -> None:
    assert make_url(f"sqlite:///{spelt('/data/why?')}/a.db").database == "/data/why?/a.db"


@pytest.mark.parametrize("parse", [parse_of_deployment, parse_of_purge])
def test_a_password_that_its_own_sign_would_cut_is_refused_and_not_shown(parse: Callable[[str], URL]) -> None:
    with pytest.raises(UsageError, match="write %40 for it") as refused:
        parse("postgresql+psycopg://u:se@cretpw@127.0.0.1:1/db")
    assert "cretpw" not in str(refused.value)
    assert parse("postgresql+psycopg://u:se%40cretpw@127.0.0.1:1/db").host == "127.0.0.1"
