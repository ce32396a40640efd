"""Names that a run may have registered, and that somebody else may have."""

import json
from pathlib import Path

import pytest

from support.purge import Ledger, doubts, holders
from support.purge.__main__ import main
from support.recovery import recover
from tests.purge.site import Site

ANYBODYS = " " * 10


@pytest.fixture
def ledger(site: Site, tmp_path: Path) -> Ledger:
    """That of a run which was killed while it registered such a name."""
    ledger = Ledger.create(tmp_path / "reports" / "run-1" / "ledger.jsonl", "run-1", [site.url])
    ledger.will_register(ANYBODYS)
    first, *rest = ledger.path.read_text().splitlines()
    ledger.path.write_text("\n".join([json.dumps(json.loads(first) | {"process_created": 0}), *rest, ""]))
    return Ledger.read(ledger.path)


def test_a_stranger_of_a_name_that_anybody_may_have_stays(
    site: Site, ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.populate(ANYBODYS)
    before = site.content()
    resume = ["--resume", "--reports", str(tmp_path / "reports"), "--database", site.url]

    assert main(resume) == 0

    assert site.content() == before
    assert f"{doubts(ledger)}\n" in capsys.readouterr().out
    assert main(resume) == 0
    assert "never learnt" not in capsys.readouterr().out


def test_the_next_run_tells_it_once(
    site: Site, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAIM_DATABASE_URL", site.url)
    for told in (1, 0):
        recover(tmp_path / "reports")
        assert capsys.readouterr().out.count(f"{doubts(ledger)}\n") == told


def test_who_is_called_so_is_found_to_the_letter(site: Site) -> None:
    one = site.populate("abc")
    site.populate("ABC")

    assert holders([site.url], ["abc"]) == {one.tenant_id, one.user_id}
    assert holders([site.url], []) == frozenset()
