"""Launching the backends of a profile."""

import os
import sys
from pathlib import Path

from support.deployments.backend import Backend
from support.deployments.databases import check_database
from support.deployments.deployment import Deployment
from support.deployments.ports import HOST, free_ports
from support.deployments.profile import BackendProfile, Profile
from support.deployments.record import stop_recorded
from support.errors import InfrastructureError, UsageError
from support.settings import ENVIRONMENT_PREFIX, Port, Settings


def launch(settings: Settings, profile: Profile, directory: Path) -> Deployment:
    """Launch the profile's backends one after the other; when one fails, stop those that were launched before.

    What an earlier, killed launch left running in the directory is stopped first.
    """
    if settings.model_url:
        raise UsageError(
            f"model_url is only for attaching, and {profile.name} is launched; "
            "name a model that already runs by the key model_url of a profile without a model backend."
        )
    directory = directory.absolute()
    stop_recorded(directory)
    deployment, backends = _plan(settings, profile, directory)
    for backend in backends:
        backend.check_port()
    _make_folders(directory, backends)
    for url in deployment.database_urls:
        check_database(url, must_exist=False)
    try:
        for backend in backends:
            deployment.launch(backend)
    except BaseException as failure:
        try:
            deployment.stop()
        except InfrastructureError as late:
            raise failure from late
        raise
    return deployment


def _plan(settings: Settings, profile: Profile, directory: Path) -> tuple[Deployment, list[Backend]]:
    ports = _choose_ports(settings, profile)
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    databases = tuple(url.format(directory=directory) for url in profile.databases)
    if settings.database_url:
        databases = (settings.database_url, *databases[1:])
    deployment = Deployment(
        profile=profile,
        configurator_url=urls["configurator"],
        replier_url=f"ws://{HOST}:{ports['replier']}{profile.replier_path}",
        model_url=urls.get("model", profile.model_url),
        database_urls=databases,
        wait_factor=settings.wait_factor,
        directory=directory,
    )
    urls["replier"] = deployment.replier_url
    return deployment, [
        _plan_backend(each, urls[each.name], ports[each.name], deployment, directory) for each in profile.backends
    ]


def _plan_backend(profile: BackendProfile, url: str, port: int, deployment: Deployment, directory: Path) -> Backend:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    given = {
        name: text.format(
            database_url=deployment.database_urls[0],
            model_url=deployment.model_url,
            port=port,
            directory=directory,
        )
        for name, text in profile.environment.items()
    }
    return Backend(
        name=profile.name,
        url=url,
        port=port,
        health_url=f"http://{HOST}:{port}{profile.health}",
        log_file=directory / "logs" / f"{profile.name}.log",
        command=tuple(part.format(python=sys.executable, port=port, directory=directory) for part in profile.command),
        working_directory=profile.working_directory,
        environment={**inherited, "PYTHONUNBUFFERED": "1", **given},
        start_timeout=profile.start_timeout,
    )


def _choose_ports(settings: Settings, profile: Profile) -> dict[str, int]:
    asked = {"configurator": settings.configurator_port, "replier": settings.replier_port}
    wanted: dict[str, Port] = {each.name: asked.get(each.name) or each.wanted_port for each in profile.backends}
    free = iter(free_ports(len(wanted)))
    ports = {name: next(free) if port == "auto" else port for name, port in wanted.items()}
    if len(set(ports.values())) < len(ports):
        raise UsageError(f"two backends of {profile.name} have the same port ({ports}); give each its own, or auto.")
    return ports


def _make_folders(directory: Path, backends: list[Backend]) -> None:
    try:
        for backend in backends:
            backend.log_file.parent.mkdir(parents=True, exist_ok=True)
            backend.log_file.write_bytes(b"")
    except OSError as error:
        raise InfrastructureError(
            f"{directory} cannot hold a deployment ({error.strerror}: {error.filename}); "
            "give a folder that can be written."
        ) from error
