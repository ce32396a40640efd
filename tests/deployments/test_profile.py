from collections.abc import Callable
from pathlib import Path

import pytest

from support.deployments import load_profile
from support.errors import UsageError

WriteProfile = Callable[..., Path]


def test_the_profiles_of_this_repository_are_valid() -> None:
    embedded = load_profile("embedded")
    assert [backend.name for backend in embedded.backends] == ["model", "configurator", "replier"]
    assert [backend.wanted_port for backend in embedded.backends] == ["auto", 8000, 8095]
    assert not embedded.attaches
    assert load_profile("attach.example").attaches
    saas = load_profile("saas")
    assert [backend.name for backend in saas.backends] == ["model", "replier", "configurator", "front"]
    assert saas.checkouts == ["maimbot", "maimconfig", "maimwebbackend"]


def test_a_folder_is_relative_to_the_profile(write_profile: WriteProfile, tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    path = write_profile()
    path.write_text(
        path.read_text(encoding="utf-8").replace("[[backend]]", '[[backend]]\nworking_directory = "checkout"', 1),
        encoding="utf-8",
    )
    model, configurator, _ = load_profile(str(path)).backends
    assert model.working_directory == tmp_path / "checkout"
    assert configurator.working_directory == tmp_path


def test_an_unknown_profile_names_the_known_and_the_nearest() -> None:
    with pytest.raises(
        UsageError, match=r"'embeded' is no profile; did you mean embedded\? Known are attach\.example, emb"
    ):
        load_profile("embeded")


@pytest.mark.parametrize("given", ["EMBEDDED", "nowhere/embedded", "embedded.toml", "embedded.yml"])
def test_the_nearest_profile_is_found_however_it_is_written(given: str) -> None:
    with pytest.raises(UsageError, match=rf"deployment='{given}' is no profile; did you mean embedded\?"):
        load_profile(given)


def test_a_missing_file_is_answered_with_the_nearest_beside_it(
    write_profile: WriteProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_profile()
    path.with_name("smal.known-failures.toml").touch()
    with pytest.raises(UsageError, match=rf"smal\.toml' is no profile; did you mean {path}\?"):
        load_profile(str(tmp_path / "smal.toml"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"'\./smal\.toml' is no profile; did you mean small\.toml\?"):
        load_profile("./smal.toml")


@pytest.mark.parametrize("given", ["/", ".", "../", "", "a\0b.toml"])
def test_what_is_no_file_is_no_profile(given: str) -> None:
    with pytest.raises(UsageError, match="is no profile"):
        load_profile(given)


def test_a_home_of_nobody_is_missing_as_any_other_folder(write_profile: WriteProfile) -> None:
    with pytest.raises(UsageError, match=r"~nobody-here/x\.toml"):
        load_profile("~nobody-here/x.toml")
    path = write_profile()
    lines = path.read_text(encoding="utf-8").replace('port = "auto"', 'working_directory = "~nobody-here"', 1)
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(UsageError, match="~nobody-here is no folder"):
        load_profile(str(path))


def test_a_file_of_another_encoding_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "für alle"'.encode("latin-1"))
    with pytest.raises(UsageError, match=r"latin\.toml is no valid TOML: 'utf-8' codec can't decode byte 0xfc"):
        load_profile(str(path))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('dialect = "v1"', 'dialekt = "v1"', "dialekt is no key of a profile; did you mean dialect?"),
        ('dialect = "v1"', "", "dialect is missing"),
        ('dialect = "v1"', 'dialect = "v9"', "dialect = 'v9' is refused: Input should be 'v1' or 'saas'"),
        ("{api_key}", "{apikey}", "credential = '{apikey}:{agent_id}' is refused: {apikey} is no placeholder here; "),
        ("{directory}", "{folder}", "{folder} is no placeholder here; did you mean {directory}?"),
        ("sqlite:///", "", "it is no SQLAlchemy URL"),
        ("command", "comand", "comand of [[backend]] number 1 is no key of a profile; did you mean command?"),
        ("{port}", "{prot}", "{prot} is no placeholder here; did you mean {port}? Allowed are {python}, {port}, {spa"),
        ("{python}", "{python!r}", "{python} is no placeholder here"),
        ("{model_url}", "{model}", "{model} is no placeholder here; did you mean {model_url}?"),
        ('port = "auto"', "port = 70000", "port of [[backend]] number 1 = 70000 is refused"),
        ('port = "auto"', 'port = "free"', "port of [[backend]] number 1 = 'free' is refused"),
        ('port = "auto"', 'health = "health"', "health of [[backend]] number 1 = 'health' is refused"),
        ('port = "auto"', 'working_directory = "none"', "none is no folder"),
        ("start_timeout = 10", "start_timeout = 0", "start_timeout of [[backend]] number 1 = 0 is refused"),
        ('name = "model"', 'name = "replier"', "its backends are replier, configurator, replier; allowed are"),
        ('name = "model"', 'name = "modle"', "name of [[backend]] number 1 = 'modle' is refused"),
        ('name = "small"', 'name = "small"\nreplier_url = "ws://a:1"', "it has [[backend]] and so launches"),
        ('name = "small"', 'name = "small"\nmodel_url = "http://a:1"', "only one of them is allowed"),
        ('name = "small"', 'name = "small"\nmodel_url = "a:1"', "http://HOST:PORT or https://HOST:PORT is allowed"),
        ('name = "small"', "name = small", "is no valid TOML"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(
    write_profile: WriteProfile, old: str, new: str, expected: str
) -> None:
    path = write_profile()
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        load_profile(str(path))
    assert expected in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_profile_without_backends_needs_both_urls(tmp_path: Path) -> None:
    path = tmp_path / "half.toml"
    path.write_text(
        'name = "half"\ndialect = "v1"\ncredential = "x"\ndatabases = ["sqlite:///a.db"]\nreplier_url = "ws://a:1"',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="needs both configurator_url and replier_url"):
        load_profile(str(path))


def test_a_url_with_a_password_in_a_profile_is_refused_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "attached.toml"
    path.write_text(
        'name = "attached"\ndialect = "v1"\ncredential = "x"\ndatabases = ["sqlite:///a.db"]\n'
        'configurator_url = "http://maim:s3c@ret@a:1"\nreplier_url = "ws://a:1"',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"configurator_url = \*\*\* is refused: .*, without a user and a password"):
        load_profile(str(path))


def test_a_database_password_in_a_profile_is_not_shown(write_profile: WriteProfile) -> None:
    path = write_profile()
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace("sqlite:///{directory}", "postgresql://maim:s3cret@{host}"), encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        load_profile(str(path))
    assert "s3cret" not in str(refusal.value)
    path.write_text(content.replace("sqlite:///{directory}", "postgresql://maim:s3cret@host"), encoding="utf-8")
    assert "s3cret" not in repr(load_profile(str(path)))
