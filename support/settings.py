"""The one configuration object: profile < environment (MAIM_*) < -D; an unknown name is an error."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from support.errors import UsageError, nearest
from support.masking import remember_secret

ENVIRONMENT_PREFIX = "MAIM_"
# Names that belong to other programs: Allure's own userdata keys hold a dot.
_FOREIGN_USERDATA = re.compile(r".+\..+")


class MessageRange(tuple[int, int]):
    """How many messages a conversation has: fewest and most, both inclusive; one number when they are equal."""

    __slots__ = ()

    def __str__(self) -> str:
        fewest, most = self
        return str(fewest) if fewest == most else f"{fewest}..{most}"


def _parse_message_range(value: object) -> MessageRange:
    match = re.fullmatch(r"(\d{1,9})(?:\.\.(\d{1,9}))?", str(value).strip())
    if not match:
        raise ValueError("a number or a range such as 5..10 is allowed")
    fewest, most = int(match[1]), int(match[2] or match[1])
    if not 1 <= fewest <= most <= 100:
        raise ValueError("1..100 messages, the smaller number first, are allowed")
    return MessageRange((fewest, most))


def _refuse_empty(value: object) -> object:
    # It would be the current folder.
    if value == "":
        raise ValueError("the path of a folder is allowed, such as . for this one")
    return value


Folder = Annotated[Path, BeforeValidator(_refuse_empty)]
Port = Literal["auto"] | Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What a run was asked to do. Field names are the names of -D and, in capitals, of MAIM_ variables."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    deployment: str = Field("embedded", description="profile: a name in deployments/ or the path of a TOML file")
    users: int = Field(3, ge=1, le=500, description="tenants of the acceptance flow, 1..500")
    agents: int = Field(2, ge=1, le=50, description="agents of each tenant, 1..50")
    messages: Annotated[MessageRange, BeforeValidator(_parse_message_range)] = Field(
        MessageRange((5, 5)), description="messages of each conversation, 1..100: 5 or 5..10"
    )
    cleanup: bool = Field(True, description="purge what the run created (yes or no)")
    maimbot: Folder | None = Field(None, description="a MaiMBot checkout, for a profile that launches one")
    maimconfig: Folder | None = Field(None, description="a MaimConfig checkout, for a profile that launches one")
    maimwebbackend: Folder | None = Field(
        None, description="a MaimWebBackend checkout, for a profile that launches one"
    )
    configurator_port: Port | None = Field(None, description="port of a launched configurator, 1..65535 or auto")
    replier_port: Port | None = Field(None, description="port of a launched replier, 1..65535 or auto")
    configurator_url: str | None = Field(None, description="attach to this configurator, launch nothing")
    replier_url: str | None = Field(None, description="attach to this replier (ws://HOST:PORT)")
    front_url: str | None = Field(None, description="the web front of an attached deployment that has one")
    model_url: str | None = Field(None, description="the recording model endpoint of an attached deployment")
    database_url: str | None = Field(None, description="SQLAlchemy URL of the deployment's database", repr=False)
    reports: Folder = Field(Path("reports"), description="folder of the run reports")
    topics: Literal["file", "llm"] = Field("file", description="who writes what users say: file or llm")
    llm_base_url: str | None = Field(None, description="the OpenAI-compatible service that writes with -D topics=llm")
    llm_api_key: str | None = Field(None, description="its key", repr=False)
    llm_model: str | None = Field(None, description="its model")
    wait_factor: float = Field(1.0, gt=0, le=100, description="multiplies every time-out, more than 0, at most 100")

    @property
    def attaches(self) -> bool:
        """Whether the deployment is already running elsewhere."""
        return self.configurator_url is not None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what load_settings gives, which has read the environment itself."""
        return (init_settings,)


def load_settings(userdata: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Settings:
    """Read -D names and MAIM_ variables; raise UsageError naming the value, what is allowed and the nearest name."""
    given, variables = _ours(userdata, os.environ if environment is None else environment)
    _refuse_unknown("-D ", given, Settings.model_fields)
    _refuse_unknown("", variables, [ENVIRONMENT_PREFIX + name.upper() for name in Settings.model_fields])
    try:
        settings = Settings(**_values(given, variables))
    except ValidationError as error:
        raise UsageError(_describe(error)) from error
    remember_secret(settings.llm_api_key or "")
    _refuse_missing_llm(settings)
    return settings


def usable_settings(userdata: Mapping[str, str]) -> Settings:
    """Return what can be used of -D names and MAIM_ variables, the defaults in place of what load_settings refuses."""
    values = _values(*_ours(userdata, os.environ))
    try:
        return Settings(**values)
    except ValidationError as error:
        refused = {each["loc"][0] for each in error.errors()}
        return Settings(**{name: value for name, value in values.items() if name not in refused})


def _ours(userdata: Mapping[str, str], environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    given = {name: value for name, value in userdata.items() if not _FOREIGN_USERDATA.fullmatch(name)}
    return given, {name: value for name, value in environment.items() if name.upper().startswith(ENVIRONMENT_PREFIX)}


def _values(given: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the values by the names of the settings; an empty variable gives none."""
    named = {name.removeprefix(ENVIRONMENT_PREFIX).lower(): value for name, value in variables.items() if value}
    values = {**named, **given}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _refuse_missing_llm(settings: Settings) -> None:
    missing = [name for name in ("llm_base_url", "llm_api_key", "llm_model") if not getattr(settings, name)]
    if settings.topics == "llm" and missing:
        variables = ", ".join(ENVIRONMENT_PREFIX + name.upper() for name in missing)
        raise UsageError(f"topics=llm needs an OpenAI-compatible service that writes; also give {variables}.")


def _refuse_unknown(prefix: str, given: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            raise UsageError(
                f"{prefix}{name} is no setting of this suite; did you mean {prefix}{nearest(name, known)}? "
                f"Allowed are {', '.join(prefix + each for each in known)}."
            )


def _describe(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    what = first["msg"].removeprefix("Value error, ").lower()
    shown = repr(first["input"]) if Settings.model_fields[name].repr else "***"
    return f"{name}={shown} is refused: {what} ({Settings.model_fields[name].description})."
