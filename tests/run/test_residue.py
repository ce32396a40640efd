"""What a run leaves behind makes it red, and is named together with the scenario that made it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from support.purge import Ledger
from tests.suite import PORTS, ROOT, Outcome, Suite, await_that, database_of, is_talking, rows_of

GROUP = "INSERT INTO group_info (tenant_id, agent_id, group_id, platform, create_time, last_active) VALUES"
OF_NOBODY = f"{GROUP} ('tenant_of_nobody', 'agent_of_nobody', '42', 'test', 0, 0)"
AGENT = "INSERT INTO agents (tenant_id, agent_id, name, persona, created_at, updated_at) VALUES"
AGENT_OF_NOBODY = f"{AGENT} ('tenant_of_nobody', 'agent_of_nobody', 'a', 'p', '2026-01-01', '2026-01-01')"
AGENT_OF_STRANGER = AGENT_OF_NOBODY.replace("_of_nobody", "_stranger")
STRANGER = """INSERT INTO tenant_users (tenant_id, user_id, username, username_key, password_hash, api_key, status,
        tenant_type, tenant_name, created_at, updated_at, login_count)
    VALUES ('tenant_stranger', 'user_stranger', 'mallory', 'mallory', 'x', 'y', 'active', 'personal', 'Mallory',
        '2026-01-01', '2026-01-01', 0)"""
OF_NO_NUMBER = "CREATE TABLE letters (name TEXT PRIMARY KEY);\nINSERT INTO letters VALUES ('letter')"
# The groups of a tenant are removed before its agents are.
BEHIND_THE_PURGE = f"""CREATE TRIGGER late AFTER DELETE ON agents
    BEGIN {GROUP} (OLD.tenant_id, OLD.agent_id, '42', 'test', 0, 0); END"""


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        pytest.param(OF_NOBODY, "group_info: .* tenant_of_nobody/agent_of_nobody, unexplained: ", id="of nobody"),
        pytest.param(
            AGENT_OF_NOBODY, "agents: .* tenant_of_nobody/agent_of_nobody, unexplained: ", id="agent of nobody"
        ),
        pytest.param(STRANGER, "tenant_users: .* tenant_stranger, unexplained: ", id="tenant whom nobody registered"),
        pytest.param(OF_NO_NUMBER, "letters: .* no owner, unexplained: letter ", id="of no number"),
        pytest.param(BEHIND_THE_PURGE, "group_info: .*, left over: ", id="of a tenant of the run"),
    ],
)
def test_what_a_run_leaves_is_named_with_its_scenario(suite: Suite, plant: str, named: str) -> None:
    outcome = _planted(suite, plant)

    assert outcome.exit_code == 1, outcome.output
    (left,) = outcome.results["cleanup"]["residue"]
    assert re.match(named, left)
    assert ": +1 rows of " in left
    assert left.endswith(" (made in FLOW-004)")
    assert left in outcome.output
    # A purge of the run removes what is its own.
    assert Ledger.read(suite.reports / "latest" / "ledger.jsonl").finished is ("left over" not in left)


def test_what_vanishes_in_a_run_is_named_with_the_scenario_that_removed_it(suite: Suite) -> None:
    outcome = _planted(suite, "DELETE FROM agent_templates WHERE template_id = 'caring_friend'")

    assert outcome.exit_code == 1, outcome.output
    (left,) = outcome.results["cleanup"]["residue"]
    assert re.fullmatch(r"agent_templates: -1 rows of .*, unexplained, gone: \S+ \(removed in FLOW-004\)", left)


def test_what_others_do_meanwhile_in_a_database_that_the_run_shares_is_theirs(suite: Suite) -> None:
    shared = suite.reports / "shared" / "maimbot.db"  # where the test looks for the run's own, too
    shared.parent.mkdir(parents=True)
    outcome = _planted(suite, f"{STRANGER};\n{AGENT_OF_STRANGER}", "-D", f"database_url=sqlite:///{shared}")

    assert outcome.exit_code == 0, outcome.output
    assert outcome.results["cleanup"]["residue"] == []


def test_who_came_under_a_name_that_anybody_may_have_stays_in_a_database_that_the_run_shares_and_is_told(
    suite: Suite, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "embedded", tmp_path / "embedded")
    accounts = tmp_path / "embedded" / "configurator" / "accounts.py"
    stored = "            session.add(account)\n"
    code = accounts.read_text("utf-8")
    assert stored in code
    accounts.write_text(
        code.replace(stored, f"{stored}        if len(account.username) == 3:\n            raise OSError\n")
    )
    embedded = (ROOT / "deployments" / "embedded.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(embedded.replace('".."', f'"{tmp_path}"'))
    where = ("-D", f"deployment={tmp_path}/own.toml", "-D", f"database_url=sqlite:///{tmp_path}/shared.db")
    outcome = suite(*PORTS, *where, "--tags=@REG-005", "--name", "3 Chinese characters")

    assert outcome.exit_code == 1, outcome.output
    (left,) = outcome.results["cleanup"]["residue"]
    assert re.fullmatch(r"tenant_users: \+1 rows of tenant_\w+, left over: \d+ \(made in REG-005\)", left)
    assert rows_of(tmp_path / "shared.db")["tenant_users"] == 1


@pytest.mark.parametrize(("known", "exit_code"), [("letters", 0), ("notes", 1)])
def test_what_is_known_to_be_left_in_one_of_several_databases_does_not_make_the_run_red(
    suite: Suite, tmp_path: Path, known: str, exit_code: int
) -> None:
    second, embedded = f"sqlite:///{tmp_path}/second.db", (ROOT / "deployments" / "embedded.toml").read_text("utf-8")
    profile = tmp_path / "own.toml"
    profile.write_text(embedded.replace('".."', f'"{ROOT}"').replace('maimbot.db"]', f'maimbot.db", "{second}"]'))
    reason = 'reason = "Letters are left."\nlink = "a page"'
    profile.with_suffix(".known-failures.toml").write_text(f'[residue]\n{reason}\ntables = ["{known}"]')
    engine = create_engine(second)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE letters (name TEXT PRIMARY KEY)")
    process = suite.popen(*PORTS, "--tags=@FLOW-004", "-D", f"deployment={profile}", "-D", "messages=50")
    await_that(lambda: is_talking(suite.reports), process)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO letters VALUES ('letter')")
    engine.dispose()
    outcome = suite.finish(process)

    assert outcome.exit_code == exit_code, outcome.output
    (left,) = outcome.results["cleanup"]["residue"]
    assert left.startswith(f"{tmp_path}/second.db:letters: +1 rows of no owner, unexplained: letter ")
    assert left.endswith(", known") is (exit_code == 0)


def _planted(suite: Suite, plant: str, *arguments: str) -> Outcome:
    """Let a run go to its end, into whose database this is planted while FLOW-004 talks."""
    flow = ("--tags=@FLOW-001,@FLOW-004", "-D", "users=1", "-D", "agents=1", "-D", "messages=50")
    process = suite.popen(*PORTS, *flow, *arguments)
    await_that(lambda: is_talking(suite.reports), process)
    engine = create_engine(f"sqlite:///{database_of(suite.reports)}")
    with engine.begin() as connection:
        for statement in plant.split(";\n"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return suite.finish(process)


@pytest.mark.parametrize("reports", ["reports", "other reports"])
def test_what_is_kept_is_removed_by_the_command_that_the_run_prints(suite: Suite, reports: str) -> None:
    suite.reports = suite.folder / reports
    where = () if reports == "reports" else ("-D", f"reports={suite.reports}")
    outcome = suite(*PORTS, *where, "-D", "cleanup=no", "--tags=@FLOW-002")
    assert outcome.exit_code == 0, outcome.output
    assert rows_of(database_of(suite.reports))["tenant_users"] == 3
    (command,) = re.findall(r"What the run created is kept; remove it with: (.*)", outcome.output)
    purged = subprocess.run(command, shell=True, cwd=suite.folder, capture_output=True, text=True, check=False)  # noqa: S602
    assert purged.returncode == 0, purged.stderr
    assert rows_of(database_of(suite.reports)) == {}
