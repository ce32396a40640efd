"""In which scenario a row has appeared."""

from support.purge import Arrivals
from tests.purge.site import Site


def test_a_new_row_is_of_the_scenario_at_whose_end_it_is_first_seen(site: Site) -> None:
    old = site.add("memory_chest", tenant_id="default")
    arrivals = Arrivals([site.url])
    arrivals.note("ONE-001", ())
    new = site.add("memory_chest", tenant_id="default")
    arrivals.note("TWO-002", ())
    arrivals.note("THREE-003", ())

    assert arrivals.scenario_of("memory_chest", ("default",), str(new)) == "TWO-002"
    assert arrivals.scenario_of("memory_chest", ("default",), str(old)) is None


def test_a_row_of_somebody_known_is_not_remembered(site: Site) -> None:
    arrivals = Arrivals([site.url])
    new = site.add("memory_chest", tenant_id="tenant_1")

    arrivals.note("ONE-001", {"tenant_1": "ONE-001"})

    assert arrivals.scenario_of("memory_chest", ("tenant_1",), str(new)) is None


def test_a_key_that_is_used_again_is_of_the_later_scenario(site: Site) -> None:
    arrivals = Arrivals([site.url])
    site.execute("INSERT INTO memory_chest (id, tenant_id) VALUES (1000, 'tenant_1')")
    arrivals.note("ONE-001", {"tenant_1": "ONE-001"})
    site.execute("DELETE FROM memory_chest")
    arrivals.note("ONE-001", {"tenant_1": "ONE-001"})
    site.execute("INSERT INTO memory_chest (id, tenant_id) VALUES (1000, 'default')")
    arrivals.note("TWO-002", ())

    assert arrivals.scenario_of("memory_chest", ("default",), "1000") == "TWO-002"


def test_a_table_that_appears_meanwhile_is_looked_at(site: Site) -> None:
    arrivals = Arrivals([site.url])
    site.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, tenant_id TEXT)")
    new = site.add("letters", tenant_id="default")

    arrivals.note("ONE-001", ())

    assert arrivals.scenario_of("letters", ("default",), str(new)) == "ONE-001"
