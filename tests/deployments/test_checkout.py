"""A deployment that is launched from a copy of a checkout, which stays as it is."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.deployments import Deployment, load_profile, start
from support.errors import UsageError
from support.settings import load_settings
from tests.deployments.conftest import SERVER

BACKEND = """
[[backend]]
name = "{name}"
command = ["{{maimbot_python}}", "server.py", "--port", "{{port}}", "--print", "OWN"]
working_directory = "{{maimbot}}"
port = "auto"
environment = {{ OWN = "{{maimbot}}" }}
[backend.files]
"config/{name}.toml" = "port = {{port}}"
"""
PROFILE = """
name = "real"
dialect = "v1"
credential = "x"
databases = ["sqlite:///{maimbot}/data/own.db"]
directories = ["{maimbot}/config/{tenant_id}"]
leave_out = [".venv", "config", "data"]
""" + "".join(BACKEND.format(name=name) for name in ("configurator", "replier"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a small server, an environment, and what belongs to whoever works there."""
    folder = tmp_path / "checkout"
    for path, text in {"config/mine.toml": "mine", "data/own.db": "mine", "src/config/code.py": "code"}.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text, encoding="utf-8")
    shutil.copy(SERVER, folder / "server.py")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho its own python\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "real.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture
def launched(checkout: Path, profile: Path, tmp_path: Path) -> Iterator[Deployment]:
    deployment = launch(profile, tmp_path, maimbot=str(checkout))
    yield deployment
    deployment.stop()


def launch(profile: Path, tmp_path: Path, **userdata: str) -> Deployment:
    return start(load_settings({"deployment": str(profile), **userdata}, {}), tmp_path / "run")


def test_the_backends_run_in_a_copy_by_the_python_of_the_checkout(launched: Deployment, tmp_path: Path) -> None:
    copy = tmp_path / "run" / "maimbot"
    assert all(Path(backend.process.cwd()) == copy for backend in launched.backends)
    log = launched.backends[0].log_file.read_text(encoding="utf-8")
    assert log.splitlines()[:2] == ["its own python", f"OWN {copy}"]


def test_what_is_left_out_is_not_in_the_copy_and_what_has_its_name_elsewhere_is(
    launched: Deployment, tmp_path: Path
) -> None:
    copy = tmp_path / "run" / "maimbot"
    assert not (copy / "config" / "mine.toml").exists()
    assert not (copy / ".venv").exists()
    assert (copy / "src" / "config" / "code.py").read_text(encoding="utf-8") == "code"


def test_the_files_of_each_backend_are_written_into_the_copy_and_the_checkout_stays_as_it_was(
    launched: Deployment, tmp_path: Path, checkout: Path
) -> None:
    for backend in launched.backends:
        written = tmp_path / "run" / "maimbot" / "config" / f"{backend.name}.toml"
        assert written.read_text(encoding="utf-8") == f"port = {backend.port}"
    assert [path.name for path in (checkout / "config").iterdir()] == ["mine.toml"]


def test_its_database_and_directories_are_those_of_the_copy(launched: Deployment, tmp_path: Path) -> None:
    copy = tmp_path / "run" / "maimbot"
    assert launched.database_urls == (f"sqlite:///{copy}/data/own.db",)
    assert launched.directories == (f"{copy}/config/{{tenant_id}}",)


def test_a_checkout_is_asked_for(profile: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="real needs a MaiMBot checkout; give its folder as -D maimbot=PATH"):
        launch(profile, tmp_path)
    with pytest.raises(UsageError, match="is no folder; give that of a MaiMBot checkout"):
        launch(profile, tmp_path, maimbot=str(tmp_path / "nowhere"))


def test_a_checkout_without_an_environment_of_its_own_is_refused(checkout: Path, profile: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    with pytest.raises(
        UsageError, match=r"\.venv/bin/python is missing, and what is in it runs in an environment of its"
    ):
        launch(profile, tmp_path, maimbot=str(checkout))


def test_a_database_that_no_backend_is_told_cannot_be_chosen(checkout: Path, profile: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no backend of real is told its database"):
        launch(profile, tmp_path, maimbot=str(checkout), database_url=f"sqlite:///{tmp_path}/other.db")


def test_a_checkout_that_is_not_used_is_refused(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="embedded is not launched from a checkout; leave it out"):
        start(load_settings({"maimbot": str(checkout)}, {}), tmp_path / "run")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"config/replier.toml"', '"/etc/replier.toml"', "a path inside of the checkout is allowed"),
        ('"config/replier.toml"', '"../replier.toml"', "a path inside of the checkout is allowed"),
        ('".venv",', '"../.venv",', "a path inside of the checkout is allowed"),
        ("config/{tenant_id}", "config", "it would be the directory of all tenants"),
        ("config/{tenant_id}", "config/{tenant}", "{tenant} is no placeholder here; did you mean {tenant_id}?"),
    ],
)
def test_a_mistake_is_named(profile: Path, old: str, new: str, expected: str) -> None:
    content = profile.read_text(encoding="utf-8")
    assert old in content
    profile.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        load_profile(str(profile))
    assert expected in str(refusal.value)


def test_what_runs_in_a_checkout_is_attached_to_with_its_database_and_directories(
    checkout: Path, profile: Path, tmp_path: Path, launched: Deployment
) -> None:
    copy = tmp_path / "run" / "maimbot"
    attached = launch(
        profile,
        tmp_path,
        maimbot=str(copy),
        configurator_url=launched.configurator_url,
        replier_url=launched.replier_url,
    )
    assert (attached.database_urls, attached.directories) == (launched.database_urls, launched.directories)
    assert attached.backends == ()
