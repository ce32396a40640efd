"""What the purge tells a person, word for word: help, tables, refusals."""

import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console
from sqlalchemy import create_engine

from support.errors import InfrastructureError, UsageError
from support.purge import Ledger, PurgeError, Selection, purge
from support.purge.__main__ import main
from support.purge.database import open_engine, parse_url, patiently, refuse_remote
from support.purge.directories import check_patterns, directories_of
from support.purge.owners import select_prefix
from support.purge.report import OwnerReport, PurgeReport
from support.purge.resume import ledger_urls, purge_ledger
from tests.purge.site import Site

OPTIONS = {
    "--run ID": "what this run created; may be repeated",
    "--tenant ID [ID ...]": "these tenants, named exactly; may be repeated",
    "--prefix NAME": "users, and tenants without one, whose name begins with exactly this text; may be repeated",
    "--resume": "what runs left that are not alive any more",
    "--older-than AGE": "what runs left before this age: 30m, 12h, 2d",
    "--dry-run": "only say what would go",
    "--database URL": "instead of the ledger's or MAIM_DATABASE_URL; may be repeated",
    "--report FILE": "write the report as JSON",
    "--reports FOLDER": "where runs report",
    "--allow-remote": "purge a database that is not on this machine",
}
DIRECTORIES = (
    "By --tenant and --prefix only rows go. Directories of tenants, which a profile may name, are known of "
    "runs: they go by --run, --resume and --older-than."
)


def test_the_help_says_what_each_option_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])

    help_text = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    assert help_text.startswith("usage: python -m support.purge [-h] (--run ID |")
    assert "`python -m support.purge`: removes what runs left, or what is named exactly." in help_text
    told = help_text.partition("show this help message and exit ")[2]
    assert told == " ".join([*(f"{option} {what}" for option, what in OPTIONS.items()), DIRECTORIES])


TABLES = """
12 rows removed in 1.25 s
┏━━━━━━━━━━━━━━━━━━━━┳━━━━━━┓
┃ table or directory ┃ rows ┃
┡━━━━━━━━━━━━━━━━━━━━╇━━━━━━┩
│ agents             │    2 │
│ messages           │   10 │
│ /data/[tenant_1]   │      │
└────────────────────┴──────┘
┏━━━━━━━━━━━━┳━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┓
┃ tenant     ┃ rows ┃     ms ┃ not gone because     ┃
┡━━━━━━━━━━━━╇━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━┩
│ [tenant_1] │   12 │ 1234.6 │                      │
│ tenant_2   │    0 │    0.1 │ it was [b]locked[/b] │
└────────────┴──────┴────────┴──────────────────────┘
"""


def report_of_two(dry_run: bool = False) -> PurgeReport:
    rows = Counter({"messages": 10, "agents": 2})
    return PurgeReport(
        Selection.of(tenant_ids=["[tenant_1]", "tenant_2"]),
        Selection.of(["nobody"]),
        dry_run,
        [
            OwnerReport("[tenant_1]", rows, ["/data/[tenant_1]"], 1.2345678),
            OwnerReport("tenant_2", seconds=0.00012345, error="it was [b]locked[/b]", locked=True),
        ],
        1.25,
    )


def test_the_tables_show_rows_directories_and_why_a_tenant_was_left() -> None:
    console, report = Console(file=io.StringIO(), width=100), report_of_two()
    console.print(report.as_table(), report.owners_as_table())
    assert isinstance(console.file, io.StringIO)
    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == TABLES.strip("\n").splitlines()

    console = Console(file=io.StringIO(), width=100)
    console.print(report_of_two(dry_run=True).as_table())
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().startswith("12 rows would go in 1.25 s")


