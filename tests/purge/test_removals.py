"""What must hold of a purge, also while strangers in the same database remove what is theirs."""

from collections.abc import Callable

import pytest

from support.expectations.purging import nothing_gone, only_gone, tells_what_went
from support.purge import Selection, Snapshot, purge
from support.removals import Removal
from tests.purge.site import Inhabitant, Site, person_of, stream_of


class Story:
    """Two tenants of a run, and a stranger who uses the same database."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.acme, self.globex, self.stranger = (
            site.populate(name, messages=0) for name in ("acme", "globex", "stranger")
        )
        # Tables in which only a stream or a person tells whose a row is.
        ids = (of(agent) for agent in self.acme.agent_ids for of in (str, stream_of, person_of))
        self.named = Selection.of([], [self.acme.tenant_id], [self.acme.user_id], ids)

    def purge(
        self, *tenants: Inhabitant, meanwhile: Callable[[], None] = lambda: None, dry_run: bool = False
    ) -> Removal:
        """Purge these tenants while others do something."""
        before = Snapshot.take([self._site.url])
        selection = Selection.of(tenant_ids=[tenant.tenant_id for tenant in tenants])
        report = purge([self._site.url], selection, dry_run=dry_run)
        meanwhile()
        ours = {name for one in (self.acme, self.globex) for name in (one.tenant_id, one.user_id, *one.agent_ids)}
        strangers = frozenset(name for name, owner in before.owners.items() if not {name, owner} & ours)
        return Removal(report, before, Snapshot.take([self._site.url], before.owners), strangers)

    def remove_agent_of(self, tenant: Inhabitant) -> None:
        """Let somebody who is no purge remove an agent, and what it has used."""
        for table in ("agents", "llm_usage", "agent_configs"):
            self._site.remove(table, agent_id=tenant.agent_ids[0])


@pytest.fixture
def story(site: Site) -> Story:
    return Story(site)


def test_what_strangers_remove_meanwhile_is_no_doing_of_the_purge(story: Story) -> None:
    removal = story.purge(story.acme, meanwhile=lambda: story.remove_agent_of(story.stranger))

    only_gone(removal, story.named)
    tells_what_went(removal, story.named)


def test_what_strangers_remove_while_somebody_only_asks_is_no_doing_of_the_purge(story: Story) -> None:
    nothing_gone(story.purge(story.acme, dry_run=True, meanwhile=lambda: story.remove_agent_of(story.stranger)))


def test_a_purge_that_takes_a_stranger_is_caught(story: Story) -> None:
    with pytest.raises(AssertionError, match=f"took what nobody had named: .* rows of {story.stranger.tenant_id}"):
        only_gone(story.purge(story.acme, story.stranger), story.named)


def test_a_purge_that_takes_a_stranger_although_nobody_was_named_is_caught(story: Story) -> None:
    with pytest.raises(AssertionError, match="Rows have gone"):
        nothing_gone(story.purge(story.stranger))


def test_what_another_tenant_of_the_run_loses_is_always_told(story: Story) -> None:
    removal = story.purge(story.acme, meanwhile=lambda: story.remove_agent_of(story.globex))

    with pytest.raises(AssertionError, match=f"agents: -1 rows of {story.globex.tenant_id}"):
        only_gone(removal, story.named)
