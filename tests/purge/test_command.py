"""The command line: what is asked, what is refused, what the exit code says."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import psutil
import pytest
from sqlalchemy import make_url

from support.polling import wait_until
from support.purge import Ledger, command_for, resume
from support.purge.__main__ import main
from tests.purge.site import Inhabitant, Site
from tests.suite import ROOT


def leave(reports: Path, run: str, site: Site, alive: bool = False, age: float = 0) -> Inhabitant:
    """What a run leaves that was killed: a tenant, and a ledger of a process that is gone."""
    ledger = Ledger.create(reports / run / "ledger.jsonl", run, [site.url])
    ledger.will_register(f"of {run}")
    one = site.populate(f"of {run}")
    ledger.registered(one.username, one.tenant_id, one.user_id)
    first, *rest = ledger.path.read_text().splitlines()
    header = json.loads(first)
    header["started"] -= age
    header["process_created"] -= 0 if alive else 1000
    ledger.path.write_text("\n".join([json.dumps(header), *rest, ""]))
    return one


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture(autouse=True)
def environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger of a server with a password leaves that to the environment."""
    monkeypatch.delenv("MAIM_DATABASE_URL", raising=False)
    if make_url(site.url).password:
        monkeypatch.setenv("MAIM_DATABASE_URL", site.url)


