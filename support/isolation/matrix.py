"""Every ordered pair of tenants x every channel: the owner can, the intruder cannot.

The same attempt is made by the owner (the positive control), by the intruder, and by the intruder at what is its own.
Where one of them does not succeed at home, the intruder's failure proves nothing and the cell is inconclusive; where
the configurator fails of what is asked for at home, the cell has failed.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from support.configurator import Tenant, UnexpectedAnswer
from support.isolation.at_configurator import AT_CONFIGURATOR, CHANGING_AN_AGENT, LISTING_AGENTS, READING_AN_AGENT
from support.isolation.at_replier import AT_REPLIER, TALKING_TO_AN_AGENT
from support.isolation.grounds import Attempt, Grounds, Outcome
from support.reporting import Inconclusive, progress

# The quick ones, which need nothing but two tenants with an agent each and leave nothing behind.
TO_AN_AGENT: Sequence[Attempt] = (READING_AN_AGENT, LISTING_AGENTS, CHANGING_AN_AGENT, TALKING_TO_AN_AGENT)
ATTEMPTS: Sequence[Attempt] = (*AT_CONFIGURATOR, *AT_REPLIER)
CHANNELS: Sequence[str] = tuple(channel for attempt in ATTEMPTS for channel in attempt.channels)

# A deployment on two cores is busy with these; more would only wait in it.
_AT_ONCE = 8

Verdict = Literal["held", "broken", "failed", "inconclusive", "not applicable"]


@dataclass(frozen=True)
class Cell:
    """The outcome for one pair and channel; the reason says why nothing could be said, or why there is no channel."""

    intruder: str
    owner: str
    channel: str
    verdict: Verdict
    reason: str = ""

    def __str__(self) -> str:
        because = f" ({self.reason})" if self.reason else ""
        return f"{self.intruder} -> {self.owner} by {self.channel}: {self.verdict}{because}"


@dataclass(frozen=True)
class _Result:
    """What came of an attempt at a channel; without an outcome it could not be made, for this reason."""

    outcome: Outcome | None
    reason: str = ""
    # Whether the reason is a failure of the deployment.
    accuses: bool = False


# Attempt, actor and owner.
_Task = tuple[Attempt, Tenant, Tenant]
# By channel and the ids of actor and owner.
_Results = Mapping[tuple[str, str, str], _Result]


def try_channels(
    grounds: Grounds, pairs: Iterable[tuple[Tenant, Tenant]], attempts: Sequence[Attempt] = ATTEMPTS
) -> list[Cell]:
    """Make every attempt for each pair (intruder, owner), on the owner's first agent."""
    pairs = list(pairs)
    lacking = grounds.configurator.lacking
    tenants = {tenant.tenant_id: tenant for pair in pairs for tenant in pair}.values()
    everyone = [*pairs, *((tenant, tenant) for tenant in tenants)]
    made = [attempt for attempt in attempts if attempt.needs not in lacking]
    results = _make(grounds, [(attempt, *each) for attempt in made for each in everyone])
    return [
        _judge(results, channel, *pair)
        if attempt in made
        else _cell(channel, *pair, "not applicable", lacking[attempt.needs])
        for attempt in attempts
        for channel in attempt.channels
        for pair in pairs
    ]


def _make(grounds: Grounds, tasks: Sequence[_Task]) -> _Results:
    def make(task: _Task) -> _Results:
        attempt, actor, owner = task
        try:
            outcomes = attempt.make(grounds, actor, owner)
            results = {channel: _Result(outcome) for channel, outcome in outcomes.items()}
        except (AssertionError, Inconclusive) as error:
            results = dict.fromkeys(attempt.channels, _Result(None, str(error), isinstance(error, UnexpectedAnswer)))
        return {(channel, actor.tenant_id, owner.tenant_id): result for channel, result in results.items()}

    together = [task for task in tasks if not task[0].alone]
    alone = [task for task in tasks if task[0].alone]
    with progress("trying every way to what is another's"), ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        results = [*pool.map(make, together), *map(make, alone)]
    return {key: result for each in results for key, result in each.items()}


def _judge(results: _Results, channel: str, intruder: Tenant, owner: Tenant) -> Cell:
    attempt = results[channel, intruder.tenant_id, owner.tenant_id]
    controls = [results[channel, tenant.tenant_id, tenant.tenant_id] for tenant in (owner, intruder)]
    failed, reason = next((each for each in (attempt, *controls) if each.accuses), None), ""
    if attempt.outcome == "reached":
        verdict: Verdict = "broken"
    elif failed:
        verdict, reason = "failed", failed.reason
    elif reason := _doubt(results, channel, intruder, owner):
        verdict = "inconclusive"
    else:
        verdict = "held" if attempt.outcome == "refused" else "broken"
    return _cell(channel, intruder, owner, verdict, reason)


def _cell(channel: str, intruder: Tenant, owner: Tenant, verdict: Verdict, reason: str) -> Cell:
    return Cell(intruder.tenant_name, owner.tenant_name, channel, verdict, reason)


def _doubt(results: _Results, channel: str, intruder: Tenant, owner: Tenant) -> str:
    """Return why nothing can be said of the attempt; nothing when it can."""
    if reason := results[channel, intruder.tenant_id, owner.tenant_id].reason:
        return reason
    for tenant in (owner, intruder):
        control = results[channel, tenant.tenant_id, tenant.tenant_id]
        if control.outcome != "reached":
            return control.reason or f"{tenant.tenant_name} does not succeed at its own either"
    return ""
