"""The ledger: on the disk before anything is created, readable after any death."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from support.errors import InfrastructureError, UsageError
from support.polling import wait_until
from support.purge import Ledger, Selection, read_ledgers
from support.purge.resume import ledger_urls

URL = "sqlite:////tmp/deployment.db"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(tmp_path / "run-1" / "ledger.jsonl", "run-1", [URL], ["/data/{tenant_id}"])


def test_what_is_about_to_be_created_is_on_the_disk_at_once(ledger: Ledger) -> None:
    ledger.will_register("testuser_run-1_1")

    assert Ledger.read(ledger.path).selection() == Selection.of(["testuser_run-1_1"])


def test_where_things_are_created_may_be_noted_later(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1")
    begun = ledger.header
    ledger.locate([URL], ["/data/{tenant_id}"])

    header = Ledger.read(ledger.path).header
    assert header == ledger.header
    assert (header.databases, header.directories) == ((URL,), ("/data/{tenant_id}",))
    assert (header.pid, header.process_created, header.started) == (begun.pid, begun.process_created, begun.started)


def test_what_is_about_to_be_created_is_not_only_in_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    sync = os.fsync

    def note_and_sync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        sync(file)

    monkeypatch.setattr(os, "fsync", note_and_sync)
    path = tmp_path / "run-1" / "ledger.jsonl"

    ledger = Ledger.create(path, "run-1", [URL])
    file, folder = path.stat().st_ino, path.parent.stat().st_ino
    assert synced == [file, folder]
    ledger.locate([URL], [])
    ledger.will_register("testuser_run-1_1")
    ledger.will_create_agent("tenant_1", "友好助手")
    assert synced[2:] == [file, file, file]
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["name"] == "友好助手"


def test_a_ledger_tells_everything_that_it_was_told(ledger: Ledger) -> None:
    ledger.will_register("testuser_run-1_1")
    ledger.registered("testuser_run-1_1", "tenant_1", "user_1")
    ledger.will_create_agent("tenant_1", "友好助手")
    ledger.agent_created("tenant_1", "agent_1")

    read = Ledger.read(ledger.path)

    assert read.header == ledger.header
    assert read.header.directories == ("/data/{tenant_id}",)
    assert read.selection() == Selection.of(["testuser_run-1_1"], ["tenant_1"], ["user_1"], ["agent_1"])
    assert not read.finished


def test_a_ledger_tells_which_scenario_created_whom(ledger: Ledger) -> None:
    ledger.enter("ONE-001")
    ledger.will_register("testuser_run-1_1")
    ledger.registered("testuser_run-1_1", "tenant_1", "user_1")
    ledger.enter("TWO-002")
    ledger.agent_created("tenant_1", "agent_1")

    made = {"testuser_run-1_1": "ONE-001", "tenant_1": "ONE-001", "user_1": "ONE-001", "agent_1": "TWO-002"}
    assert Ledger.read(ledger.path).scenarios == made
    ledger.purged()
    assert ledger.scenarios == made


def test_who_has_no_account_is_named_by_name_and_tenant(ledger: Ledger) -> None:
    ledger.enter("ONE-001")
    ledger.will_register("testuser_run-1_1")
    ledger.registered("testuser_run-1_1", "tenant_1", "")

    read = Ledger.read(ledger.path)
    assert read.selection() == Selection.of(["testuser_run-1_1"], ["tenant_1"])
    # A row that names nobody would be traced to the scenario otherwise.
    assert read.scenarios == {"testuser_run-1_1": "ONE-001", "tenant_1": "ONE-001"}


def test_a_ledger_counts_what_it_was_told(ledger: Ledger) -> None:
    for name in ("testuser_run-1_1", "testuser_run-1_2"):
        ledger.will_register(name)
    ledger.not_registered("testuser_run-1_2")

    assert Ledger.read(ledger.path).counts == {"will_register": 2, "not_registered": 1}


def test_a_tenant_that_was_only_visited_is_not_named(ledger: Ledger) -> None:
    ledger.agent_created("tenant_of_another", "agent_1")

    assert ledger.selection() == Selection.of(agent_ids=["agent_1"])


def test_a_user_whom_the_deployment_refused_is_not_ours(ledger: Ledger) -> None:
    ledger.will_register("taken")
    ledger.not_registered("taken")

    assert Ledger.read(ledger.path).finished


def test_a_name_that_only_this_run_can_have_is_ours_even_if_it_was_refused(ledger: Ledger) -> None:
    for name in ("testuser_run-1_1", "testuser_run-2_1"):
        ledger.will_register(name)
        ledger.not_registered(name)

    assert Ledger.read(ledger.path).selection() == Selection.of(["testuser_run-1_1"])


def test_a_name_that_anybody_may_have_is_in_doubt_until_each_registration_was_answered(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.will_register(" " * 10)
    for _ in range(2):
        ledger.not_registered(" " * 10)
    read = Ledger.read(ledger.path)
    assert (read.selection(), read.in_doubt, read.finished) == (Selection(), frozenset([" " * 10]), False)

    ledger.not_registered(" " * 10)
    assert Ledger.read(ledger.path).finished


def test_who_has_a_name_that_anybody_may_have_is_ours_by_the_ids_that_we_got(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.will_register("abc")
    ledger.registered("abc", "tenant_1", "user_1")
    ledger.not_registered("abc")

    read = Ledger.read(ledger.path)
    assert (read.selection(), read.in_doubt) == (Selection.of([], ["tenant_1"], ["user_1"]), frozenset())


def test_a_name_in_other_capitals_is_ours_as_well(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "20261130-000000-abcdef", [URL])
    ledger.will_register("TESTUSER_20261130-000000-ABCDEF_1")

    assert ledger.selection().usernames == {"TESTUSER_20261130-000000-ABCDEF_1"}


def test_where_nobody_else_is_every_name_is_ours(tmp_path: Path) -> None:
    folder = tmp_path / "run-1"
    ledger = Ledger.create(folder / "ledger.jsonl", "run-1", [f"sqlite:///{folder}/deployment.db"])
    ledger.will_register("abc")

    read = Ledger.read(ledger.path)
    assert (read.selection(), read.in_doubt) == (Selection.of(["abc"]), frozenset())


def test_nobody_else_is_in_a_folder_that_a_symbolic_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").symlink_to("elsewhere")
    folder = tmp_path / "reports" / "run-1"
    ledger = Ledger.create(folder / "ledger.jsonl", "run-1", [f"sqlite:///{folder}/deployment.db"])
    ledger.will_register("abc")

    assert ledger.selection() == Selection.of(["abc"])


def test_on_a_server_others_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1", ["postgresql://localhost/maimbot"])
    ledger.will_register("abc")

    assert ledger.in_doubt == {"abc"}


def test_a_refusal_that_comes_after_the_purge_is_no_obstacle(ledger: Ledger) -> None:
    ledger.will_register("late")
    ledger.purged()
    ledger.not_registered("late")
    ledger.will_register("late")

    assert Ledger.read(ledger.path).in_doubt == {"late"}


def test_nobody_is_called_by_an_empty_name(ledger: Ledger) -> None:
    ledger.will_register("")

    assert Ledger.read(ledger.path).finished


def test_a_ledger_is_finished_when_everything_is_purged(ledger: Ledger) -> None:
    ledger.will_register("testuser_run-1_1")
    ledger.purged()
    assert Ledger.read(ledger.path).finished

    ledger.will_register("testuser_run-1_2")
    assert Ledger.read(ledger.path).selection() == Selection.of(["testuser_run-1_2"])


def test_what_a_replier_may_write_again_is_purged_when_it_has(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.locate([URL], [], autosave_seconds=300)
    ledger.will_register("testuser_run-1_1")
    for now in (1000.0, 1299.0):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        ledger.emptied()
        ledger = Ledger.read(ledger.path)
        assert (ledger.settles_at, ledger.finished) == (1300.0, False)

    monkeypatch.setattr(time, "time", lambda: 1300.0)
    ledger.emptied()
    assert (ledger.settles_at, Ledger.read(ledger.path).finished) == (0, True)
    ledger.emptied()
    assert ledger.settles_at == 0


def test_where_no_replier_runs_on_what_is_gone_is_purged(ledger: Ledger) -> None:
    ledger.will_register("testuser_run-1_1")
    ledger.emptied()

    assert Ledger.read(ledger.path).counts == {"purged": 1}


def test_a_ledger_of_an_earlier_version_knows_of_no_replier(ledger: Ledger) -> None:
    first, *rest = ledger.path.read_text().splitlines()
    header = json.loads(first)
    del header["autosave_seconds"]
    ledger.path.write_text("\n".join([json.dumps(header), *rest, ""]))

    assert Ledger.read(ledger.path).header == ledger.header


def test_a_run_id_is_used_once(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="another run"):
        Ledger.create(ledger.path, "run-1", [URL])


def test_a_torn_last_line_is_as_if_not_written_and_can_be_written_after(ledger: Ledger) -> None:
    ledger.will_register("testuser_run-1_1")
    with ledger.path.open("ab") as file:
        file.write(b'{"event": "will_regi')

    read = Ledger.read(ledger.path)
    assert read.selection() == Selection.of(["testuser_run-1_1"])

    read.purged()
    assert Ledger.read(ledger.path).finished


def test_what_could_not_be_written_is_as_if_not_written(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "fsync", fail)
        with pytest.raises(InfrastructureError, match="No space left on device"):
            ledger.will_register("testuser_run-1_1")
    ledger.will_register("testuser_run-1_2")

    assert Ledger.read(ledger.path).selection() == ledger.selection() == Selection.of(["testuser_run-1_2"])


def test_the_database_of_the_environment_stands_in_only_for_the_same_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, another = "postgresql://me:hush@localhost/maimbot", "postgresql://me:hush@localhost/another"
    of_file = Ledger.create(tmp_path / "run-1" / "ledger.jsonl", "run-1", [URL])
    of_server = Ledger.create(tmp_path / "run-2" / "ledger.jsonl", "run-2", [whole])

    monkeypatch.setenv("MAIM_DATABASE_URL", whole)
    assert ledger_urls(of_file) == [URL]
    assert ledger_urls(of_server) == [whole]

    monkeypatch.setenv("MAIM_DATABASE_URL", another)
    with pytest.raises(UsageError, match="keeps no password"):
        ledger_urls(of_server)
    assert ledger_urls(of_server, [another]) == [another]


def test_a_damaged_ledger_is_refused(ledger: Ledger) -> None:
    content = ledger.path.read_text()
    ledger.path.write_text("{\n" + content)

    with pytest.raises(UsageError, match="no ledger"):
        Ledger.read(ledger.path)


def test_a_ledger_keeps_no_password(tmp_path: Path) -> None:
    urls = ["postgresql://me:hush@localhost/one", "postgresql://localhost/two?user=me&password=hush"]

    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run", urls)

    assert "hush" not in ledger.path.read_text()
    assert ledger.header.databases[0] == "postgresql://me:***@localhost/one"


def test_a_ledgers_sqlite_file_is_found_from_every_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run", ["sqlite:///deployment.db"])

    assert ledger.header.databases == (f"sqlite:///{tmp_path}/deployment.db",)


def test_a_run_is_alive_while_its_process_is(ledger: Ledger) -> None:
    assert Ledger.read(ledger.path).header.alive

    first, *rest = ledger.path.read_text().splitlines()
    reused = {**json.loads(first), "process_created": json.loads(first)["process_created"] - 60}
    ledger.path.write_text("\n".join([json.dumps(reused), *rest, ""]))

    assert not Ledger.read(ledger.path).header.alive


def test_a_run_that_waits_to_be_reaped_is_not_alive(ledger: Ledger) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as run:
        process = psutil.Process(run.pid)
        header = replace(ledger.header, pid=run.pid, process_created=process.create_time())
        assert header.alive
        run.kill()
        assert wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, 10)
        assert not header.alive


def test_ledgers_are_found_the_oldest_first(tmp_path: Path) -> None:
    for run in ("run-b", "run-a", "run-c/share-1/run-d"):
        Ledger.create(tmp_path / run / "ledger.jsonl", Path(run).name, [URL])
    (tmp_path / "latest").symlink_to(tmp_path / "run-a")
    (tmp_path / "died at once").mkdir()
    (tmp_path / "died at once" / "ledger.jsonl").write_text('{"event": "ru')

    assert [each.header.run_id for each in read_ledgers(tmp_path, complain=print)] == ["run-b", "run-a", "run-d"]


WRITER = """
import itertools, sys
from pathlib import Path
from support.purge import Ledger
ledger = Ledger.create(Path(sys.argv[1]), "run", [])
for number in itertools.count(1):
    ledger.will_register(f"testuser_{number}")
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_all_that_it_had_announced(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for line in writer.stdout:
            if int(line) == 50:
                writer.send_signal(signal.SIGKILL)
        assert writer.wait(10) == -signal.SIGKILL

    ledger = Ledger.read(path)

    assert {f"testuser_{number}" for number in range(1, 51)} <= ledger.selection().usernames
    assert not ledger.header.alive


def test_half_a_character_in_a_name_is_no_obstacle(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", "run-1", ["sqlite:///x.db"])

    ledger.will_register("half \ud83c of run-1")

    assert Ledger.read(ledger.path).selection().usernames == {"half \ud83c of run-1"}