def test_the_report_is_the_same_as_json() -> None:
    report = report_of_two()
    assert report.as_json() == {
        "dry_run": False,
        "seconds": 1.25,
        "rows": {"agents": 2, "messages": 10},
        "owners": [
            {
                "owner": "[tenant_1]",
                "rows": {"agents": 2, "messages": 10},
                "directories": ["/data/[tenant_1]"],
                "seconds": 1.2346,
                "error": None,
            },
            {
                "owner": "tenant_2",
                "rows": {},
                "directories": [],
                "seconds": 0.0001,
                "error": "it was [b]locked[/b]",
            },
        ],
        "missing": {"usernames": ["nobody"], "tenant_ids": [], "user_ids": [], "agent_ids": []},
    }
    assert list(report.as_json()["rows"]) == ["agents", "messages"]
    report.seconds = 1.23456
    assert report.as_json()["seconds"] == 1.2346
    assert str(PurgeError(report)) == (
        "Not everything could be purged; what failed was left whole. tenant_2: it was [b]locked[/b]"
    )


def test_a_report_counts_what_went_of_all_tenants() -> None:
    rows = {"tenant_users": 1, "users": 2, "agents": 3, "user_sessions": 4, "sessions": 5, "messages": 6}
    report = PurgeReport(
        Selection(), Selection(), owners=[OwnerReport("a", Counter(rows)), OwnerReport("b", Counter(chat_streams=7))]
    )
    assert (report.users, report.agents, report.sessions) == (3, 3, 9)
    assert (report.messages, report.chat_streams) == (6, 7)
    owners = [OwnerReport("a", Counter(tenants=1))]
    assert PurgeReport(Selection(), Selection(), owners=owners).users == 1


