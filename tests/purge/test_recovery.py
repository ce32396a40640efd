"""What goes wrong with one killed run, and was not foreseen, hinders nobody else."""

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url

from support import recovery
from support.purge import Ledger, PurgeError, Selection, purge, resume
from support.purge.__main__ import main
from support.purge.claims import Ids
from support.purge.discovery import Role
from support.purge.leads import Leads
from tests.purge.site import Site

COMPLAINT = "The purge met something that it was not made for (ValueError: odd); look at that, then purge again."


@pytest.fixture
def reports(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where two runs report that were killed."""
    for run in ("run-1", "run-2"):
        ledger = Ledger.create(tmp_path / run / "ledger.jsonl", run, [site.url])
        ledger.will_register(site.populate(f"of {run}").username)
        first, *rest = ledger.path.read_text().splitlines()
        ledger.path.write_text("\n".join([json.dumps(json.loads(first) | {"process_created": 0}), *rest, ""]))
    if make_url(site.url).password:
        monkeypatch.setenv("MAIM_DATABASE_URL", site.url)
    return tmp_path


@pytest.fixture
def odd_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a purge meet something odd at the first run before it removes anything."""

    def meet(urls: list[str], selection: Selection, **how: bool) -> object:
        if "of run-1" in selection.usernames:
            raise ValueError("odd\nand more")
        return purge(urls, selection, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(resume, "purge", meet)


@pytest.mark.usefixtures("odd_run")
def test_it_does_not_hinder_the_next_run(site: Site, reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recovery.recover(reports)

    assert f"Run run-1 was killed, and what it left cannot be removed now: {COMPLAINT}\n" in capsys.readouterr().out
    assert [site.holds("tenant_users", username=f"of run-{number}") for number in (1, 2)] == [True, False]


@pytest.mark.usefixtures("odd_run")
def test_it_does_not_hinder_the_purge_of_another_run(
    site: Site, reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"

    assert main(["--resume", "--reports", str(reports), "--report", str(file)]) == 1

    first, second = json.loads(file.read_text())["purges"]
    assert (first["refused"], second["rows"]["tenant_users"]) == (COMPLAINT, 1)
    assert capsys.readouterr().err == f"{COMPLAINT}\n"


def test_of_one_tenant_it_does_not_hinder_the_others(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    odd, *others = (site.populate(f"testuser_{number}") for number in range(3))
    complete = Leads.complete

    def meet(self: Leads, ids: Ids) -> Ids:
        if odd.tenant_id in ids[Role.TENANT]:
            raise ValueError("odd")
        return complete(self, ids)

    monkeypatch.setattr(Leads, "complete", meet)
    with pytest.raises(PurgeError) as failure:
        purge([site.url], Selection.of([each.username for each in (odd, *others)]))

    assert failure.value.report.errors == {odd.tenant_id: COMPLAINT}
    assert failure.value.report.users == len(others)


def test_when_what_is_left_cannot_be_looked_for_it_is_told_what_went(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meet(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(resume, "count_left", meet)

    with pytest.raises(PurgeError, match="Whether anything is left there cannot be seen") as failure:
        resume.purge_ledger(Ledger.read(reports / "run-1" / "ledger.jsonl"))

    assert failure.value.report.users == 1
