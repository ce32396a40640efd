"""Profiles: the TOML files that say how a deployment is launched, reached and spelt."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from support.deployments.checkout import CHECKOUTS, expand_home
from support.deployments.placeholders import check_placeholders
from support.deployments.urls import check_http_url, check_websocket_url, shown
from support.errors import UsageError, nearest
from support.masking import mask
from support.settings import Port
from support.toml import read_toml

FOLDER = Path(__file__).resolve().parents[2] / "deployments"
_DEFAULT_PORTS: Mapping[str, Port] = {"model": "auto", "configurator": 8000, "replier": 8095, "front": 8880}
_KNOWN_FAILURES = ".known-failures"
_OF_A_BACKEND = (
    *("python", "port", "spare_port", "directory", "database_url", "model_url", "configurator_url"),
    *CHECKOUTS,
    *(f"{name}_python" for name in CHECKOUTS),
)

BackendName = Literal["model", "configurator", "replier", "front"]
UrlPath = Annotated[str, Field(pattern=r"^/\S*$", description="a path that begins with /")]
HttpUrl = Annotated[str, AfterValidator(check_http_url)]
WebSocketUrl = Annotated[str, AfterValidator(check_websocket_url)]


def _with_placeholders(*allowed: str) -> AfterValidator:
    return AfterValidator(lambda text: check_placeholders(text, allowed))


BackendText = Annotated[str, _with_placeholders(*_OF_A_BACKEND)]


def _check_inner_path(path: str) -> str:
    if not path or Path(path).is_absolute() or ".." in Path(path).parts:
        raise ValueError("a path inside of the checkout is allowed")
    return path


InnerPath = Annotated[str, AfterValidator(_check_inner_path)]


def _check_tenant_directory(pattern: str) -> str:
    check_placeholders(pattern, ["tenant_id", "directory", *CHECKOUTS])
    if "{tenant_id}" not in pattern:
        raise ValueError("it holds no {tenant_id}, so it would be the directory of all tenants")
    return pattern


def _check_database(url: str) -> str:
    check_placeholders(url, ["directory", *CHECKOUTS])
    try:
        make_url(url)
    except ArgumentError:
        raise ValueError("it is no SQLAlchemy URL such as sqlite:////path/to/file.db") from None
    return url


class BackendProfile(BaseModel):
    """How one backend is launched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: BackendName = Field(description="model, configurator, replier or front")
    checkout: Literal["maimbot", "maimconfig", "maimwebbackend"] = Field(
        "maimbot", description="maimbot, maimconfig or maimwebbackend"
    )
    prepare: tuple[tuple[BackendText, ...], ...] = Field(
        (), description="a list of commands, each a list: the program and its arguments"
    )
    command: tuple[BackendText, ...] = Field(min_length=1, description="a list: the program and its arguments")
    port: Port | None = Field(None, description='a number 1..65535 or "auto"')
    health: UrlPath = "/health"
    start_timeout: float = Field(30, gt=0, le=3600, description="seconds, more than 0, at most 3600")
    working_directory: Path = Field(Path(), validate_default=True, description="a folder, relative to the profile")
    environment: dict[str, BackendText] = Field(default_factory=dict, repr=False, description="a table of texts")
    short_sessions: dict[str, BackendText] = Field(default_factory=dict, repr=False, description="a table of texts")
    files: dict[InnerPath, BackendText] = Field(
        default_factory=dict, repr=False, description="a table of texts by their paths in the checkout"
    )

    @property
    def wanted_port(self) -> Port:
        """The port that the profile asks for, or MaiMBot's own."""
        return _DEFAULT_PORTS[self.name] if self.port is None else self.port

    @property
    def texts(self) -> Iterable[str]:
        """Whatever may hold a placeholder."""
        prepared = [text for command in self.prepare for text in command]
        return (
            *self.command,
            *prepared,
            *self.environment.values(),
            *self.short_sessions.values(),
            *self.files.values(),
            str(self.working_directory),
        )

    def with_short_sessions(self) -> "BackendProfile":
        """Return it with the environment in which its tokens soon end."""
        return self.model_copy(update={"environment": {**self.environment, **self.short_sessions}})

    @field_validator("working_directory")
    @classmethod
    def _find_folder(cls, given: Path, info: ValidationInfo) -> Path:
        if given.parts and given.parts[0] in [f"{{{name}}}" for name in CHECKOUTS]:
            return given
        beside: Path = info.context["folder"] if info.context else Path()
        folder = (beside / expand_home(given)).resolve()
        if not folder.is_dir():
            raise ValueError(f"{folder} is no folder")
        return folder