def test_the_command_prints_title_tables_and_whoever_is_missing(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    one = site.populate("testuser_1")

    assert main(["--tenant", one.tenant_id, "[nobody]", "--database", site.url, "--dry-run"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == f"tenants {one.tenant_id} [nobody]"
    assert re.fullmatch(r"\d+ rows would go in \d\.\d\d s", lines[1])
    assert lines[-1] == "not found, tenant_ids: [nobody]"

    assert main(["--prefix", "testuser_", "--database", site.url, "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("users testuser_...\n")


def test_runs_are_looked_for_in_reports_unless_told_otherwise(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = site.populate("testuser_run-1_1")
    ledger = Ledger.create(tmp_path / "reports" / "run-1" / "ledger.jsonl", "run-1", [site.url])
    ledger.will_register(one.username)
    monkeypatch.setenv("MAIM_DATABASE_URL", site.url)
    monkeypatch.chdir(tmp_path)

    assert main(["--run", "run-1", "--report", "report.json"]) == 0

    assert capsys.readouterr().out.startswith("run run-1\n")
    (written,) = json.loads(Path("report.json").read_text(encoding="utf-8"))["purges"]
    assert written["what"] == "run run-1"
    assert Path("report.json").read_text(encoding="utf-8").startswith('{\n  "purges": [')
    assert Path("report.json").read_bytes().endswith(b"}\n")
    assert not site.holds("tenant_users", tenant_id=one.tenant_id)


def test_what_was_refused_stands_in_the_report(site: Site, tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "reports" / "运行" / "ledger.jsonl", "运行", ["sqlite:////nowhere/maimbot.db"])
    ledger.will_register("testuser_1")
    file = tmp_path / "report.json"

    assert main(["--run", "运行", "--reports", str(tmp_path / "reports"), "--report", str(file)]) == 2

    text = file.read_text(encoding="utf-8")
    assert json.loads(text)["purges"] == [
        {
            "what": "run 运行",
            "refused": "/nowhere/maimbot.db is no SQLite database; give the URL of the deployment's own.",
        }
    ]
    assert "运行" in text


@pytest.mark.parametrize(("age", "seconds"), [("30m", 1800), ("12h", 43200), ("2d", 172800)])
def test_an_age_is_of_minutes_hours_or_days(site: Site, tmp_path: Path, age: str, seconds: float) -> None:
    kept = []
    for name, distance in (("older", 60), ("younger", -60)):
        one = site.populate(f"testuser_{name}")
        path = tmp_path / name / "ledger.jsonl"
        Ledger.create(path, name, [site.url]).will_register(one.username)
        first, *rest = path.read_text().splitlines()
        header = json.loads(first)
        header |= {"started": header["started"] - seconds - distance, "process_created": 0}
        path.write_text("\n".join([json.dumps(header), *rest, ""]))
        kept.append(one)

    assert main(["--older-than", age, "--reports", str(tmp_path), "--database", site.url]) == 0

    assert [site.holds("tenant_users", tenant_id=one.tenant_id) for one in kept] == [False, True]


def test_an_unreadable_age_is_told_how_to_write_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--older-than", "1234567d"])
    assert "'1234567d' is no age; write 30m, 12h or 2d" in capsys.readouterr().err


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises((UsageError, InfrastructureError)) as error:
        work()
    return str(error.value)


ELSEWHERE = "give --allow-remote if that database is really meant."
DATABASE_REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "no URL": (
        lambda: parse_url("no url"),
        "The database URL cannot be read; give one such as sqlite:////path/to.db or "
        "postgresql+psycopg://user:password@host/name.",
    ),
    "a service": (
        lambda: refuse_remote("postgresql:///maimbot?service=production"),
        "A database URL with service= hides its host; name the host, or give --allow-remote.",
    ),
    "another machine": (
        lambda: refuse_remote("postgresql://db.example.org:5432/maimbot"),
        f"The database is on db.example.org, not on this machine, so nothing was removed; {ELSEWHERE}",
    ),
    "a missing file": (
        lambda: open_engine("sqlite:////nowhere/maimbot.db"),
        "/nowhere/maimbot.db is no SQLite database; give the URL of the deployment's own.",
    ),
    "a pattern without a tenant": (
        lambda: check_patterns(["data/{tenant_id}", "data"]),
        "The directory pattern 'data' names no {tenant_id}; write for example data/{tenant_id}.",
    ),
    "an empty prefix": (
        lambda: select_prefix(create_engine("sqlite://"), ""),
        "An empty prefix names every user; give the text with which the user names begin.",
    ),
}


@pytest.mark.parametrize(("work", "sentence"), DATABASE_REFUSALS.values(), ids=DATABASE_REFUSALS)
def test_a_refusal_says_what_is_wrong_and_what_to_do(work: Callable[[], object], sentence: str) -> None:
    assert refusal(work) == sentence


def test_a_service_of_the_environment_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "production")
    assert refusal(lambda: refuse_remote("postgresql://localhost/maimbot")) == (
        "PGSERVICE hides the host of the database; unset it and name the host, or give --allow-remote."
    )


def test_a_command_that_names_too_little_is_told_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAIM_DATABASE_URL", raising=False)
    assert main(["--tenant", "tenant_1"]) == 2
    assert capsys.readouterr().err == "No database is named; give --database URL or MAIM_DATABASE_URL.\n"
    assert main(["--run", "a/b", "--reports", "runs"]) == 2
    assert capsys.readouterr().err == "'a/b' is no run id; give the name of a folder in runs.\n"


def test_a_ledger_that_cannot_be_used_says_why_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run-1" / "ledger.jsonl"
    assert refusal(lambda: Ledger.read(path)) == (
        f"The ledger {path} cannot be read (No such file or directory); check the run's id, --reports and who owns it."
    )
    ledger = Ledger.create(path, "run-1", ["postgresql://me:hush@127.0.0.1:1/maimbot"])
    assert refusal(lambda: Ledger.create(path, "run-1", [])) == (
        f"{path} is the ledger of another run; give each run an id of its own."
    )
    monkeypatch.delenv("MAIM_DATABASE_URL", raising=False)
    assert refusal(lambda: ledger_urls(ledger)) == (
        "The ledger of run run-1 keeps no password for postgresql://me:***@127.0.0.1:1/maimbot, so that "
        "database was left alone; give the whole URL by MAIM_DATABASE_URL or --database."
    )
    path.write_text("[]\n")
    assert refusal(lambda: Ledger.read(path)).endswith(
        "), so what its run has left is not known; stop what still runs of it, purge by --prefix testuser_run-1_ with "
        "its --database, then delete the file."
    )
    assert refusal(lambda: Ledger.read(path)).startswith(f"{path} is no ledger (")


def test_a_ledger_that_cannot_be_written_says_that_nothing_may_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "run-1" / "ledger.jsonl"
    assert refusal(lambda: Ledger.create(path, "run-1", [])) == (
        f"The ledger {path} cannot be written (Not a directory), and nothing may be created that it does not name; "
        "make room there, or give another folder by -D reports=."
    )


def test_a_living_run_is_named_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "run-1" / "ledger.jsonl"
    Ledger.create(path, "run-1", [])
    parent = psutil.Process(os.getppid())
    header = json.loads(path.read_text()) | {"pid": parent.pid, "process_created": parent.create_time()}
    path.write_text(json.dumps(header) + "\n")
    assert refusal(lambda: purge_ledger(Ledger.read(path))) == (
        f"Run run-1 is alive (process {parent.pid}), so its data was left alone; end it first."
    )


def test_a_directory_that_may_not_go_is_left_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tenant_1").symlink_to(tmp_path / "elsewhere")
    pattern = f"{tmp_path}/{{tenant_id}}"
    assert refusal(lambda: list(directories_of([pattern], "tenant_1"))) == (
        f"{tmp_path}/tenant_1 leads to {tmp_path}/elsewhere; look at it and remove it by hand."
    )
    assert refusal(lambda: list(directories_of([pattern], "a/b"))) == (
        "The tenant id 'a/b' is no directory name; remove its directory by hand."
    )
    assert list(directories_of([pattern], "用户 1")) == []


def test_a_lock_that_stays_is_told_with_the_time_that_was_waited(site: Site) -> None:
    site.populate("testuser_1")
    if site.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no lock on a whole database.")
    with site.engine.connect() as other:
        other.exec_driver_sql("BEGIN EXCLUSIVE")
        with pytest.raises(PurgeError, match=r"tenant_\w+: ") as error:
            purge([site.url], Selection.of(["testuser_1"]), patience=0.1)
        other.exec_driver_sql("ROLLBACK")
    assert str(error.value).endswith(
        "The database was still locked by another connection after 0.1 s; find and end the transaction that holds it, "
        "then purge again."
    )


def test_a_database_that_refuses_is_told_in_its_own_words(site: Site) -> None:
    def ask() -> None:
        with site.engine.connect() as connection:
            connection.exec_driver_sql("SELECT nonsense FROM nowhere")

    sentence = refusal(lambda: patiently(ask, 0))
    assert sentence.startswith("The database refused to be read or purged (")
    assert "nowhere" in sentence
    assert sentence.endswith("); look at it, then purge again.")
    assert "\n" not in sentence


def test_a_database_that_does_not_open_is_named_without_its_password() -> None:
    sentence = refusal(lambda: open_engine("postgresql+psycopg://me:hush@127.0.0.1:1/maimbot"))
    assert sentence.startswith("The database postgresql+psycopg://***@127.0.0.1:1/maimbot does not open (")
    assert sentence.endswith("); check that it runs and that the URL names it.")


def test_a_ledger_leads_to_no_other_machine_unless_that_is_allowed(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1", ["postgresql://db.example.org/maimbot"])
    ledger.will_register("testuser_1")
    assert refusal(lambda: purge_ledger(ledger)).endswith(ELSEWHERE)
    assert not ledger.finished


def test_a_ledger_that_can_no_longer_be_written_is_named(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "run-1" / "ledger.jsonl", "run-1", [])
    ledger.path.unlink()
    ledger.path.parent.rmdir()
    assert refusal(ledger.keep).startswith(f"The ledger {ledger.path} cannot be written (No such file or directory)")
