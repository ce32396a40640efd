import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from support.deployments import Deployment, start
from support.deployments.ports import free_ports
from support.errors import InfrastructureError, UsageError
from support.settings import load_settings

Serve = Callable[..., int]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    connection = sqlite3.connect(tmp_path / "running.db")
    connection.execute("CREATE TABLE agents (id INTEGER)")
    connection.close()
    return f"sqlite:///{tmp_path}/running.db"


def attach(tmp_path: Path, **userdata: str) -> Deployment:
    return start(load_settings(userdata, {}), tmp_path / "run")


@pytest.mark.parametrize("handshake", ["101", "401", "403"])
def test_a_running_deployment_is_attached_to_and_nothing_is_launched(
    serve: Serve, database_url: str, tmp_path: Path, handshake: str
) -> None:
    port = serve("--handshake", handshake)
    deployment = attach(
        tmp_path,
        configurator_url=f"http://127.0.0.1:{port}/",
        replier_url=f"ws://127.0.0.1:{port}",
        model_url=f"http://127.0.0.1:{port}",
        database_url=database_url,
    )
    assert deployment.configurator_url == f"http://127.0.0.1:{port}"
    assert deployment.replier_url == f"ws://127.0.0.1:{port}/ws"
    assert deployment.model_url == f"http://127.0.0.1:{port}"
    assert deployment.database_urls == (database_url,)
    assert deployment.backends == ()
    assert not (tmp_path / "run").exists()
    deployment.check_alive()
    deployment.stop()


def test_a_profile_without_backends_attaches_by_its_own_urls(serve: Serve, database_url: str, tmp_path: Path) -> None:
    port = serve()
    profile = tmp_path / "running.toml"
    profile.write_text(
        f"""
name = "running"
dialect = "v1"
credential = "{{tenant_id}}:{{agent_id}}"
configurator_url = "http://127.0.0.1:{port}"
replier_url = "ws://127.0.0.1:{port}/ws"
databases = ["{database_url}"]
""",
        encoding="utf-8",
    )
    deployment = attach(tmp_path, deployment=str(profile))
    assert deployment.replier_url == f"ws://127.0.0.1:{port}/ws"
    assert deployment.model_url is None


@pytest.mark.parametrize(
    ("given", "missing"), [("configurator_url", "replier_url"), ("replier_url", "configurator_url")]
)
def test_half_a_deployment_is_refused(tmp_path: Path, given: str, missing: str) -> None:
    with pytest.raises(UsageError, match=f"{given} is given without {missing}"):
        attach(tmp_path, **{given: "http://127.0.0.1:1"})


def test_a_server_that_is_no_configurator_is_refused(serve: Serve, database_url: str, tmp_path: Path) -> None:
    port = serve("--templates", '{"detail": "Not Found"}')
    with pytest.raises(InfrastructureError, match="answers but is no MaiMBot configurator"):
        attach(
            tmp_path,
            configurator_url=f"http://127.0.0.1:{port}",
            replier_url=f"ws://127.0.0.1:{port}",
            database_url=database_url,
        )


def test_a_server_that_is_no_replier_is_refused(serve: Serve, database_url: str, tmp_path: Path) -> None:
    port = serve("--handshake", "404")
    with pytest.raises(InfrastructureError, match=r"answers but is no MaiMBot replier .* status 404"):
        attach(
            tmp_path,
            configurator_url=f"http://127.0.0.1:{port}",
            replier_url=f"ws://127.0.0.1:{port}",
            database_url=database_url,
        )


@pytest.mark.parametrize("status", ["404", "401", "204"])
def test_a_server_whose_health_is_nothing_it_knows_is_no_configurator(
    serve: Serve, database_url: str, tmp_path: Path, status: str
) -> None:
    url = f"http://127.0.0.1:{serve('--health', status)}"
    expected = rf"{url} answers but is no MaiMBot configurator \(GET {url}/health answers {status} in place of 200\)"
    with pytest.raises(InfrastructureError, match=expected):
        attach(tmp_path, configurator_url=url, replier_url=url.replace("http", "ws"), database_url=database_url)


def test_a_server_that_is_no_model_endpoint_is_refused(serve: Serve, database_url: str, tmp_path: Path) -> None:
    url, model_url = (f"http://127.0.0.1:{serve('--health', status)}" for status in ("200", "404"))
    with pytest.raises(InfrastructureError, match=f"{model_url} answers but is no MaiMBot model endpoint"):
        attach(
            tmp_path,
            configurator_url=url,
            replier_url=url.replace("http", "ws"),
            model_url=model_url,
            database_url=database_url,
        )


