"""Rows that refer to those of an owner: by one column or several, of the owner itself or of others."""

import pytest

from support.purge import PurgeError, Selection, purge
from tests.purge.site import Inhabitant, Site


@pytest.fixture
def inhabitants(site: Site) -> list[Inhabitant]:
    """Two tenants with a thread in the same room; a thread is named by its room and its number there."""
    site.execute(
        "CREATE TABLE threads (room TEXT, number INTEGER, tenant_id TEXT, PRIMARY KEY (room, number))",
        """CREATE TABLE posts (nr INTEGER PRIMARY KEY, room TEXT, thread INTEGER, tenant_id TEXT,
            FOREIGN KEY (room, thread) REFERENCES threads (room, number))""",
    )
    inhabitants = [site.populate("testuser_1"), site.populate("testuser_2")]
    for number, each in enumerate(inhabitants):
        site.add("threads", room="lobby", number=number, tenant_id=each.tenant_id)
        site.add("posts", nr=number, room="lobby", thread=number)
    return inhabitants


def test_what_refers_by_all_columns_goes_and_what_shares_only_one_stays(
    site: Site, inhabitants: list[Inhabitant]
) -> None:
    counts = purge([site.url], Selection.of(tenant_ids=[inhabitants[0].tenant_id])).counts

    assert (counts["threads"], counts["posts"]) == (1, 1)
    assert not site.holds("posts", thread=0)
    assert site.holds("posts", room="lobby", thread=1)


def test_what_another_tenant_refers_to_by_several_columns_is_left(site: Site, inhabitants: list[Inhabitant]) -> None:
    one, two = inhabitants
    site.add("posts", nr=2, room="lobby", thread=0, tenant_id=two.tenant_id)

    with pytest.raises(PurgeError) as failure:
        purge([site.url], Selection.of(tenant_ids=[one.tenant_id]))

    assert failure.value.report.errors == {
        one.tenant_id: f"A row of posts of tenant {two.tenant_id} refers to a row of threads that was to go, so this "
        "owner was left whole; remove that reference, then purge again."
    }
    assert site.holds("threads", number=0)
    assert site.holds("posts", nr=2)


@pytest.mark.parametrize("on_delete", ["", "ON DELETE CASCADE"])
def test_a_tenant_whose_row_another_tenant_refers_to_is_left_whole(site: Site, on_delete: str) -> None:
    reference = f"message INTEGER REFERENCES messages (id) {on_delete}"
    site.execute(f"CREATE TABLE quotes (id INTEGER PRIMARY KEY, tenant_id TEXT, {reference})")
    one, two, three = (site.populate(f"testuser_{number}") for number in (1, 2, 3))
    message = site.add("messages", tenant_id=one.tenant_id, agent_id=one.agent_ids[0])
    site.add("quotes", tenant_id=two.tenant_id, message=message)
    before = site.counts()

    with pytest.raises(PurgeError, match=f"quotes of tenant {two.tenant_id}") as failure:
        purge([site.url], Selection.of(tenant_ids=[one.tenant_id, three.tenant_id]))

    assert failure.value.report.errors.keys() == {one.tenant_id}
    assert all(site.holds(table, tenant_id=one.tenant_id) for table in ("tenant_users", "messages", "agents", "notes"))
    assert site.counts()["tenant_users"] == before["tenant_users"] - 1
    assert site.counts()["quotes"] == 1


def test_references_that_the_database_empties_itself_do_not_take_the_row(site: Site) -> None:
    reference = "message INTEGER REFERENCES messages (id) ON DELETE SET NULL"
    site.execute(f"CREATE TABLE pins (id INTEGER PRIMARY KEY, {reference})")
    one = site.populate("testuser_1")
    message = site.add("messages", tenant_id=one.tenant_id)
    site.add("pins", message=message)

    purge([site.url], Selection.of(["testuser_1"]))

    assert site.holds("pins", message=None)
