import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.toml import read_toml

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
LOCKS = [LOCK, ROOT / "tests/chat/socket_io.lock", ROOT / "tools/mutants/requirements.lock"]
PROJECT = read_toml(ROOT / "pyproject.toml")["project"]


def locked_entries(lock: Path) -> list[str]:
    """One entry for each requirement: its line and the lines that continue it."""
    without_comments = re.sub(r"^ *#.*\n?", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return without_comments.replace("\\\n", "").strip().splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_pins_every_requirement_with_a_hash(lock: Path) -> None:
    pinned = re.compile(r"[a-z0-9-]+==\S+ (; [^\\]+?)?( *--hash=sha256:[0-9a-f]{64})+ *")
    assert [entry[:60] for entry in locked_entries(lock) if not pinned.fullmatch(entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_host_and_no_folder(lock: Path) -> None:
    named = r".*(?:://|--index|--extra-index|--find-links|--trusted-host|^/| /).*"
    assert re.findall(named, lock.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("asked", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
def test_the_lock_holds_what_the_project_asks_for(asked: str) -> None:
    requirement = Requirement(asked)
    locked = [Requirement(entry.split(" --hash")[0]) for entry in locked_entries(LOCK)]
    versions = [
        specifier.version
        for each in locked
        if each.name == canonicalize_name(requirement.name)
        for specifier in each.specifier
    ]
    assert versions, f"{asked} is not in requirements.lock; run make lock"
    assert [version for version in versions if version not in requirement.specifier] == []
