"""Names that a run may have registered, or somebody else: they are told, and nobody is removed for them."""

from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import ColumnElement

from support.purge.database import open_engine, patiently
from support.purge.discovery import OwnedTable, Role
from support.purge.ledger import Ledger
from support.purge.owners import Database
from support.purge.residue import PATIENCE


def doubts(ledger: Ledger) -> str:
    """Return the sentence that names who may be of the run or of somebody else; nothing when there is no doubt."""
    names = ", ".join(map(repr, sorted(ledger.in_doubt)))
    if not names:
        return ""
    return (
        f"Run {ledger.header.run_id} never learnt whether it had registered {names}, which anybody may be called, so "
        "whoever is called so was left alone; look who that is, and remove what is the run's by --tenant ID."
    )


def holders(database_urls: Sequence[str], names: Collection[str]) -> frozenset[str]:
    """Return the ids of the tenants and users who are called so.

    Raises UsageError when a database does not open, and InfrastructureError when it cannot be read.
    """
    urls = database_urls if names else ()
    return frozenset(each for url in urls for each in patiently(partial(_holders, url, names), PATIENCE))


def _holders(url: str, names: Collection[str]) -> list[str]:
    engine = open_engine(url)
    try:
        database = Database.of(engine)
        return [
            found
            for role in (Role.TENANT, Role.ACCOUNT)
            for table in database.registers(role)
            if role in table.keys and (name := _name(table)) is not None
            for found in database.values(table, table.column(role), name.in_(names), table.column(role).is_not(None))
        ]
    finally:
        engine.dispose()


def _name(table: OwnedTable) -> ColumnElement[str] | None:
    return table.column(Role.USERNAME) if table.is_account else table.tenant_name
