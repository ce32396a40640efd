"""Directories of tenants: theirs and no others."""

import shutil
from pathlib import Path

import pytest

from support.errors import UsageError
from support.purge import PurgeError, Selection, purge
from tests.purge.site import Site, hexadecimal


def test_a_tenants_directories_go_with_it(site: Site, tmp_path: Path) -> None:
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    for each in (one, two):
        (tmp_path / "config" / each.tenant_id / "deep").mkdir(parents=True)
    patterns = [f"{tmp_path}/config/{{tenant_id}}", f"{tmp_path}/nowhere/{{tenant_id}}"]

    foreseen = purge([site.url], Selection.of(["testuser_1"]), directories=patterns, dry_run=True)
    assert (tmp_path / "config" / one.tenant_id).is_dir()
    report = purge([site.url], Selection.of(["testuser_1"]), directories=patterns)

    assert report.directories == foreseen.directories == [f"{tmp_path}/config/{one.tenant_id}"]
    assert [each.name for each in (tmp_path / "config").iterdir()] == [two.tenant_id]


def quoted_by_another(site: Site) -> None:
    """Let a row of somebody else refer to one of testuser_1."""
    site.execute("CREATE TABLE quotes (tenant_id TEXT, message INTEGER REFERENCES messages (id))")
    one, two = site.populate("testuser_1"), site.populate("testuser_2")
    site.add("quotes", tenant_id=two.tenant_id, message=site.add("messages", tenant_id=one.tenant_id))


@pytest.mark.parametrize("dry_run", [True, False])
def test_who_is_left_whole_keeps_its_directories(site: Site, tmp_path: Path, dry_run: bool) -> None:
    quoted_by_another(site)
    directory = tmp_path / f"tenant_{hexadecimal('testuser_1')}"
    directory.mkdir()

    with pytest.raises(PurgeError, match="left whole") as failure:
        purge([site.url], Selection.of(["testuser_1"]), directories=[f"{tmp_path}/{{tenant_id}}"], dry_run=dry_run)

    assert directory.is_dir()
    assert failure.value.report.directories == []


def test_where_a_directory_cannot_go_the_rows_that_lead_to_it_stay(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = site.populate("testuser_1")
    (tmp_path / one.tenant_id).mkdir()
    before = site.content()

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", fail)
    with pytest.raises(PurgeError, match="Permission denied") as failure:
        purge([site.url], Selection.of(["testuser_1"]), directories=[f"{tmp_path}/{{tenant_id}}"])

    assert site.content() == before
    assert (failure.value.report.counts, failure.value.report.directories) == ({}, [])


def test_directories_go_though_no_row_is_left(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tenant_1").mkdir()

    report = purge([site.url], Selection.of(tenant_ids=["tenant_1"]), directories=[f"{tmp_path}/{{tenant_id}}"])

    assert report.directories == [f"{tmp_path}/tenant_1"]
    assert not (tmp_path / "tenant_1").exists()


@pytest.mark.parametrize("tenant_id", ["..", "../secrets", "/etc", "a/b", "."])
def test_a_tenant_id_that_is_a_path_leads_nowhere(site: Site, tmp_path: Path, tenant_id: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "secrets").mkdir()
    site.populate("testuser_1", tenant_id=tenant_id)

    with pytest.raises(PurgeError, match="no directory name"):
        purge([site.url], Selection.of(["testuser_1"]), directories=[f"{tmp_path}/config/{{tenant_id}}"])

    assert (tmp_path / "secrets").is_dir()
    assert site.holds("tenant_users", tenant_id=tenant_id)


def test_a_symbolic_link_is_not_followed(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / one.tenant_id).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(PurgeError, match="leads to"):
        purge([site.url], Selection.of(["testuser_1"]), directories=[f"{tmp_path}/config/{{tenant_id}}"])

    assert (tmp_path / "elsewhere").is_dir()


def test_a_link_inside_goes_and_its_target_stays(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / one.tenant_id).mkdir()
    (tmp_path / one.tenant_id / "link").symlink_to(tmp_path / "elsewhere")

    purge([site.url], Selection.of(["testuser_1"]), directories=[f"{tmp_path}/{{tenant_id}}"])

    assert not (tmp_path / one.tenant_id).exists()
    assert (tmp_path / "elsewhere").is_dir()


def test_a_pattern_without_a_tenant_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tenant_id"):
        purge([site.url], Selection.of(["testuser_1"]), directories=[str(tmp_path)])

    assert tmp_path.is_dir()


def test_of_several_patterns_each_is_looked_at_for_an_id_that_is_no_plain_name(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1", tenant_id="two words")
    patterns = [f"{tmp_path}/nowhere/{{tenant_id}}", f"{tmp_path}/data/{{tenant_id}}"]
    (tmp_path / "data" / one.tenant_id).mkdir(parents=True)

    with pytest.raises(PurgeError, match="'two words' is no directory name"):
        purge([site.url], Selection.of(["testuser_1"]), directories=patterns)
    (tmp_path / "data" / one.tenant_id).rmdir()
    purge([site.url], Selection.of(["testuser_1"]), directories=patterns)

    assert not site.holds("tenant_users", tenant_id=one.tenant_id)


def test_what_is_named_without_a_tenant_has_no_directories(site: Site, tmp_path: Path) -> None:
    one = site.populate("testuser_1")
    (tmp_path / "data").mkdir()

    report = purge([site.url], Selection.of(agent_ids=one.agent_ids), directories=[f"{tmp_path}/data/{{tenant_id}}"])

    assert (report.agents, report.directories) == (1, [])
    assert (tmp_path / "data").is_dir()