def test_a_run_is_purged_by_its_id(site: Site, reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = site.content()
    leave(reports, "run-1", site)

    assert main(["--run", "run-1", "--reports", str(reports)]) == 0

    assert site.content() == before
    assert "tenant_users" in capsys.readouterr().out
    assert Ledger.read(reports / "run-1" / "ledger.jsonl").finished


@pytest.mark.parametrize(("run", "gone"), [("whole", {"a", "b"}), ("a", {"a"}), ("latest", {"a", "b"}), ("*", set())])
def test_a_run_in_shares_is_purged_by_its_own_id_and_each_share_by_its_id(
    run: str, gone: set[str], site: Site, reports: Path
) -> None:
    shares = {name: leave(reports / "whole" / f"share-{name}", name, site) for name in ("a", "b")}
    leave(reports / "earlier" / "share-a", "another", site)
    for folder, link in ((reports, "whole"), (reports / "whole" / "share-a", "a"), (reports / "earlier", "share-a")):
        (folder / "latest").symlink_to(link)
    (reports / "earlier" / "share-a" / "latest").symlink_to("another")

    assert main(["--run", run, "--reports", str(reports)]) == (0 if gone else 2)

    left = {name for name, one in shares.items() if site.holds("tenant_users", tenant_id=one.tenant_id)}
    assert left == shares.keys() - gone
    assert site.holds("tenant_users", username="of another")


def test_resume_purges_dead_runs_and_leaves_living_and_kept_ones(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    living, kept = leave(reports, "living", site, alive=True), leave(reports, "kept", site)
    Ledger.read(reports / "kept" / "ledger.jsonl").keep()
    before = site.content()
    leave(reports, "dead-1", site)
    leave(reports, "dead-2", site)

    assert main(["--resume", "--reports", str(reports)]) == 0

    assert site.content() == before
    assert site.holds("tenant_users", tenant_id=living.tenant_id)
    assert site.holds("tenant_users", tenant_id=kept.tenant_id)
    said = capsys.readouterr().out
    assert "run living is alive" in said
    assert "run kept was kept on purpose" in said


def test_what_is_older_than_an_age_is_purged_even_when_it_was_kept(site: Site, reports: Path) -> None:
    young = leave(reports, "young", site, age=86400)
    before = site.content()
    leave(reports, "old", site, age=3 * 86400)
    Ledger.read(reports / "old" / "ledger.jsonl").keep()

    assert main(["--older-than", "2d", "--reports", str(reports)]) == 0

    assert site.content() == before
    assert site.holds("tenant_users", tenant_id=young.tenant_id)


def test_a_living_run_is_not_purged_by_its_id(site: Site, reports: Path, tmp_path: Path) -> None:
    leave(reports, "living", site, alive=True)
    before = site.content()
    command = [sys.executable, "-m", "support.purge", "--run", "living", "--reports", str(reports)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "Run living is alive" in done.stderr
    assert site.content() == before


def test_a_run_that_was_killed_and_waits_to_be_reaped_is_purged(site: Site, reports: Path) -> None:
    before = site.content()
    leave(reports, "killed", site)
    path = reports / "killed" / "ledger.jsonl"
    first, *rest = path.read_text().splitlines()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as run:
        process = psutil.Process(run.pid)
        header = json.loads(first) | {"pid": run.pid, "process_created": process.create_time()}
        path.write_text("\n".join([json.dumps(header), *rest, ""]))
        assert Ledger.read(path).header.alive
        run.kill()
        assert wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, 10)

        assert main(["--resume", "--reports", str(reports)]) == 0

    assert site.content() == before


def test_a_dry_run_says_what_would_go_and_changes_nothing(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(reports, "run-1", site)
    before = site.content()

    assert main(["--run", "run-1", "--reports", str(reports), "--dry-run"]) == 0

    assert "rows would go" in capsys.readouterr().out
    assert site.content() == before
    assert not Ledger.read(reports / "run-1" / "ledger.jsonl").finished


def test_tenants_are_purged_by_id_and_users_by_prefix(site: Site, reports: Path) -> None:
    before = site.content()
    one = site.populate("one")
    site.populate("testuser_1")
    site.populate("testuser_2")

    assert main(["--tenant", one.tenant_id, "--database", site.url]) == 0
    assert main(["--prefix", "testuser_", "--database", site.url]) == 0

    assert site.content() == before


@pytest.mark.parametrize("option", ["--run", "--tenant", "--prefix"])
def test_what_is_named_by_repeated_options_goes_together(option: str, site: Site, reports: Path) -> None:
    before = site.content()
    ones = [leave(reports, run, site) for run in ("run-1", "run-2")]
    names = {"--run": ["run-1", "run-2"], "--tenant": [one.tenant_id for one in ones]}
    values = names.get(option, [one.username for one in ones])
    where = ["--reports", str(reports), "--database", site.url]

    assert main([option, values[0], option, values[1], *where]) == 0

    assert site.content() == before


def test_no_run_is_purged_when_one_is_named_wrongly(site: Site, reports: Path) -> None:
    leave(reports, "run-1", site)
    before = site.content()

    assert main(["--run", "run-1", "--run", "", "--reports", str(reports)]) == 2

    assert site.content() == before


def test_the_report_tells_tables_tenants_and_what_is_missing(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1", messages=3)
    file = tmp_path / "report.json"

    main(["--tenant", one.tenant_id, "tenant_nobody", "--database", site.url, "--report", str(file)])

    (report,) = json.loads(file.read_text())["purges"]
    assert report["rows"]["messages"] == 3
    assert report["owners"][0]["owner"] == one.tenant_id
    assert report["owners"][0]["rows"]["messages"] == 3
    assert report["missing"]["tenant_ids"] == ["tenant_nobody"]
    assert report["seconds"] >= report["owners"][0]["seconds"] > 0
    assert report["left"] == {}


def test_what_could_not_go_makes_the_exit_code_1(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.execute("CREATE TABLE quotes (tenant_id TEXT, message INTEGER REFERENCES messages (id))")
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    message = site.add("messages", tenant_id=one.tenant_id)
    site.add("quotes", tenant_id=two.tenant_id, message=message)
    file = tmp_path / "report.json"

    assert main(["--tenant", one.tenant_id, "--database", site.url, "--report", str(file)]) == 1

    (report,) = json.loads(file.read_text())["purges"]
    assert "quotes" in report["owners"][0]["error"]
    assert "quotes" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_purge_between_two_tenants_and_the_report_has_those_that_are_gone(
    number: signal.Signals, site: Site, tmp_path: Path
) -> None:
    for each in range(30):
        site.populate(f"testuser_{each}")
    total, file = site.counts()["tenant_users"], tmp_path / "report.json"
    command = [sys.executable, "-m", "support.purge", "--prefix", "testuser_", "--database", site.url]
    with subprocess.Popen(
        [*command, "--report", str(file)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as purge:
        assert wait_until(lambda: site.counts()["tenant_users"] < total, 30, pause=0.001)
        purge.send_signal(number)
        output, errors = purge.communicate(timeout=30)

    assert purge.returncode == 128 + number
    assert re.fullmatch(r"The purge was interrupted: [^\n]*\n", errors)
    assert "rows removed" in output
    (report,) = json.loads(file.read_text())["purges"]
    gone = total - site.counts()["tenant_users"]
    assert 0 < report["rows"]["tenant_users"] == gone < 30
    assert sum(owner["rows"] != {} for owner in report["owners"]) == gone


def test_a_signal_while_is_looked_for_what_is_left_does_not_keep_from_telling_what_went(
    site: Site, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(reports, "run-1", site)
    file = tmp_path / "report.json"
    monkeypatch.setattr(resume, "count_left", interrupt)

    with pytest.raises(KeyboardInterrupt):
        main(["--run", "run-1", "--reports", str(reports), "--report", str(file)])

    (report,) = json.loads(file.read_text())["purges"]
    assert report["rows"]["tenant_users"] == 1
    assert not Ledger.read(reports / "run-1" / "ledger.jsonl").finished


def interrupt(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def test_a_name_with_half_a_character_is_told_as_far_as_it_can_be(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"

    assert main(["--tenant", "a\udcff", "--database", site.url, "--report", str(file)]) == 0

    (report,) = json.loads(file.read_text())["purges"]
    assert report["what"] == "tenants a\udcff"
    assert capsys.readouterr().out.startswith("tenants a\\udcff\n")


def test_what_is_in_a_database_that_is_given_twice_is_counted_once(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1")
    file = tmp_path / "report.json"
    twice = ["--database", site.url, "--database", site.url]

    assert main(["--tenant", one.tenant_id, *twice, "--dry-run", "--report", str(file)]) == 0

    (report,) = json.loads(file.read_text())["purges"]
    assert report["rows"]["tenant_users"] == 1


@pytest.mark.parametrize("named", [["--tenant", "tenant_0123456789abcdef"], ["--prefix", "testuser_"]])
def test_a_database_that_may_be_elsewhere_is_purged_when_that_is_allowed(site: Site, named: list[str]) -> None:
    if site.engine.dialect.name == "sqlite":
        pytest.skip("A file is always on this machine.")
    before = site.content()
    site.populate("testuser_1", tenant_id="tenant_0123456789abcdef")
    # It leads to this machine, and does not look like it.
    url = make_url(site.url).set(host="127.1").render_as_string(hide_password=False)

    assert main([*named, "--database", url]) == 2
    assert site.holds("tenant_users", username="testuser_1")
    assert main([*named, "--database", url, "--allow-remote"]) == 0

    assert site.content() == before


MEMBERS = "CREATE TABLE members (user_id TEXT, tenant_id TEXT, username TEXT, password TEXT)"


@pytest.mark.parametrize("shared", ["user_id", "username"])
def test_what_another_tenant_shares_with_the_one_that_went_is_not_left_over(
    shared: str, site: Site, tmp_path: Path
) -> None:
    site.execute(MEMBERS)
    other = site.populate("testuser_2")
    one = site.populate("testuser_1")
    theirs = {"user_id": "user_3", "username": "testuser_3", shared: getattr(one, shared)}
    site.add("members", tenant_id=other.tenant_id, password="", **theirs)
    file = tmp_path / "report.json"

    assert main(["--tenant", one.tenant_id, "--database", site.url, "--report", str(file)]) == 0

    (report,) = json.loads(file.read_text())["purges"]
    assert report["left"] == {}
    assert report["rows"]["tenant_users"] == 1
    assert site.holds("members", tenant_id=other.tenant_id)


def let_devices_come_back(site: Site) -> None:
    """Write each device again that goes."""
    if site.engine.dialect.name != "sqlite":
        pytest.skip("The trigger is one of SQLite.")
    site.execute(
        "CREATE TRIGGER late AFTER DELETE ON devices BEGIN "
        "INSERT INTO devices VALUES (old.id, old.user_id, 'late'); END"
    )


def test_what_comes_back_under_an_id_that_nobody_has_any_more_is_left_over(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    let_devices_come_back(site)
    one = site.populate("testuser_1")

    assert main(["--tenant", one.tenant_id, "--database", site.url]) == 1

    assert "left over: {'devices': 1}" in capsys.readouterr().out


ELSEWHERE = "postgresql://db.example.org/maimbot"
REFUSED = {
    "an empty prefix": (["--prefix", "", "--database", "{here}"], "empty prefix"),
    "an empty tenant": (["--tenant", "", "--database", "{here}"], "empty tenant id"),
    "an empty tenant beside another": (["--tenant", "tenant_1", "", "--database", "{here}"], "empty tenant id"),
    "an empty run id": (["--run", ""], "'' is no run id"),
    "the folder above as a run id": (["--run", ".."], "no run id"),
    "an unknown run": (["--run", "nobody"], "cannot be read"),
    "a run id that is a path": (["--run", "../reports"], "no run id"),
    "no database": (["--tenant", "tenant_1"], "MAIM_DATABASE_URL"),
    "a database elsewhere": (["--tenant", "tenant_1", "--database", ELSEWHERE], "--allow-remote"),
    "a prefix in a database elsewhere": (["--prefix", "x", "--database", ELSEWHERE], "--allow-remote"),
}


@pytest.mark.parametrize(("arguments", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_makes_the_exit_code_2(
    arguments: list[str],
    reason: str,
    site: Site,
    reports: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("MAIM_DATABASE_URL", raising=False)
    given = [each.replace("{here}", site.url) for each in arguments]

    assert main([*given, "--reports", str(reports)]) == 2

    assert reason in capsys.readouterr().err


def test_an_empty_run_id_names_no_run(site: Site, reports: Path) -> None:
    leave(reports, "dead", site)
    leave(reports, "kept", site)
    Ledger.read(reports / "kept" / "ledger.jsonl").keep()
    before = site.content()

    assert main(["--run", "", "--reports", str(reports)]) == 2

    assert site.content() == before


@pytest.mark.parametrize("arguments", [[], ["--older-than", "soon"], ["--resume", "--run", "x"]])
def test_an_unreadable_command_line_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(arguments)

    assert refusal.value.code == 2


def test_a_run_that_cannot_be_purged_does_not_hinder_the_next(site: Site, reports: Path) -> None:
    before = site.content()
    leave(reports, "run-1", site)
    leave(reports, "run-2", site)
    broken = reports / "run-1" / "ledger.jsonl"
    broken.write_text(
        broken.read_text().replace(Ledger.read(broken).header.databases[0], "sqlite:////nowhere/maimbot.db")
    )

    assert main(["--resume", "--reports", str(reports)]) == 2

    assert not site.holds("tenant_users", username="of run-2")
    assert site.content() != before


def test_a_database_that_is_damaged_hinders_neither_the_next_run_nor_the_report(
    site: Site, reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = site.content()
    file = tmp_path / "damaged.db"
    damaged = Site(f"sqlite:///{file}")
    leave(reports, "run-1", damaged)
    with damaged.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'tenant_users'").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    damaged.engine.dispose()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * size)
        pages.write(b"\xff" * size)
    leave(reports, "run-2", site)
    report = tmp_path / "report.json"

    assert main(["--resume", "--reports", str(reports), "--report", str(report)]) == 1

    assert site.content() == before
    first, second = json.loads(report.read_text())["purges"]
    assert first["refused"] in capsys.readouterr().err
    assert second["rows"]["tenant_users"] == 1


@pytest.mark.parametrize("damage", ["file", "folder"])
def test_a_ledger_that_cannot_be_read_is_reported_when_all_others_are_purged(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    before = site.content()
    leave(reports, "run-1", site)
    damaged = reports / "run-0" / "ledger.jsonl"
    damaged.parent.mkdir()
    damaged.write_text("{\n" * 3) if damage == "file" else damaged.mkdir()

    assert main(["--resume", "--reports", str(reports)]) == 2

    assert site.content() == before
    assert capsys.readouterr().err.count(str(damaged)) == 1


def test_a_ledger_without_its_password_says_where_to_give_it(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger.create(reports / "run-1" / "ledger.jsonl", "run-1", ["postgresql://me:hush@127.0.0.1:1/maimbot"])
    ledger.will_register("testuser_1")

    assert main(["--run", "run-1", "--reports", str(reports)]) == 2

    said = capsys.readouterr().err
    assert "MAIM_DATABASE_URL or --database" in said
    assert "hush" not in said


@pytest.mark.parametrize(("place", "reason"), [("", "Is a directory"), ("nowhere/report.json", "No such file")])
def test_nothing_is_removed_when_the_report_cannot_be_written(
    place: str, reason: str, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = site.populate("testuser_1")
    before = site.content()
    file = tmp_path / place

    assert main(["--tenant", one.tenant_id, "--database", site.url, "--report", str(file)]) == 2

    assert site.content() == before
    said = capsys.readouterr().err
    assert said.startswith(f"The report {file} cannot be written ({reason}")
    assert said.endswith("), so nothing more is removed; give --report a file that can be written.\n")


def test_tenants_are_purged_from_the_database_of_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    one = site.populate("gone")
    monkeypatch.setenv("MAIM_DATABASE_URL", site.url)

    assert main(["--tenant", one.tenant_id]) == 0

    assert not site.holds("tenant_users", tenant_id=one.tenant_id)


def test_a_run_is_purged_from_the_database_that_is_given_and_stays_open_while_its_own_cannot_be_seen(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = leave(reports, "moved", site)
    path = reports / "moved" / "ledger.jsonl"
    first, *rest = path.read_text().splitlines()
    header = json.loads(first) | {"databases": ["sqlite:////nowhere/at/all.db"]}
    path.write_text("\n".join([json.dumps(header), *rest, ""]))

    assert main(["--run", "moved", "--reports", str(reports), "--database", site.url]) == 1

    assert not site.holds("tenant_users", tenant_id=one.tenant_id)
    assert f"remove {path} if that database is no more." in capsys.readouterr().err
    assert not Ledger.read(path).finished


def test_a_run_that_was_looked_for_elsewhere_is_still_to_be_purged(site: Site, reports: Path, tmp_path: Path) -> None:
    before = site.content()
    leave(reports, "run-1", site)
    (tmp_path / "other.db").touch()

    assert main(["--run", "run-1", "--reports", str(reports), "--database", f"sqlite:///{tmp_path}/other.db"]) == 1
    assert main(["--resume", "--reports", str(reports)]) == 0

    assert site.content() == before
    assert Ledger.read(reports / "run-1" / "ledger.jsonl").finished


def test_a_run_is_to_be_purged_as_long_as_anything_of_it_is_left(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    let_devices_come_back(site)
    before = site.content()
    leave(reports, "run-1", site)

    for _ in range(2):
        assert main(["--resume", "--reports", str(reports)]) == 1
        assert "There are still rows of it (devices: 1); find out what keeps or writes them" in capsys.readouterr().err
    site.execute("DROP TRIGGER late")
    assert main(["--resume", "--reports", str(reports)]) == 0

    assert site.content() == before


def test_what_a_replier_writes_behind_a_purge_is_purged_by_the_next(
    site: Site, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = site.content()
    one = leave(reports, "run-1", site)
    path = reports / "run-1" / "ledger.jsonl"
    Ledger.read(path).locate([site.url], [], autosave_seconds=1)

    assert main(["--resume", "--reports", str(reports)]) == 0
    assert re.search(
        r"What a replier still holds of run run-1 may come back until \d\d:\d\d:\d\d;", capsys.readouterr().out
    )
    site.add("chat_streams", tenant_id=one.tenant_id)
    assert wait_until(lambda: time.time() >= Ledger.read(path).settles_at, 10)
    assert main(["--resume", "--reports", str(reports)]) == 0

    assert site.content() == before
    assert Ledger.read(path).finished
    assert "may come back" not in capsys.readouterr().out


def test_the_password_that_a_database_is_given_with_serves_to_look_whether_all_is_gone(
    site: Site, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIM_DATABASE_URL", raising=False)
    leave(reports, "run-1", site)

    assert main(["--run", "run-1", "--reports", str(reports), "--database", site.url]) == 0

    assert Ledger.read(reports / "run-1" / "ledger.jsonl").finished


def test_whoever_is_missing_is_named_one_after_the_other(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--tenant", "nobody", "no one", "--database", site.url])

    assert "not found, tenant_ids: no one, nobody\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reports", "options"),
    [("reports", ""), ("/srv/my reports", " --reports '/srv/my reports'"), ("x", " --reports x")],
)
def test_the_command_that_purges_a_run_names_python_and_reports_as_they_are_called_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reports: str, options: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(ROOT / ".venv" / "bin" / "python"))
    monkeypatch.chdir(ROOT)
    assert command_for("run-1", Path(reports)) == f".venv/bin/python -m support.purge --run run-1{options}"
    monkeypatch.chdir(tmp_path)
    assert command_for("run-1", Path(reports)) == (
        f"PYTHONPATH={ROOT} {ROOT}/.venv/bin/python -m support.purge --run run-1{options}"
    )
