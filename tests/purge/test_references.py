"""Rows that refer to an owner's by several columns at once."""

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
