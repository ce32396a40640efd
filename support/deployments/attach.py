"""Attaching to a deployment that already runs: nothing is launched, but it must look like a MaiMBot."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
import websocket

from support.database_urls import spelt
from support.deployments.checkout import CHECKOUTS, check_checkout
from support.deployments.databases import check_database
from support.deployments.deployment import Deployment
from support.deployments.probe import get
from support.deployments.profiles import Profile, from_any_folder
from support.deployments.urls import check_http_url, check_websocket_url, shown, with_path
from support.errors import InfrastructureError, UsageError
from support.masking import mask
from support.settings import Settings
from support.transport import Refused, connect

_SECONDS = 10.0
# A replier refuses a connection without a credential, or accepts it only to close it.
_REFUSALS = (401, 403, None)


@dataclass(frozen=True)
class _Mark:
    """By what a configurator is known: it lists something to everybody."""

    path: str
    kind: type
    what: str


_MARKS: Mapping[str, _Mark] = {
    "v1": _Mark("/api/v1/agents/templates", list, "array of templates"),
    "saas": _Mark("/api/v2/tenants", dict, "object with tenants"),
}


def attach(settings: Settings, profile: Profile) -> Deployment:
    """Return the deployment at the URLs of the settings or, where they give none, of the profile.

    Raises UsageError for a URL or a database that cannot be used, InfrastructureError when no MaiMBot answers.
    """
    _refuse_ports(settings)
    configurator_url = _setting("configurator_url", settings, check_http_url) or profile.configurator_url
    replier_url = _setting("replier_url", settings, check_websocket_url) or profile.replier_url
    if not (configurator_url and replier_url):
        raise UsageError(f"{profile.name} is launched; to attach, give both configurator_url and replier_url.")
    deployment = Deployment(
        profile=profile,
        profile_name=from_any_folder(settings.deployment),
        configurator_url=configurator_url,
        replier_url=with_path(replier_url, profile.replier_path),
        front_url=_setting("front_url", settings, check_http_url) or profile.front_url,
        model_url=_setting("model_url", settings, check_http_url) or profile.model_url,
        database_urls=_database_urls(settings, profile),
        directories=tuple(_directories(settings, profile)),
        wait_factor=settings.wait_factor,
    )
    seconds = _SECONDS * settings.wait_factor
    _check_configurator(configurator_url, _MARKS[profile.dialect], seconds)
    if deployment.front_url:
        _ask("front", deployment.front_url, seconds)
    _check_replier(deployment.replier_url, seconds)
    if deployment.model_url:
        _check_health("model endpoint", deployment.model_url, seconds)
    for url in deployment.database_urls:
        check_database(url, must_exist=True)
    return deployment


def _refuse_ports(settings: Settings) -> None:
    for name in ("configurator_port", "replier_port"):
        if getattr(settings, name) is not None:
            raise UsageError(f"{name} is only for launching; to attach, the port is a part of the URL.")


def _setting(name: str, settings: Settings, check: Callable[[str], str]) -> str | None:
    given: str | None = getattr(settings, name)
    try:
        return check(given) if given else None
    except ValueError as error:
        raise UsageError(f"{name}={shown(given)} is refused: {error}.") from error


def _database_urls(settings: Settings, profile: Profile) -> tuple[str, ...]:
    others = profile.databases[1:] if settings.database_url else profile.databases
    if any("{directory}" in url for url in others):
        raise UsageError(
            "database_url is missing: what the run creates is purged in the database of the deployment that it "
            "attaches to; give it as -D database_url= or, when it holds a password, as MAIM_DATABASE_URL."
        )
    found = tuple(_in_checkout(url, settings, profile, spelt) for url in others)
    return (settings.database_url, *found) if settings.database_url else found


def _directories(settings: Settings, profile: Profile) -> Iterator[str]:
    for pattern in profile.directories:
        if "{directory}" not in pattern:  # that is the folder of a launch
            yield _in_checkout(pattern, settings, profile)


def _in_checkout(text: str, settings: Settings, profile: Profile, write: Callable[[Path], str] = str) -> str:
    """Fill the placeholders of the checkouts in which the deployment runs, written so."""
    for name in CHECKOUTS:
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", write(check_checkout(settings, name, profile.name)))
    return text


def _check_configurator(url: str, mark: _Mark, seconds: float) -> None:
    _check_health("configurator", url, seconds)
    list_url = f"{url}{mark.path}"
    answer = _ask_healthy("configurator", list_url, seconds)
    try:
        listed = answer.json()
    except requests.JSONDecodeError:
        listed = None
    if answer.status_code != 200 or not isinstance(listed, mark.kind):
        raise InfrastructureError(
            f"{mask(url)} answers but is no MaiMBot configurator (GET {mask(list_url)} answers {answer.status_code} "
            f"in place of 200 with a JSON {mark.what}); give the configurator's own URL."
        )


def _check_replier(url: str, seconds: float) -> None:
    try:
        transport = connect(url, {}, seconds)
        transport.close()
        transport.socket.close()
    except Refused as refusal:
        if refusal.status not in _REFUSALS:
            raise InfrastructureError(
                f"{mask(url)} answers but is no MaiMBot replier (a WebSocket handshake is answered with status "
                f"{refusal.status}); give the replier's own URL with its path."
            ) from refusal
    except (websocket.WebSocketException, OSError) as error:
        raise InfrastructureError(
            f"no MaiMBot replier can be reached at {mask(url)} ({error}); start it, or give the right URL."
        ) from error


def _check_health(what: str, url: str, seconds: float) -> None:
    status = _ask_healthy(what, f"{url}/health", seconds).status_code
    if status != 200:
        raise InfrastructureError(
            f"{mask(url)} answers but is no MaiMBot {what} (GET {mask(url)}/health answers {status} in place of 200); "
            f"give the {what}'s own URL."
        )


def _ask_healthy(what: str, url: str, seconds: float) -> requests.Response:
    answer = _ask(what, url, seconds)
    if answer.status_code >= 500:
        raise InfrastructureError(
            f"the {what} is not healthy: GET {mask(url)} answers {answer.status_code} in place of 200; see its log."
        )
    return answer


def _ask(what: str, url: str, seconds: float) -> requests.Response:
    try:
        return get(url, seconds)
    except requests.RequestException as error:
        raise InfrastructureError(
            f"the {what} cannot be reached: GET {mask(url)} has no answer ({type(error).__name__}); "
            "start it, or give the right URL."
        ) from error