@pytest.mark.parametrize(("what", "path"), [("--health", "/health"), ("--listing", "/api/v1/agents/templates")])
def test_an_unhealthy_configurator_is_refused(
    serve: Serve, database_url: str, tmp_path: Path, what: str, path: str
) -> None:
    port = serve(what, "500")
    with pytest.raises(InfrastructureError, match=rf"the configurator is not healthy: GET .*{path} answers 500"):
        attach(
            tmp_path,
            configurator_url=f"http://127.0.0.1:{port}",
            replier_url=f"ws://127.0.0.1:{port}",
            database_url=database_url,
        )


def test_an_unreachable_url_is_one_sentence(serve: Serve, database_url: str, tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    port = serve()
    for configurator, replier, expected in (
        (nobody, port, "the configurator cannot be reached"),
        (port, nobody, "no MaiMBot replier can be reached"),
    ):
        with pytest.raises(InfrastructureError, match=expected) as failure:
            attach(
                tmp_path,
                configurator_url=f"http://127.0.0.1:{configurator}",
                replier_url=f"ws://127.0.0.1:{replier}",
                database_url=database_url,
            )
        assert "\n" not in str(failure.value)


def test_a_database_of_an_attached_deployment_is_given_exists_and_opens(serve: Serve, tmp_path: Path) -> None:
    port = serve()
    urls = {"configurator_url": f"http://127.0.0.1:{port}", "replier_url": f"ws://127.0.0.1:{port}"}
    (tmp_path / "text.db").write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(UsageError, match="database_url is missing"):
        attach(tmp_path, **urls)
    with pytest.raises(UsageError, match=r"missing\.db does not exist"):
        attach(tmp_path, **urls, database_url=f"sqlite:///{tmp_path}/missing.db")
    assert not (tmp_path / "missing.db").exists()
    (tmp_path / "uri.db").touch()
    assert attach(tmp_path, **urls, database_url=f"sqlite:///file:{tmp_path}/uri.db?uri=true")
    with pytest.raises(UsageError, match="does not open: file is not a database"):
        attach(tmp_path, **urls, database_url=f"sqlite:///{tmp_path}/text.db")
    with pytest.raises(UsageError, match="no SQLAlchemy URL"):
        attach(tmp_path, **urls, database_url="maimbot.db")
    with pytest.raises(UsageError, match="does not open: could not convert string to float: 'abc'"):
        attach(tmp_path, **urls, database_url=f"sqlite:///{tmp_path}/text.db?timeout=abc")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("configurator_url", "127.0.0.1:8000", "http://HOST:PORT or https://HOST:PORT is allowed"),
        ("replier_url", "http://127.0.0.1:8095", "ws://HOST:PORT or wss://HOST:PORT is allowed"),
        ("configurator_url", "http://bad..host:80", "http://HOST:PORT or https://HOST:PORT is allowed"),
        ("replier_url", "ws://bad..host:80", "ws://HOST:PORT or wss://HOST:PORT is allowed"),
        ("model_url", "http://127.0.0.1:port", "http://HOST:PORT or https://HOST:PORT is allowed"),
    ],
)
def test_a_url_of_another_form_is_refused(tmp_path: Path, name: str, value: str, allowed: str) -> None:
    urls = {"configurator_url": "http://127.0.0.1:1", "replier_url": "ws://127.0.0.1:1", name: value}
    with pytest.raises(UsageError, match=f"{name}='{value}' is refused: {allowed}"):
        attach(tmp_path, **urls)


@pytest.mark.parametrize("name", ["configurator_url", "replier_url", "front_url", "model_url"])
@pytest.mark.parametrize("user", ["maim:s3cret", "maim:s3c/ret", "maim:s3c@ret", "s3cret"])
def test_a_url_with_a_password_is_refused_and_not_shown(tmp_path: Path, name: str, user: str) -> None:
    urls = {"configurator_url": "http://127.0.0.1:1", "replier_url": "ws://127.0.0.1:1"}
    scheme = "ws" if name == "replier_url" else "http"
    with pytest.raises(UsageError, match=rf"^{name}=\*\*\* is refused: {scheme}://HOST:PORT or ") as refusal:
        attach(tmp_path, **{**urls, name: f"{scheme}://{user}@127.0.0.1:1"})
    assert "s3c" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_port_without_a_launch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="configurator_port is only for launching"):
        attach(
            tmp_path,
            configurator_url="http://127.0.0.1:1",
            replier_url="ws://127.0.0.1:1",
            configurator_port="auto",
        )
