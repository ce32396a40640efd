"""A deployment that is launched from a copy of a checkout, which stays as it is."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.deployments import Deployment, load_profile, start, stop_recorded
from support.errors import InfrastructureError, UsageError
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
    with pytest.raises(UsageError, match="maimbot='~nobody-here/MaiMBot' is no folder"):
        launch(profile, tmp_path, maimbot="~nobody-here/MaiMBot")


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
    with pytest.raises(UsageError, match="embedded is not launched from such a checkout; leave it out"):
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


OF_SEVERAL = """
name = "several"
dialect = "saas"
credential = "{agent_key}"
databases = ["sqlite:///{directory}/one.db", "sqlite:///{directory}/data/two.db"]
leave_out = [".venv"]

[[backend]]
name = "replier"
command = ["{maimbot_python}", "server.py", "--port", "{port}"]
working_directory = "{maimbot}"
port = "auto"
[backend.files]
"own.txt" = "{configurator_url} {spare_port}"

[[backend]]
name = "configurator"
command = ["{maimconfig_python}", "server.py", "--port", "{port}"]
working_directory = "{maimconfig}"
checkout = "maimconfig"
port = "auto"
[backend.files]
"own.txt" = "of the configurator"

[[backend]]
name = "front"
command = ["{maimconfig_python}", "server.py", "--port", "{port}", "--print", "OWN"]
prepare = [["{maimconfig_python}", "-c", "open('prepared', 'w').write('once')"]]
working_directory = "{maimconfig}"
port = "auto"
environment = { OWN = "{configurator_url}" }
"""


@pytest.fixture
def several(tmp_path: Path) -> Path:
    path = tmp_path / "several.toml"
    path.write_text(OF_SEVERAL, encoding="utf-8")
    return path


@pytest.fixture
def checkouts(checkout: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(checkout, tmp_path / "another")
    return {"maimbot": str(checkout), "maimconfig": str(tmp_path / "another")}


def test_backends_of_several_checkouts_run_in_the_order_of_the_profile(
    several: Path, checkouts: dict[str, str], tmp_path: Path
) -> None:
    deployment = launch(several, tmp_path, **checkouts)
    try:
        replier, configurator, front = deployment.backends
        assert [each.name for each in deployment.backends] == ["replier", "configurator", "front"]
        assert (deployment.configurator_url, deployment.front_url) == (configurator.url, front.url)
        run = tmp_path / "run"
        url, spare_port = (run / "maimbot" / "own.txt").read_text(encoding="utf-8").split()
        assert url == configurator.url
        assert int(spare_port) not in {each.port for each in deployment.backends}
        assert (run / "maimconfig" / "own.txt").read_text(encoding="utf-8") == "of the configurator"
        assert (run / "maimconfig" / "prepared").read_text(encoding="utf-8") == "once"
        assert f"OWN {configurator.url}" in front.log_file.read_text(encoding="utf-8")
        assert len(deployment.database_urls) == 2
        assert replier.url.startswith("ws://")
    finally:
        deployment.stop()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ('["{maimconfig_python}", "-c", "exit(3)"]', r"front could not be prepared \(.*exit\(3\): exit code 3\)"),
        (
            '["{directory}/nothing"]',
            r"front cannot be prepared \(No such file or directory: .*nothing\)",
        ),
    ],
)
def test_a_backend_that_cannot_be_prepared_says_why_and_leaves_nothing_running(
    several: Path, checkouts: dict[str, str], tmp_path: Path, command: str, expected: str
) -> None:
    lines = several.read_text(encoding="utf-8").splitlines()
    changed = [f"prepare = [{command}]" if line.startswith("prepare") else line for line in lines]
    several.write_text("\n".join(changed), encoding="utf-8")
    with pytest.raises(InfrastructureError, match=expected):
        launch(several, tmp_path, **checkouts)
    assert stop_recorded(tmp_path / "run") == ()


def test_each_checkout_is_asked_for(several: Path, checkouts: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="several needs a MaimConfig checkout; give its folder as -D maimconfig=PATH"):
        launch(several, tmp_path, maimbot=checkouts["maimbot"])
    with pytest.raises(UsageError, match="maimwebbackend is given, and several is not launched from such a checkout"):
        launch(several, tmp_path, **checkouts, maimwebbackend=checkouts["maimbot"])
    with pytest.raises(UsageError, match="front_url is only for attaching"):
        launch(several, tmp_path, **checkouts, front_url="http://127.0.0.1:9")
