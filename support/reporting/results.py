"""results.json: what a run was asked to do, what it did and how it ended."""

import os
import secrets
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
    computed_field,
)

from support.errors import InfrastructureError, UsageError
from support.reporting.files import masked, write_atomically

Verdict = Literal["pass", "fail", "known", "inconclusive", "not run"]
Blame = Literal["deployment", "model", "LLM user", "suite", "infrastructure"]
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "known", "inconclusive", "not run")
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
# Pydantic's own "Z" cannot be read by datetime.fromisoformat of Python 3.10.
Time = Annotated[
    AwareDatetime,
    PlainSerializer(lambda time: time.astimezone(timezone.utc).isoformat(timespec="milliseconds"), str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _now() -> datetime:
    return datetime.now(timezone.utc)


class _Part(BaseModel):
    model_config = ConfigDict(
        validate_assignment=True,
        json_schema_serialization_defaults_required=True,
        json_schema_extra={"additionalProperties": False},
    )


class Parameters(_Part):
    """What the run was asked to do; the defaults in place of what was refused, if that kept it from its start."""

    user_count: Count
    agents_per_user: Count
    cleanup_after: bool
    messages_per_conversation: str = Field(description="5 or, for a range, 5..10")
    deployment: str = Field(description="name of the deployment's profile")


class UserCreation(_Part):
    """Tenants and agents that the deployment created."""

    success: bool = False
    users_created: Count = 0
    agents_created: Count = 0


class Percentiles(_Part):
    """Response times in seconds; null when nothing was measured."""

    p50: Seconds | None = None
    p95: Seconds | None = None
    p99: Seconds | None = None


class WebsocketTests(_Part):
    """Conversations over WebSockets; times in seconds."""

    total_scenarios: Count = Field(default=0, description="conversations that were to be held")
    successful_connections: Count = 0
    successful_conversations: Count = Field(default=0, description="every message got its reply")
    total_messages_sent: Count = 0
    total_messages_received: Count = 0
    response_times: list[Seconds] = Field(default_factory=list, description="of each message that got its reply")

    @computed_field(description="null when nothing was measured")  # type: ignore[prop-decorator]
    @property
    def average_response_time(self) -> Seconds | None:
        """The mean of the response times, in seconds."""
        return statistics.fmean(self.response_times) if self.response_times else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def response_time_percentiles(self) -> Percentiles:
        """Cuts through the response times, in seconds."""
        return percentiles(self.response_times)

    @computed_field(description="successful conversations of all, 0..1; null when none was to be held")  # type: ignore[prop-decorator]
    @property
    def success_rate(self) -> Annotated[float, Field(ge=0, le=1)] | None:
        """Successful conversations of all, 0..1."""
        return self.successful_conversations / self.total_scenarios if self.total_scenarios else None


class Cleanup(_Part):
    """Rows that the purge removed."""

    users_cleaned: Count = 0
    agents_cleaned: Count = 0
    sessions_cleaned: Count = 0
    messages_cleaned: Count = 0
    chat_streams_cleaned: Count = 0
    tables: dict[str, Count] = Field(default_factory=dict, description="rows removed, by table")
    residue: list[str] = Field(default_factory=list, description="what the run left behind; nothing, if all is well")


class ScenarioResult(_Part):
    """How one scenario ended."""

    id: str | None = Field(description="its id tag, such as REG-001")
    name: str
    feature: str
    file: str
    line: int
    status: str = Field(description="Behave's final status, after hooks and clean-ups")
    verdict: Verdict
    blame: Blame | None = Field(None, description="what is to blame for a scenario that is red")
    seconds: Seconds
    error: str | None = None

    @property
    def location(self) -> str:
        """Its file and line, which no other scenario has."""
        return f"{self.file}:{self.line}"

    @property
    def told(self) -> str:
        """How the errors of a run tell it."""
        return f"{self.location} {self.name}: {self.error}"

    @property
    def is_red(self) -> bool:
        """Whether it makes the run red."""
        return self.verdict in ("fail", "inconclusive")


class Results(_Part):
    """All of results.json. Set the parts while the run goes on; `conclude` at its end."""

    test_id: str
    start_time: Time = Field(default_factory=_now)
    end_time: Time | None = None
    duration_seconds: Seconds | None = None
    parameters: Parameters
    user_creation: UserCreation = UserCreation()
    websocket_tests: WebsocketTests = WebsocketTests()
    cleanup: Cleanup = Cleanup()
    success: bool = False
    errors: list[str] = Field(default_factory=list)
    scenarios: list[ScenarioResult] = Field(default_factory=list)

    @computed_field(description="number of scenarios, by verdict")  # type: ignore[prop-decorator]
    @property
    def verdicts(self) -> dict[Verdict, Count]:
        """Number of scenarios, by verdict."""
        counted = Counter(scenario.verdict for scenario in self.scenarios)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    def conclude(self, *, failed: bool, errors: Sequence[str], scenarios: Sequence[ScenarioResult]) -> None:
        """Set how the run ended; everything red must be told by a scenario or an error."""
        self.end_time = _now()
        self.duration_seconds = (self.end_time - self.start_time).total_seconds()
        self.scenarios = list(scenarios)
        self.errors = [*errors, *(each.told for each in scenarios if each.is_red)]
        self.success = not failed


def new_test_id() -> str:
    """Return a name for a run: when it began, in UTC, and something that no other has."""
    return f"{_now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def percentiles(values: Sequence[float]) -> Percentiles:
    """Return the 50th, 95th and 99th percentile, interpolated between the values measured."""
    if not values:
        return Percentiles()
    if len(values) == 1:
        return Percentiles(p50=values[0], p95=values[0], p99=values[0])
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return Percentiles(p50=cuts[49], p95=cuts[94], p99=cuts[98])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of results.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **TypeAdapter(Results).json_schema(mode="serialization"),
    }


def write_results(results: Results, directory: Path) -> Path:
    """Write <directory>/<test id>/results.json without secrets, point <directory>/latest to it, return its path.

    Raises InfrastructureError when either is impossible; what can be written then says so.
    """
    if Path(results.test_id).name != results.test_id:
        raise UsageError(f"test_id {results.test_id!r} cannot name a folder; use letters, digits and dashes.")
    path = directory / results.test_id / "results.json"
    _write(results, path)
    try:
        _point_latest(directory, results.test_id)
    except InfrastructureError as error:
        results.success, results.errors = False, [str(error), *results.errors]
        _write(results, path)
        raise
    return path


def _write(results: Results, path: Path) -> None:
    text = Results.model_validate(masked(results.model_dump())).model_dump_json(indent=2)
    write_atomically(path, f"{text}\n".encode())


def _point_latest(directory: Path, run: str) -> None:
    draft = directory / f".latest.{os.getpid()}"
    draft.unlink(missing_ok=True)
    try:
        draft.symlink_to(run, target_is_directory=True)
        draft.replace(directory / "latest")
    except OSError:
        # Windows and some mounted folders have no symlinks.
        draft.unlink(missing_ok=True)
        write_atomically(directory / "latest", f"{run}\n".encode())


def read_results(path: Path) -> Results:
    """Return what a results.json holds; raise pydantic.ValidationError when it is none."""
    return Results.model_validate_json(path.read_bytes())
