"""Launching the backends of a profile."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from support.database_urls import spelt
from support.deployments.backend import Backend
from support.deployments.checkout import CHECKOUTS, check_checkout, copy_checkout, find_python, write_files
from support.deployments.databases import check_database, parse_url, with_absolute_path
from support.deployments.deployment import Deployment
from support.deployments.ports import HOST, free_ports
from support.deployments.profiles import BackendProfile, Profile, from_any_folder
from support.deployments.record import stop_recorded
from support.errors import InfrastructureError, UsageError
from support.settings import ENVIRONMENT_PREFIX, Port, Settings


def launch(settings: Settings, profile: Profile, directory: Path) -> Deployment:
    """Launch the profile's backends in order; when one fails, stop those that were launched before.

    What an earlier, killed launch left running in the directory is stopped first.
    """
    _refuse_unused(settings, profile)
    directory = directory.absolute()
    stop_recorded(directory)
    deployment, backends = _plan(settings, profile, directory)
    for backend in backends:
        backend.check_port()
    for name in profile.checkouts:
        copy_checkout(check_checkout(settings, name, profile.name), directory / name, profile.leave_out)
    _make_folders(directory, backends, deployment.database_urls)
    for url in deployment.database_urls:
        check_database(url, must_exist=False)
    try:
        for group in [backends] if profile.start_together else [[backend] for backend in backends]:
            deployment.launch(*group)
    except BaseException as failure:
        try:
            deployment.stop()
        except InfrastructureError as late:
            raise failure from late
        raise
    return deployment


def _refuse_unused(settings: Settings, profile: Profile) -> None:
    if settings.model_url:
        raise UsageError(
            f"model_url is only for attaching, and {profile.name} is launched; "
            "name a model that already runs by the key model_url of a profile without a model backend."
        )
    for name in CHECKOUTS:
        if getattr(settings, name) and name not in profile.checkouts:
            raise UsageError(f"{name} is given, and {profile.name} is not launched from such a checkout; leave it out.")
    if settings.front_url:
        raise UsageError(f"front_url is only for attaching, and {profile.name} is launched; leave it out.")
    if settings.database_url and not profile.chooses_database:
        raise UsageError(
            f"database_url is given, and no backend of {profile.name} is told its database; leave it out, "
            "or write {database_url} where the profile tells them."
        )


def _plan(settings: Settings, profile: Profile, directory: Path) -> tuple[Deployment, list[Backend]]:
    ports = _choose_ports(settings, profile)
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    places = _find_places(settings, profile, directory)
    databases = tuple(_fill_url(url, places) for url in profile.databases)
    if settings.database_url:
        # The backends run in other folders.
        databases = (with_absolute_path(settings.database_url), *databases[1:])
    deployment = Deployment(
        profile=profile,
        profile_name=from_any_folder(settings.deployment),
        configurator_url=urls["configurator"],
        replier_url=f"ws://{HOST}:{ports['replier']}{profile.replier_path}",
        front_url=urls.get("front"),
        model_url=urls.get("model", profile.model_url),
        database_urls=databases,
        # Which tenant's it is, the purge says.
        directories=tuple(each.format(**places, tenant_id="{tenant_id}") for each in profile.directories),
        wait_factor=settings.wait_factor,
        directory=directory,
    )
    urls["replier"] = deployment.replier_url
    places |= {
        "database_url": databases[0],
        "model_url": str(deployment.model_url),
        "configurator_url": urls["configurator"],
    }
    spare_ports = dict(zip(ports, free_ports(len(ports)), strict=True))
    return deployment, [
        _plan_backend(
            each,
            urls[each.name],
            ports[each.name],
            {**places, "spare_port": str(spare_ports[each.name])},
            directory,
        )
        for each in profile.backends
    ]


def _find_places(settings: Settings, profile: Profile, directory: Path) -> dict[str, str]:
    """Return what the placeholders that all backends share stand for."""
    places = {"python": sys.executable, "directory": str(directory)}
    for name in profile.checkouts:
        checkout = check_checkout(settings, name, profile.name)
        places |= {name: str(directory / name), f"{name}_python": find_python(checkout)}
    return places


def _fill_url(url: str, places: Mapping[str, str]) -> str:
    return url.format(**{name: spelt(place) for name, place in places.items() if f"{{{name}}}" in url})


def _plan_backend(profile: BackendProfile, url: str, port: int, places: Mapping[str, str], directory: Path) -> Backend:
    def filled(text: str) -> str:
        return text.format(**places, port=port)

    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
    given = {name: filled(text) for name, text in profile.environment.items()}
    return Backend(
        name=profile.name,
        url=url,
        port=port,
        health_url=f"http://{HOST}:{port}{profile.health}",
        log_file=directory / "logs" / f"{profile.name}.log",
        command=tuple(map(filled, profile.command)),
        prepare=tuple(tuple(map(filled, command)) for command in profile.prepare),
        working_directory=Path(filled(str(profile.working_directory))),
        environment={**inherited, "PYTHONUNBUFFERED": "1", **given},
        files={directory / profile.checkout / path: filled(text) for path, text in profile.files.items()},
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


def _make_folders(directory: Path, backends: list[Backend], database_urls: Iterable[str]) -> None:
    databases = [Path(parse_url(url).database or "") for url in database_urls]
    try:
        for folder in [database.parent for database in databases if database.is_relative_to(directory)]:
            folder.mkdir(parents=True, exist_ok=True)
        for backend in backends:
            backend.log_file.parent.mkdir(parents=True, exist_ok=True)
            backend.log_file.write_bytes(b"")
            write_files(backend.files)
    except OSError as error:
        raise InfrastructureError(
            f"{directory} cannot hold a deployment ({error.strerror}: {error.filename}); "
            "give a folder that can be written."
        ) from error
