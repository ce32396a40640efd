"""Tables as other deployments have them: declared in odd ways, in circles, in schemas of their own, for full texts."""

import uuid

import pytest
from sqlalchemy import column, select, text
from sqlalchemy import table as sql_table

from support.purge import PurgeError, Selection, Snapshot, compare, purge
from tests.purge.site import Inhabitant, Site

Two = tuple[Inhabitant, Inhabitant]


@pytest.fixture
def two(site: Site) -> Two:
    return site.populate("testuser_1"), site.populate("testuser_2")


def remove(site: Site, *who: Inhabitant) -> None:
    purge([site.url], Selection.of(tenant_ids=[each.tenant_id for each in who]))


def plan_and_remove(site: Site, who: Inhabitant) -> list[dict[str, int]]:
    """Return how many rows a dry run finds in each table, and how many the purge after it removes."""
    selection = Selection.of(tenant_ids=[who.tenant_id])
    return [purge([site.url], selection, dry_run=dry_run).counts for dry_run in (True, False)]


def numbers_in(site: Site, table: str) -> list[int]:
    """Return the ids of the rows of a table whose types no model needs to know."""
    with site.engine.connect() as connection:
        return list(connection.scalars(select(column("id")).select_from(sql_table(table)).order_by(column("id"))))


def stream_of(site: Site, who: Inhabitant) -> str:
    """Return a chat stream that is registered as this tenant's."""
    with site.engine.connect() as connection:
        query = text("SELECT stream_id FROM chat_streams WHERE tenant_id = :tenant")
        return str(connection.scalar(query, {"tenant": who.tenant_id}))


def refused(site: Site, who: Inhabitant) -> str:
    """Return why the purge of this tenant was refused; nothing of it is gone then."""
    before = site.content()
    with pytest.raises(PurgeError) as failure:
        remove(site, who)
    assert site.content() == before
    return failure.value.report.errors[who.tenant_id]


@pytest.mark.parametrize("column", ["agent_id", "user_id", "author"])
def test_who_exists_is_asked_whatever_tells_whose_the_referring_row_is(site: Site, two: Two, column: str) -> None:
    reference = "stream TEXT REFERENCES chat_streams (stream_id)"
    site.execute(f"CREATE TABLE likes (id INTEGER PRIMARY KEY, {column} TEXT, {reference})")
    one, other = two
    mine, theirs = (each.user_id if column == "user_id" else each.agent_ids[0] for each in two)
    stream = stream_of(site, one)
    site.add("likes", stream=stream, **{column: mine})
    site.add("likes", stream=stream, **{column: theirs})

    assert f"A row of likes of {'user account' if column == 'user_id' else 'agent'} {theirs}" in refused(site, one)
    remove(site, one, other)
    assert site.counts()["likes"] == 0


def test_two_tenants_that_refer_to_each_other_go_when_both_are_named(site: Site, two: Two) -> None:
    site.execute(
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, tenant_id TEXT)",
        "CREATE TABLE quotes (id INTEGER PRIMARY KEY, tenant_id TEXT, post INTEGER REFERENCES posts (id))",
    )
    posts = [site.add("posts", tenant_id=each.tenant_id) for each in two]
    for each, post in zip(two, reversed(posts), strict=True):
        site.add("quotes", tenant_id=each.tenant_id, post=post)

    remove(site, *two)

    assert (site.counts()["posts"], site.counts()["quotes"]) == (0, 0)


def test_answers_go_with_what_they_answer_down_to_the_last(site: Site, two: Two) -> None:
    site.execute("CREATE TABLE thread (id INTEGER PRIMARY KEY, tenant_id TEXT, answers INTEGER REFERENCES thread (id))")
    first = [site.add("thread", tenant_id=each.tenant_id) for each in two]
    second = [site.add("thread", answers=each) for each in first]
    third = [site.add("thread", answers=each) for each in second]

    planned, counts = plan_and_remove(site, two[0])

    assert (planned["thread"], counts["thread"]) == (3, 3)
    assert [site.holds("thread", id=each[0]) for each in (first, second, third)] == [False] * 3
    assert [site.holds("thread", id=each[1]) for each in (first, second, third)] == [True] * 3


