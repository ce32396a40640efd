"""In which scenario a row that had been there before was removed."""

import pytest
from sqlalchemy import text

from support.purge import Departures, Snapshot, compare
from support.purge.departures import MOST_NUMBERED_ROWS, MOST_ROWS
from tests.purge.site import Site

LETTERS = "CREATE TABLE letters (box TEXT, name TEXT, body TEXT, PRIMARY KEY (box, name))"
TWO = "INSERT INTO letters VALUES ('a', 'one', ''), ('a', 'two', '')"


class Story:
    """A database from which rows vanish in one scenario after the other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._before = Snapshot.take([site.url])
        self.departures = Departures([site.url])

    def scenario(self, name: str, *statements: str) -> None:
        """Let a scenario do this."""
        self._site.execute(*statements)
        self.departures.note(name)

    def told(self) -> dict[str, dict[str, str | None]]:
        """Return by table which scenario has removed each row that vanished."""
        differences = compare(self._before, Snapshot.take([self._site.url]))
        return {
            each.table: {key: self.departures.scenario_of(each.table, key) for key in each.gone} for each in differences
        }


@pytest.fixture
def story(site: Site) -> Story:
    site.execute(LETTERS, TWO, "INSERT INTO emoji (id, path) VALUES (7, 'a.png'), (8, 'b.png')")
    return Story(site)


def test_a_row_that_vanished_is_of_the_scenario_that_removed_it(story: Story) -> None:
    story.scenario("ONE-001")
    story.scenario("TWO-002", "DELETE FROM letters WHERE name = 'two'", "INSERT INTO letters VALUES ('b', 'two', '')")
    story.scenario("THREE-003", "DELETE FROM emoji WHERE id = 7", "UPDATE letters SET body = 'read'")

    assert story.told() == {"letters": {"a, two": "TWO-002"}, "emoji": {"7": "THREE-003"}}


def test_what_vanishes_before_the_first_scenario_or_after_the_last_is_of_none(site: Site, story: Story) -> None:
    story.scenario("", "DELETE FROM emoji WHERE id = 7")
    story.scenario("ONE-001")
    site.execute("DELETE FROM letters WHERE name = 'two'")

    assert story.told() == {"letters": {"a, two": None}, "emoji": {"7": None}}


def test_a_table_that_was_dropped_has_lost_its_rows(story: Story) -> None:
    story.scenario("ONE-001")
    story.scenario("TWO-002", "DROP TABLE letters")

    assert story.told() == {"letters": {"a, one": "TWO-002", "a, two": "TWO-002"}}


@pytest.mark.parametrize(("rows", "named"), [(MOST_ROWS, "ONE-001"), (MOST_ROWS + 1, None)])
def test_large_tables_are_not_searched_after_each_scenario(site: Site, rows: int, named: str | None) -> None:
    site.execute(LETTERS)
    site.add_all("letters", [{"box": "a", "name": f"{number}", "body": ""} for number in range(1, rows + 1)])
    story = Story(site)
    story.scenario("ONE-001", "DELETE FROM letters WHERE name = '600'")

    assert story.told() == {"letters": {"a, 600": named}}


@pytest.mark.parametrize(("rows", "named"), [(MOST_NUMBERED_ROWS, "TWO-002"), (MOST_NUMBERED_ROWS + 1, None)])
def test_numbered_rows_are_counted_after_each_scenario(site: Site, rows: int, named: str | None) -> None:
    site.add_all("emoji", [{"id": number, "path": "a.png"} for number in range(1, rows + 1)])
    story = Story(site)
    story.scenario("ONE-001", "INSERT INTO emoji (id, path) VALUES (30000, 'b.png')")
    story.scenario("TWO-002", "DELETE FROM emoji WHERE id = 600")
    story.scenario("THREE-003", "DELETE FROM emoji WHERE id = 30000")

    assert story.told() == {"emoji": {"600": named}}


def test_a_table_without_a_key_says_nothing(site: Site) -> None:
    site.add("scopes", scope="one")
    story = Story(site)
    story.scenario("ONE-001", "DELETE FROM scopes")

    assert story.told() == {"scopes": {"one": None}}


def test_rows_whose_key_is_empty_are_left_out(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite lets a primary key be empty.")
    site.execute("CREATE TABLE logs (id BIGINT PRIMARY KEY, body TEXT)")
    site.add_all("logs", ({"id": number, "body": ""} for number in range(1, MOST_ROWS + 2)))
    site.execute("INSERT INTO logs (body) VALUES ('one'), ('two')")
    story = Story(site)
    story.scenario("ONE-001")
    story.scenario("TWO-002", "DELETE FROM logs WHERE id IS NULL OR id = 600")

    assert story.told() == {"logs": {"None": None, "600": "TWO-002"}}


def test_nothing_is_locked_between_scenarios(site: Site, story: Story) -> None:
    story.scenario("ONE-001", "DELETE FROM emoji WHERE id = 7")
    with site.engine.connect() as connection:
        if site.engine.dialect.name == "sqlite":
            busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            assert busy == 0
    site.execute("DROP TABLE emoji")
    story.departures.close()
