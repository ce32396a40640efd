"""Which databases a purge opens."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from support.errors import UsageError
from support.purge import Selection, purge
from support.purge.database import open_engine, refuse_remote, writing

ONE = Selection.of(["testuser_1"])


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.org/maimbot",
        "postgresql+psycopg://me:hush@192.168.1.5:5432/maimbot",
        "postgresql:///maimbot?host=db.example.org",
        "postgresql:///maimbot?host=localhost,db.example.org",
        "postgresql://localhost/maimbot?hostaddr=10.0.0.1",
        "postgresql:///maimbot?service=production",
        "postgresql://localhost.example.org/maimbot",
        "postgresql://[2001:db8::1]/maimbot",
    ],
)
def test_a_database_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="allow-remote") as refusal:
        purge([url], ONE)

    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/maimbot.db",
        "postgresql://localhost/maimbot",
        "postgresql://127.0.0.1:5432/maimbot",
        "postgresql://[::1]:5432/maimbot",
        "postgresql:///maimbot?host=/run/postgresql",
        "postgresql:///maimbot?host=localhost:5433",
        "postgresql:///maimbot",
    ],
)
def test_a_database_on_this_machine_is_not_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(variable, raising=False)

    refuse_remote(url)


@pytest.mark.parametrize(
    ("variable", "value", "url"),
    [
        ("PGHOST", "db.example.org", "postgresql:///maimbot"),
        ("PGHOSTADDR", "10.0.0.1", "postgresql:///maimbot"),
        ("PGHOSTADDR", "10.0.0.1", "postgresql://localhost/maimbot"),
        ("PGHOSTADDR", "127.0.0.1,10.0.0.1", "postgresql:///maimbot?host=localhost,127.0.0.1"),
    ],
)
def test_the_environment_of_postgresql_names_the_host_too(
    variable: str, value: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(UsageError, match=f"The database is on {value.rpartition(',')[2]}, not"):
        refuse_remote(url)


def test_the_environment_of_postgresql_may_name_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.org")
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    refuse_remote("postgresql://localhost/maimbot")

    # It is not asked for the address that the URL has.
    monkeypatch.setenv("PGHOSTADDR", "10.0.0.1")
    refuse_remote("postgresql:///maimbot?hostaddr=127.0.0.1")


@pytest.mark.parametrize("url", ["postgresql:///maimbot", "postgresql://localhost/maimbot"])
def test_a_service_of_the_environment_hides_the_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "production")

    with pytest.raises(UsageError, match=r"PGSERVICE hides the host of the database.*allow-remote"):
        purge([url], ONE)


def test_a_file_does_not_care_for_the_environment_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "production")
    monkeypatch.setenv("PGHOSTADDR", "10.0.0.1")

    refuse_remote("sqlite:////var/lib/maimbot.db")


def test_a_missing_file_is_refused_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no SQLite database"):
        purge([f"sqlite:///{tmp_path}/missing.db"], ONE)

    assert not (tmp_path / "missing.db").exists()


def test_a_file_that_is_named_by_a_uri_is_opened(tmp_path: Path) -> None:
    (tmp_path / "uri.db").touch()

    assert open_engine(f"sqlite:///file:{tmp_path}/uri.db?uri=true").dialect.name == "sqlite"


def test_a_database_that_does_not_open_shows_no_password() -> None:
    with pytest.raises(UsageError, match="does not open") as refusal:
        purge(["postgresql+psycopg://me:hush@127.0.0.1:1/maimbot"], ONE)

    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("url", ["", "no url", "unknown://localhost/x"])
def test_what_is_no_database_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        purge([url], ONE)


def test_each_of_several_hosts_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_remote("postgresql:///maimbot?host=localhost,127.0.0.1:5433,/run/postgresql")
    refuse_remote("postgresql:///maimbot?host=localhost&host=127.0.0.1")
    monkeypatch.setenv("PGHOST", "localhost,127.0.0.1")
    refuse_remote("postgresql:///maimbot")

    for several in ("localhost,db.example.org", "localhost&host=db.example.org", "localhost&hostaddr=db.example.org"):
        with pytest.raises(UsageError, match=r"The database is on db\.example\.org, not"):
            refuse_remote(f"postgresql:///maimbot?host={several}")


def test_a_transaction_that_will_write_holds_the_lock_before_it_has_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/maimbot.db"
    (tmp_path / "maimbot.db").touch()
    first, second = open_engine(url), open_engine(url)
    with writing(first), pytest.raises(OperationalError, match="locked"), writing(second):
        pass
    with writing(second):
        pass
    first.dispose()
    second.dispose()
