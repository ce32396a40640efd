"""The one way to a deployment: launch it, or attach to it."""

from pathlib import Path

from support.deployments.attach import attach
from support.deployments.deployment import Deployment
from support.deployments.launch import launch
from support.deployments.profiles import load_profile
from support.errors import UsageError
from support.open_files import allow_many_open_files
from support.settings import Settings


def start(settings: Settings, directory: Path) -> Deployment:
    """Launch the profile's backends, with their logs and state in the directory, or attach to those that run.

    Raises UsageError for what cannot be used, InfrastructureError when no deployment serves in the end; then
    nothing that was launched is left running.
    """
    allow_many_open_files()
    _refuse_half_a_deployment(settings)
    profile = load_profile(settings.deployment)
    if settings.attaches or profile.attaches:
        return attach(settings, profile)
    return launch(settings, profile, directory)


def _refuse_half_a_deployment(settings: Settings) -> None:
    urls = {"configurator_url": settings.configurator_url, "replier_url": settings.replier_url}
    given = [name for name, url in urls.items() if url]
    missing = [name for name, url in urls.items() if not url]
    if given and missing:
        raise UsageError(f"{given[0]} is given without {missing[0]}; to attach to a deployment, give both.")
