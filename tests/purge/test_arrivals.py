"""In which scenario a row was written."""

import pytest
from sqlalchemy import text

from support.purge import Arrivals, Snapshot, compare
from support.purge.discovery import LATEST_TRANSACTION, WRITING_TRANSACTION
from tests.purge.site import Site

LETTERS = "CREATE TABLE letters (name TEXT PRIMARY KEY, body TEXT)"


class Story:
    """A database in which rows appear in one scenario after the other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._before = Snapshot.take([site.url])
        self.arrivals = Arrivals([site.url])

    def scenario(self, name: str, *statements: str) -> None:
        """Let a scenario do this."""
        self._site.execute(*statements)
        self.arrivals.note(name)

    def told(self) -> dict[str, set[str | None]]:
        """Return by table which scenarios have written what is new."""
        differences = compare(self._before, Snapshot.take([self._site.url]))
        return {
            each.table: {self.arrivals.scenario_of(each.table, serial) for serial in each.serials}
            for each in differences
        }


# Any key: a number, a text, several columns, none at all.
@pytest.mark.parametrize(
    "row",
    [
        "emoji (id, path) VALUES (1000, 'a.png')",
        "letters (name) VALUES ('{}')",
        "agent_configs (agent_id, key) VALUES ('nobody', '{}')",
        "scopes (scope) VALUES ('{}')",
    ],
)
def test_a_new_row_is_of_the_scenario_that_wrote_it_whatever_its_key(site: Site, row: str) -> None:
    site.execute(LETTERS, "INSERT INTO letters (name) VALUES ('m'), ('z')")
    story = Story(site)
    story.scenario("ONE-001")
    story.scenario("TWO-002", f"INSERT INTO {row.format('b')}")
    story.scenario("THREE-003")

    assert story.told() == {row.split(maxsplit=1)[0]: {"TWO-002"}}


def test_rows_of_several_scenarios_name_all_of_them(site: Site) -> None:
    site.execute(LETTERS)
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO letters (name) VALUES ('z')")
    story.scenario("TWO-002", "INSERT INTO letters (name) VALUES ('a'), ('b')")
    story.scenario("THREE-003", "INSERT INTO scopes VALUES ('a')")

    assert story.told() == {"letters": {"ONE-001", "TWO-002"}, "scopes": {"THREE-003"}}


def test_what_is_written_before_the_first_scenario_or_after_the_last_is_of_none(site: Site) -> None:
    site.execute(LETTERS)
    story = Story(site)
    site.execute("INSERT INTO letters (name) VALUES ('early')")
    story.arrivals.note("")
    story.scenario("ONE-001")
    site.execute("INSERT INTO letters (name) VALUES ('late')")

    assert story.told() == {"letters": {None}}


def test_a_number_that_is_given_again_is_of_the_later_scenario(site: Site) -> None:
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO memory_chest (id, tenant_id) VALUES (1000, 'tenant_1')")
    story.scenario("ONE-001", "DELETE FROM memory_chest")
    story.scenario("TWO-002", "INSERT INTO memory_chest (id, tenant_id) VALUES (1000, 'default')")

    assert story.told() == {"memory_chest": {"TWO-002"}}


def test_a_table_that_appears_meanwhile_is_looked_at(site: Site) -> None:
    story = Story(site)
    story.scenario("ONE-001", LETTERS)
    story.scenario("TWO-002", "INSERT INTO letters (name) VALUES ('a')")
    story.scenario("THREE-003", "DROP TABLE emoji")

    assert story.told() == {"letters": {"TWO-002"}}


def test_a_column_that_is_called_like_the_number_of_a_row_is_no_hindrance(site: Site) -> None:
    site.execute("CREATE TABLE letters (rowid TEXT, _rowid_ TEXT)", "INSERT INTO letters VALUES ('z', 'z')")
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO letters VALUES ('a', 'a')")

    assert story.told() == {"letters": {"ONE-001"}}


def test_a_changed_key_is_of_the_scenario_that_wrote_it_last_where_the_database_knows(site: Site) -> None:
    site.execute(LETTERS)
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO letters (name) VALUES ('a')")
    story.scenario("TWO-002", "UPDATE letters SET name = 'b'")

    # SQLite leaves a row its number when the row changes.
    assert story.told() == {"letters": {"ONE-001" if site.engine.dialect.name == "sqlite" else "TWO-002"}}


def test_a_table_that_does_not_number_its_rows_says_nothing(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite has such tables.")
    site.execute(f"{LETTERS} WITHOUT ROWID")
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO letters (name) VALUES ('a')", "INSERT INTO scopes VALUES ('a')")

    assert story.told() == {"letters": {None}, "scopes": {"ONE-001"}}


def test_nothing_is_locked_and_no_transaction_is_open_between_scenarios(site: Site) -> None:
    arrivals = Arrivals([site.url])
    arrivals.note("ONE-001")
    with site.engine.connect() as connection:
        if site.engine.dialect.name == "sqlite":
            # It fails with a reader; with a transaction that reads it would leave some of the log.
            site.execute("INSERT INTO scopes VALUES ('a')")
            busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            assert busy == 0
        else:
            states = text("SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> :own")
            own = connection.scalar(text("SELECT pg_backend_pid()"))
            assert set(connection.scalars(states, {"own": own})) <= {"idle"}
    site.execute("DROP TABLE emoji")
    arrivals.close()


@pytest.mark.parametrize(("latest", "stored"), [(2**32 + 5, 3), (2**32 + 5, 2**32 - 2), (7 * 2**32, 2**32 - 1)])
def test_the_lower_half_of_a_transactions_number_is_completed_by_the_latest(
    site: Site, latest: int, stored: int
) -> None:
    if site.engine.dialect.name != "postgresql":
        pytest.skip("Only PostgreSQL numbers transactions.")
    number = str(WRITING_TRANSACTION).replace(LATEST_TRANSACTION, str(latest)).replace("xmin", str(stored))
    with site.engine.connect() as connection:
        completed = connection.scalar(text(f"SELECT {number}"))

    assert completed is not None
    assert completed % 2**32 == stored
    assert latest - 2**32 < completed <= latest
