from support.purge import Selection, purge
from tests.purge.site import Site


def test_a_purged_tenant_leaves_every_table_as_it_was(site: Site) -> None:
    site.populate("testuser_1")
    before = site.content()
    two = site.populate("testuser_2")

    report = purge([site.url], Selection.of(usernames=["testuser_2"]))

    assert site.content() == before
    assert report.selection.tenant_ids == {two.tenant_id}
    assert set(report.counts) == site.names()