class Profile(BaseModel):
    """A deployment: launched by its backends, or attached to by its URLs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    description: str = ""
    dialect: Literal["v1", "saas"] = Field(description="v1 or saas")
    credential: Annotated[str, _with_placeholders("api_key", "agent_key", "tenant_id", "agent_id")]
    start_together: bool = Field(False, description="true or false")
    one_token_a_second: bool = Field(False, description="true or false")
    reading_seconds: float = Field(0, ge=0, le=60, description="seconds, at most 60")
    restart_after_conversations: int | None = Field(None, ge=1, description="a number of at least 1")
    autosave_seconds: float = Field(0, ge=0, le=3600, description="seconds, at most 3600")
    replier_path: UrlPath = "/ws"
    databases: tuple[Annotated[str, AfterValidator(_check_database)], ...] = Field(
        min_length=1, repr=False, description="a list of SQLAlchemy URLs, the main one first"
    )
    directories: tuple[Annotated[str, AfterValidator(_check_tenant_directory)], ...] = Field(
        (), description="a list of paths that hold {tenant_id}"
    )
    leave_out: tuple[InnerPath, ...] = Field((), description="a list of paths in the checkout")
    backends: tuple[BackendProfile, ...] = Field((), alias="backend", description="[[backend]] tables")
    configurator_url: HttpUrl | None = None
    replier_url: WebSocketUrl | None = None
    front_url: HttpUrl | None = None
    model_url: HttpUrl | None = None

    @property
    def attaches(self) -> bool:
        """Whether the deployment is already running elsewhere."""
        return not self.backends

    @property
    def checkouts(self) -> list[str]:
        """The checkouts from which it is launched, by the settings that give them."""
        texts = (*self._texts(), *self.databases, *self.directories)
        return [name for name in CHECKOUTS if any(f"{{{name}" in text for text in texts)]

    @property
    def chooses_database(self) -> bool:
        """Whether its backends are told their database."""
        return any("{database_url}" in text for text in self._texts())

    @model_validator(mode="after")
    def _launch_or_attach(self) -> "Profile":
        if self.backends:
            self._check_launching()
        elif not (self.configurator_url and self.replier_url):
            raise ValueError("it has no [[backend]], so it attaches and needs both configurator_url and replier_url")
        return self

    def _check_launching(self) -> None:
        names = [backend.name for backend in self.backends]
        known = [name for name in _DEFAULT_PORTS if name in names]
        if len(known) < len(names) or not {"configurator", "replier"} <= set(names) or "model" in names[1:]:
            raise ValueError(
                f"its backends are {', '.join(names)}; allowed are configurator and replier, with or without model "
                "before and front behind them, each once"
            )
        if self.configurator_url or self.replier_url or self.front_url:
            raise ValueError(
                "it has [[backend]] and so launches; configurator_url, replier_url and front_url are only for attaching"
            )
        if "model" in names and self.model_url:
            raise ValueError("it has a model backend and the key model_url; only one of them is allowed")
        if "model" not in names and not self.model_url and any("{model_url}" in text for text in self._texts()):
            raise ValueError("{model_url} in it needs a model backend or the key model_url")

    def _texts(self) -> list[str]:
        return [text for each in self.backends for text in each.texts]


def load_profile(name_or_path: str) -> Profile:
    """Read a profile by its name in deployments/ or by its path; raise UsageError for anything wrong in it."""
    path = find_profile(name_or_path)
    content = read_toml(path)
    try:
        return Profile.model_validate(content, context={"folder": path.parent})
    except ValidationError as error:
        # The original error shows the values, and with them a database's password.
        raise UsageError(f"{path}: {_describe(error)}.") from None


def find_profile(name_or_path: str) -> Path:
    """Return the file of a profile. Raises UsageError when there is none."""
    known, beside = [path.stem for path in _profiles_in(FOLDER)], []
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        path = expand_home(Path(name_or_path))
        if path.is_file():
            return path
        beside = list(map(str, _profiles_in(path.parent)))
    elif name_or_path in known:
        return FOLDER / f"{name_or_path}.toml"
    raise UsageError(
        f"deployment={name_or_path!r} is no profile; did you mean {nearest(name_or_path, [*beside, *known])}? "
        f"Known are {', '.join(known)}; the path of a TOML file is allowed, too."
    )


def _profiles_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if not path.stem.endswith(_KNOWN_FAILURES))


def from_any_folder(name_or_path: str) -> str:
    """Return what stands for the same profile wherever it is read. Raises UsageError for a name that is unknown."""
    path = find_profile(name_or_path)
    return name_or_path if path == FOLDER / f"{name_or_path}.toml" else str(path.absolute())


def known_failures_beside(name_or_path: str) -> Path:
    """Return the file beside the profile that lists what the deployment is known to break; it need not exist."""
    return find_profile(name_or_path).with_suffix(f"{_KNOWN_FAILURES}.toml")


def _describe(error: ValidationError) -> str:
    # A misspelt key is also a missing one; the misspelling is the cause.
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    location = first["loc"]
    if not location:
        return str(first["msg"]).removeprefix("Value error, ")
    fields, where = Profile.model_fields, ""
    if location[0] == "backend" and len(location) > 2:
        fields, where = BackendProfile.model_fields, f" of [[backend]] number {int(location[1]) + 1}"
        location = location[2:]
    key = str(location[0])
    known = {field.alias or name: field for name, field in fields.items()}
    if first["type"] == "extra_forbidden":
        meant, allowed = nearest(key, known), ", ".join(known)
        return f"{key}{where} is no key of a profile; did you mean {meant}? Allowed are {allowed}"
    if first["type"] == "missing":
        return f"{key}{where} is missing; a profile needs it"
    allowed = f" ({known[key].description})" if known[key].description else ""
    message = str(first["msg"]).removeprefix("Value error, ")
    given = shown(first["input"]) if key.endswith("_url") else mask(repr(first["input"]))
    return f"{key}{where} = {given} is refused: {message}{allowed}"
