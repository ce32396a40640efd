"""Deployments of small real servers, and everything that a test started stopped at its end."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from support.deployments import Deployment, start
from support.deployments.ports import free_ports
from support.polling import wait_until
from support.settings import load_settings

SERVER = Path(__file__).with_name("server.py")

WriteProfile = Callable[..., Path]
Start = Callable[..., Deployment]
Serve = Callable[..., int]


@pytest.fixture
def write_profile(tmp_path: Path) -> WriteProfile:
    """Write a profile whose backends are small servers; a keyword holds a backend's further arguments."""

    def write(**arguments: str) -> Path:
        backends = "".join(
            f"""
[[backend]]
name = "{name}"
command = ["{{python}}", "{SERVER}", "--port", "{{port}}"{_as_toml(arguments.get(name, ""))}]
port = "auto"
start_timeout = {arguments.get(f"{name}_timeout", "10")}
[backend.environment]
MAIM_DATABASE_URL = "{{database_url}}"
MODEL = "{{model_url}}/v1"
"""
            for name in ("model", "configurator", "replier")
        )
        path = tmp_path / "small.toml"
        path.write_text(
            f"""
name = "small"
dialect = "v1"
credential = "{{api_key}}:{{agent_id}}"
start_together = {arguments.get("together", "false")}
databases = ["sqlite:///{{directory}}/small.db"]
{backends}""",
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def start_small(tmp_path: Path, write_profile: WriteProfile) -> Iterator[Start]:
    """Start a deployment of small servers; the keyword userdata holds settings, the others backends' arguments."""
    started: list[Deployment] = []

    def start_deployment(userdata: dict[str, str] | None = None, folder: str = "run", **arguments: str) -> Deployment:
        profile = write_profile(**arguments)
        settings = load_settings({"deployment": str(profile), **(userdata or {})}, {})
        started.append(start(settings, tmp_path / folder))
        return started[-1]

    yield start_deployment
    for deployment in started:
        deployment.stop()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Run a small server that belongs to nobody's deployment; return its port."""
    servers: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> int:
        (port,) = free_ports(1)
        command = [sys.executable, str(SERVER), "--port", str(port), *arguments]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        servers.append(server)
        assert wait_until(lambda: bool(psutil.Process(server.pid).net_connections("tcp")), 10)
        return port

    yield run
    for server in servers:
        server.kill()
        server.wait()


def _as_toml(arguments: str) -> str:
    return "".join(f', "{part}"' for part in arguments.split())
