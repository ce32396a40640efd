"""What a purge in a scenario did: what it says, and what the databases held before and after it."""

from dataclasses import dataclass

from support.purge import PurgeReport, Snapshot


@dataclass(frozen=True)
class Removal:
    """The report of a purge or a dry run, between two views of all tables."""

    report: PurgeReport
    before: Snapshot
    after: Snapshot