def test_an_answer_of_somebody_else_keeps_what_it_answers(site: Site, two: Two) -> None:
    site.execute("CREATE TABLE thread (id INTEGER PRIMARY KEY, tenant_id TEXT, answers INTEGER REFERENCES thread (id))")
    one, other = two
    between = site.add("thread", answers=site.add("thread", tenant_id=one.tenant_id))
    site.add("thread", tenant_id=other.tenant_id, answers=between)

    assert f"A row of thread of tenant {other.tenant_id} refers to a row of thread" in refused(site, one)


def test_tables_that_refer_to_each_other_in_a_circle_are_purged(site: Site, two: Two) -> None:
    site.execute("CREATE TABLE teams (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    member = "id INTEGER PRIMARY KEY, tenant_id TEXT, team INTEGER NOT NULL REFERENCES teams (id)"
    site.execute(
        f"CREATE TABLE members ({member})", "ALTER TABLE teams ADD COLUMN lead INTEGER REFERENCES members (id)"
    )
    for each in two:
        team = site.add("teams", tenant_id=each.tenant_id)
        lead = site.add("members", tenant_id=each.tenant_id, team=team)
        site.execute(f"UPDATE teams SET lead = {lead} WHERE id = {team}")  # noqa: S608 - numbers of our own
    one, other = two

    remove(site, one)

    assert not any(site.holds(table, tenant_id=one.tenant_id) for table in ("teams", "members"))
    assert site.holds("teams", tenant_id=other.tenant_id, lead=lead)

    third = site.populate("testuser_3")
    site.add("teams", tenant_id=third.tenant_id, lead=lead)
    assert f"A row of teams of tenant {third.tenant_id} refers to a row of members" in refused(site, other)


def test_what_is_an_owners_only_by_a_reference_goes_also_in_a_circle(site: Site) -> None:
    site.execute("CREATE TABLE chats (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    site.execute("CREATE TABLE lines (id INTEGER PRIMARY KEY, chat INTEGER REFERENCES chats (id), body TEXT)")
    site.execute("ALTER TABLE chats ADD COLUMN pinned INTEGER REFERENCES lines (id)")
    one, other = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, other):
        chat = site.add("chats", tenant_id=each.tenant_id)
        line = site.add("lines", chat=chat)
        site.execute(f"UPDATE chats SET pinned = {line} WHERE id = {chat}")  # noqa: S608 - numbers of our own

    remove(site, one)

    assert numbers_in(site, "lines") == [line]
    assert site.holds("chats", tenant_id=other.tenant_id, pinned=line)


@pytest.mark.parametrize("column", ["owner", "tenant_id TEXT, owner"])
def test_a_chat_stream_tells_whose_a_row_is_that_refers_to_an_owners(site: Site, two: Two, column: str) -> None:
    site.execute("CREATE TABLE pictures (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    reference = "picture INTEGER REFERENCES pictures (id)"
    site.execute(f"CREATE TABLE sent (id INTEGER PRIMARY KEY, {column} TEXT, chat_id TEXT, {reference})")
    one, other = two
    streams = [stream_of(site, each) for each in two]
    picture = site.add("pictures", tenant_id=one.tenant_id)
    for stream in streams:
        site.add("sent", chat_id=stream, picture=picture)

    assert f"A row of sent of chat stream {streams[1]} refers to a row of pictures" in refused(site, one)
    remove(site, one, other)
    assert site.counts()["sent"] == 0


def test_a_group_of_another_tenant_is_known_by_its_agent_where_no_tenant_is_named(site: Site, two: Two) -> None:
    site.execute(
        "CREATE TABLE said (id INTEGER PRIMARY KEY, tenant_id TEXT, agent_id TEXT, chat_id TEXT)",
        "CREATE TABLE habits (id INTEGER PRIMARY KEY, chat_id TEXT)",
    )
    one, other = two
    group = "0123456789abcdef" * 2
    site.add("said", tenant_id=one.tenant_id, agent_id=one.agent_ids[0], chat_id=group)
    site.add("said", tenant_id="default", agent_id=other.agent_ids[0], chat_id=group)
    shared = site.add("habits", chat_id=group)

    remove(site, one)

    assert site.holds("habits", id=shared)
    assert site.holds("said", agent_id=other.agent_ids[0], chat_id=group)


def test_others_call_an_owner_by_its_name_and_not_by_the_number_of_its_row(site: Site, two: Two) -> None:
    site.execute(
        "CREATE TABLE users (id TEXT PRIMARY KEY, user_id TEXT UNIQUE, tenant_id TEXT, username TEXT, password TEXT)",
        "CREATE TABLE logins (id INTEGER PRIMARY KEY, user_id TEXT)",
    )
    for each in two:
        site.add("users", user_id=each.user_id, tenant_id=each.tenant_id, username=each.username, password="x")  # noqa: S106
    logins = [site.add("logins", user_id=each.user_id) for each in two]

    remove(site, two[0])

    assert numbers_in(site, "logins") == logins[1:]


# What a value of a column of SQLite is, whatever the column is declared as.
STORED = {
    "DATETIME": ("2026-01-01 10:00:00", "2026-01-01 10:00:01"),
    "DECIMAL(20, 0)": (1234567890123456789, 1234567890123456791),
    "STRING": ("one", "other"),
    "BOOLEAN": ("yes", "no"),
    "BLOB": ("text", b"bytes"),
    "JSON": ("", "{}"),
    "VECTOR(3)": (b"\xff\xfe", b"\x80"),
}


@pytest.mark.parametrize("declared", STORED)
def test_a_key_is_what_is_stored_whatever_it_is_declared_as(site: Site, two: Two, declared: str) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite stores what a column is not declared as.")
    site.execute(f"CREATE TABLE events (at {declared} PRIMARY KEY, tenant_id TEXT, chat_id STRING, anything)")
    with site.engine.begin() as connection:
        for value, each in zip(STORED[declared], two, strict=True):
            row = {"value": value, "tenant": each.tenant_id, "bytes": b"\xff\xfe"}
            connection.execute(text("INSERT INTO events VALUES (:value, :tenant, 123456, :bytes)"), row)
            connection.execute(text("INSERT INTO notes (note) VALUES (:bytes)"), row)
    before = Snapshot.take([site.url])

    counts = purge([site.url], Selection.of(tenant_ids=[two[0].tenant_id])).counts

    (gone,) = [each for each in compare(before, Snapshot.take([site.url])) if each.table == "events"]
    assert (counts["events"], gone.rows, gone.owner[0]) == (1, -1, two[0].tenant_id)
    with site.engine.connect() as connection:
        assert connection.scalars(text("SELECT tenant_id FROM events")).all() == [two[1].tenant_id]


KINDS = {"sqlite": ("STRING", "UUID", "NUMERIC"), "postgresql": ("UUID", "words", "TEXT[]")}


def test_ids_are_found_in_columns_whatever_they_are_declared_as(site: Site) -> None:
    dialect = site.engine.dialect.name
    if dialect == "postgresql":
        site.execute("CREATE DOMAIN words AS TEXT")
    ids = [str(uuid.UUID(int=2**127 + number)) for number in (1, 2)]
    one, _ = (site.populate(f"testuser_{number}", tenant_id=each) for number, each in enumerate(ids))
    for kind in KINDS[dialect]:
        values = (f"{{{each}}}" if "[" in kind else each for each in ids)
        rows = ", ".join(f"({number}, '{value}')" for number, value in enumerate(values))
        name = f"of_{kind[:4].lower()}"
        site.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, tenant_id {kind})")
        site.execute(f"INSERT INTO {name} VALUES {rows}")  # noqa: S608 - ids of our own

    remove(site, one)

    left = {kind: numbers_in(site, f"of_{kind[:4].lower()}") for kind in KINDS[dialect]}
    assert left == {kind: [1] for kind in KINDS[dialect]}


def test_a_column_that_holds_no_text_keeps_nothing_from_its_purge(site: Site) -> None:
    kind = {"sqlite": "BLOB", "postgresql": "POINT"}[site.engine.dialect.name]
    site.execute(f"CREATE TABLE memories (id INTEGER PRIMARY KEY, content TEXT, embedding {kind})")
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    for each in (one, other):
        site.add("memories", content=f"of {each.tenant_id}")

    remove(site, one)

    assert (site.counts()["memories"], site.holds("memories", content=f"of {other.tenant_id}")) == (1, True)


def test_names_of_columns_may_be_in_capitals(site: Site) -> None:
    site.execute('CREATE TABLE letters ("ID" INTEGER PRIMARY KEY, "TENANT_ID" TEXT)')
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    site.add("letters", ID=1, TENANT_ID=one.tenant_id)
    site.add("letters", ID=2, TENANT_ID=other.tenant_id)

    remove(site, one)

    assert site.content()["letters"] == [repr((2, other.tenant_id))]


def test_a_full_text_index_of_sqlite_is_purged_through_its_table(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite has them.")
    with site.engine.begin() as connection:
        connection.execute(text("CREATE VIRTUAL TABLE memory USING fts5(agent_id, content)"))
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    for each in (one, other):
        with site.engine.begin() as connection:
            query = text("INSERT INTO memory VALUES (:agent, 'likes pie')")
            connection.execute(query, {"agent": each.agent_ids[0]})

    remove(site, one)

    with site.engine.connect() as connection:
        connection.execute(text("INSERT INTO memory (memory) VALUES ('integrity-check')"))
        found = connection.execute(text("SELECT agent_id FROM memory WHERE memory MATCH 'pie'")).all()
    assert found == [(other.agent_ids[0],)]


def test_a_full_text_index_of_another_table_follows_that(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite has them.")
    site.execute(
        "CREATE TABLE sayings (id INTEGER PRIMARY KEY, tenant_id TEXT, content TEXT)",
        "CREATE VIRTUAL TABLE a_index USING fts5(content, tenant_id UNINDEXED, content='sayings', content_rowid='id')",
        """CREATE TRIGGER said AFTER INSERT ON sayings BEGIN
            INSERT INTO a_index (rowid, content, tenant_id) VALUES (new.id, new.content, new.tenant_id); END""",
        """CREATE TRIGGER unsaid AFTER DELETE ON sayings BEGIN
            INSERT INTO a_index (a_index, rowid, content, tenant_id)
            VALUES ('delete', old.id, old.content, old.tenant_id); END""",
    )
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    for each in (one, other):
        site.add("sayings", tenant_id=each.tenant_id, content="likes pie")

    remove(site, one)

    with site.engine.connect() as connection:
        connection.execute(text("INSERT INTO a_index (a_index) VALUES ('integrity-check')"))
        found = connection.scalars(text("SELECT tenant_id FROM a_index WHERE a_index MATCH 'pie'")).all()
    assert found == [other.tenant_id]


def test_a_partition_is_a_part_of_its_table(site: Site) -> None:
    if site.engine.dialect.name != "postgresql":
        pytest.skip("Only PostgreSQL has partitions.")
    site.execute(
        "CREATE TABLE logs (id INTEGER, tenant_id TEXT) PARTITION BY RANGE (id)",
        "CREATE TABLE logs_one PARTITION OF logs FOR VALUES FROM (0) TO (1000)",
    )
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    logs = [site.add("logs", tenant_id=each.tenant_id) for each in (one, other)]

    planned, counts = plan_and_remove(site, one)

    assert planned == counts
    assert (counts["logs"], "logs_one" in counts, numbers_in(site, "logs")) == (1, False, logs[1:])


def test_blanks_that_fill_a_column_up_are_no_part_of_an_id(site: Site) -> None:
    if site.engine.dialect.name != "postgresql":
        pytest.skip("Only PostgreSQL fills columns up.")
    site.execute("CREATE TABLE filled (id INTEGER PRIMARY KEY, tenant_id CHAR(40), body TEXT)")
    one, other = (site.populate(f"testuser_{number}") for number in (1, 2))
    site.add("filled", tenant_id=one.tenant_id)
    kept = site.add("filled", tenant_id=other.tenant_id, body=f"about {one.tenant_id}")

    remove(site, one)

    assert numbers_in(site, "filled") == [kept]


def test_tables_of_the_same_name_in_two_schemas_are_told_apart(site: Site) -> None:
    if site.engine.dialect.name != "postgresql":
        pytest.skip("Only PostgreSQL has schemas.")
    one = site.populate("testuser_1")
    site.execute(
        "CREATE SCHEMA auth",
        "CREATE TABLE auth.users (id TEXT PRIMARY KEY)",
        "CREATE TABLE users (user_id TEXT PRIMARY KEY, tenant_id TEXT)",
        "CREATE TABLE phones (id INTEGER PRIMARY KEY, owner TEXT REFERENCES auth.users (id))",
        "INSERT INTO auth.users VALUES ('anna')",
        "INSERT INTO phones VALUES (1, 'anna')",
    )
    site.add("users", user_id=one.user_id, tenant_id=one.tenant_id)

    remove(site, one)

    assert (numbers_in(site, "phones"), site.counts()["users"]) == ([1], 0)


def test_a_name_that_differs_by_case_is_another_also_where_a_reference_ignores_case(site: Site) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only columns of SQLite are declared to ignore case.")
    site.execute(
        "CREATE TABLE memos (id INTEGER PRIMARY KEY, author TEXT COLLATE NOCASE REFERENCES tenant_users (username_key))"
    )
    site.populate("testuser_a")
    site.populate("TestUser_A")
    mine, theirs = (site.add("memos", author=name) for name in ("testuser_a", "TestUser_A"))

    purge([site.url], Selection.of(["testuser_a"]))

    assert (site.holds("memos", id=mine), site.holds("memos", id=theirs)) == (False, True)


def test_what_names_only_a_user_whom_another_tenant_has_too_stays(site: Site) -> None:
    site.execute(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, tenant_id TEXT, user_id TEXT, username TEXT, password TEXT)"
    )
    one, other = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, other):
        site.add("members", tenant_id=each.tenant_id, user_id=one.user_id, username="testuser_1")

    remove(site, one)

    assert site.holds("devices", user_id=one.user_id)
    assert not site.holds("members", tenant_id=one.tenant_id)
    assert site.holds("members", tenant_id=other.tenant_id)


def test_a_row_that_is_found_in_two_ways_is_counted_once(site: Site, two: Two) -> None:
    site.execute("CREATE TABLE marks (tenant_id TEXT, message INTEGER REFERENCES messages (id))")
    one, other = two
    with site.engine.connect() as connection:
        mine, _, theirs, _ = connection.scalars(text("SELECT id FROM messages ORDER BY id"))
    for each, message in ((one, mine), (one, None), (other, theirs)):
        site.add("marks", tenant_id=each.tenant_id, message=message)

    planned, counts = plan_and_remove(site, one)

    assert (planned["marks"], counts["marks"], site.counts()["marks"]) == (2, 2, 1)


def test_rows_whose_primary_key_is_empty_go_and_are_counted(site: Site, two: Two) -> None:
    if site.engine.dialect.name != "sqlite":
        pytest.skip("Only SQLite lets a primary key be empty.")
    site.execute("CREATE TABLE codes (code TEXT PRIMARY KEY, tenant_id TEXT)")
    one, other = two
    for each in (one, one, other):
        site.execute(f"INSERT INTO codes (tenant_id) VALUES ('{each.tenant_id}')")  # noqa: S608 - an id of our own

    planned, counts = plan_and_remove(site, one)

    assert (planned["codes"], counts["codes"], site.counts()["codes"]) == (2, 2, 1)


def test_rows_of_a_table_that_refers_to_itself_go_though_nothing_could_refer_to_them(site: Site, two: Two) -> None:
    name = "name TEXT UNIQUE, answers TEXT REFERENCES topics (name)"
    site.execute(f"CREATE TABLE topics (id INTEGER PRIMARY KEY, tenant_id TEXT, {name})")
    for each in two:
        site.add("topics", tenant_id=each.tenant_id)
        site.add("topics", tenant_id=each.tenant_id, name=each.username)
        site.add("topics", answers=each.username)

    planned, counts = plan_and_remove(site, two[0])

    assert (planned["topics"], counts["topics"]) == (3, 3)
    assert [site.holds("topics", name=each.username) for each in two] == [False, True]
