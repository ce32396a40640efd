"""A signal in the middle of a purge: its report says what is gone and what is not."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from support.purge import Selection, purge
from support.purge.database import Checkpoints, open_engine
from support.purge.report import PurgeInterrupted
from tests.purge.site import Site


def test_who_has_not_gone_from_all_databases_is_told_as_interrupted(site: Site, tmp_path: Path) -> None:
    runtime = Site(f"sqlite:///{tmp_path / 'runtime.db'}")
    runtime.execute("DROP TABLE tenant_users")
    one = site.populate("testuser_1")
    runtime.add("messages", tenant_id=one.tenant_id)
    with interrupted_when_committing(runtime), pytest.raises(PurgeInterrupted) as stop:
        purge([site.url, runtime.url], Selection.of(["testuser_1"]))
    runtime.engine.dispose()

    (told,) = stop.value.report.owners
    assert (told.counts, told.error) == ({"messages": 1}, "It was interrupted; purge again.")
    assert site.holds("tenant_users", username="testuser_1")


def test_who_has_gone_when_the_signal_comes_is_told_as_gone(site: Site) -> None:
    names = [site.populate(f"testuser_{number}").username for number in range(2)]
    with interrupted_when_committing(site), pytest.raises(PurgeInterrupted) as stop:
        purge([site.url], Selection.of(names))

    (told,) = stop.value.report.owners
    assert (told.counts["tenant_users"], told.error) == (1, "")
    assert site.counts()["tenant_users"] == 1


def test_a_signal_while_the_log_is_moved_to_its_place_does_not_keep_from_telling_what_went(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def interrupted(_: Checkpoints) -> Iterator[None]:
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoints, "going_on", interrupted)
    site.populate("testuser_1")

    with pytest.raises(PurgeInterrupted) as stop:
        purge([site.url], Selection.of(["testuser_1"]))

    assert stop.value.report.users == 1
    assert stop.value.report.seconds > 0


@contextmanager
def interrupted_when_committing(site: Site) -> Iterator[None]:
    """Let a signal come whenever the purge commits something there."""
    engine = open_engine(site.url)  # the one engine for this URL

    def interrupt(_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    event.listen(engine, "commit", interrupt)
    try:
        yield
    finally:
        event.remove(engine, "commit", interrupt)
