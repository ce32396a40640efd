"""What a purge did: as JSON, as a table."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from support.errors import InfrastructureError, SuiteError
from support.masking import mask
from support.purge.selection import Selection


@dataclass
class OwnerReport:
    """What went of one tenant (or of what was named without one), in how many seconds, and why it failed if it did."""

    owner: str
    counts: Counter[str] = field(default_factory=Counter)
    directories: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: str = ""
    locked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "owner": self.owner,
            "rows": dict(sorted(self.counts.items())),
            "directories": self.directories,
            "seconds": round(self.seconds, 4),
            "error": self.error or None,
        }


@dataclass
class PurgeReport:
    """What went, or in a dry run would go."""

    selection: Selection  # what was named, with all ids found for it
    missing: Selection  # what was named and is not there
    dry_run: bool = False
    owners: list[OwnerReport] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return dict(sorted(sum((owner.counts for owner in self.owners), Counter[str]()).items()))

    @property
    def errors(self) -> dict[str, str]:
        """Why an owner has not gone, by owner."""
        return {owner.owner: owner.error for owner in self.owners if owner.error}

    @property
    def directories(self) -> list[str]:
        """The directories."""
        return [directory for owner in self.owners for directory in owner.directories]

    @property
    def users(self) -> int:
        """User accounts; where there are none, tenants."""
        return self._rows("tenant_users", "users") or self._rows("tenants")

    @property
    def agents(self) -> int:
        """Agents."""
        return self._rows("agents")

    @property
    def sessions(self) -> int:
        """Login sessions."""
        return self._rows("user_sessions", "sessions")

    @property
    def messages(self) -> int:
        """Messages of users and agents."""
        return self._rows("messages")

    @property
    def chat_streams(self) -> int:
        """Chat streams."""
        return self._rows("chat_streams")

    def _rows(self, *tables: str) -> int:
        return sum(self.counts.get(table, 0) for table in tables)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "dry_run": self.dry_run,
            "seconds": round(self.seconds, 4),
            "rows": self.counts,
            "owners": [owner.as_json() for owner in self.owners],
            "missing": self.missing.as_json(),
        }

    def as_table(self) -> Table:
        """Return rows by table, and the directories."""
        verb = "would go" if self.dry_run else "removed"
        title = f"{sum(self.counts.values())} rows {verb} in {self.seconds:.2f} s"
        table = Table("table or directory", Column("rows", justify="right"), title=title, title_justify="left")
        for name, rows in self.counts.items():
            table.add_row(escape(name), str(rows))
        for directory in self.directories:
            table.add_row(escape(directory), "")
        return table

    def owners_as_table(self) -> Table:
        """Return rows and seconds by tenant, and why one has not gone."""
        table = Table("tenant", Column("rows", justify="right"), Column("ms", justify="right"), "not gone because")
        for owner in self.owners:
            rows = str(sum(owner.counts.values()))
            table.add_row(escape(owner.owner), rows, f"{owner.seconds * 1000:.1f}", escape(owner.error))
        return table


def describe(error: Exception) -> str:
    """Return in one sentence what hinders a purge, also when nobody has foreseen it."""
    if isinstance(error, SuiteError | OSError):
        return mask(str(error))
    reason = str(error).partition("\n")[0]
    return mask(
        f"The purge met something that it was not made for ({type(error).__name__}: {reason}); look at that, then "
        "purge again."
    )


class PurgeInterrupted(KeyboardInterrupt):
    """A signal came; the report says what had gone by then, and all else is there."""

    def __init__(self, report: PurgeReport) -> None:
        self.report = report
        super().__init__()


class PurgeError(InfrastructureError):
    """Some owners could not be purged and were left whole; the report says which and why."""

    def __init__(self, report: PurgeReport) -> None:
        self.report = report
        owners = defaultdict[str, list[str]](list)
        for owner, reason in report.errors.items():
            owners[reason].append(owner)
        reasons = (f"{', '.join(each)}: {reason}" for reason, each in owners.items())
        super().__init__("Not everything could be purged; what failed was left whole. " + " ".join(reasons))
