"""The ledger of a run, and removing what it, or an exact selection, names: rows in every table, directories."""

from support.purge.arrivals import Arrivals
from support.purge.departures import Departures
from support.purge.doubts import doubts, holders
from support.purge.ledger import Ledger, read_ledgers
from support.purge.owners import is_tenant, select_prefix, select_tenants
from support.purge.purge import compact, count_left, count_rows, purge, select_prefixes
from support.purge.report import OwnerReport, PurgeError, PurgeReport, describe
from support.purge.residue import Difference, Kind, Snapshot, compare
from support.purge.resume import command_for, purge_ledger, what_may_come_back
from support.purge.selection import Selection

__all__ = [
    "Arrivals",
    "Departures",
    "Difference",
    "Kind",
    "Ledger",
    "OwnerReport",
    "PurgeError",
    "PurgeReport",
    "Selection",
    "Snapshot",
    "command_for",
    "compact",
    "compare",
    "count_left",
    "count_rows",
    "describe",
    "doubts",
    "holders",
    "is_tenant",
    "purge",
    "purge_ledger",
    "read_ledgers",
    "select_prefix",
    "select_prefixes",
    "select_tenants",
    "what_may_come_back",
]
