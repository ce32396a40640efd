"""Resolves names: user name -> tenant and user -> agents; and tells who else exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, literal, select, true

from support.errors import UsageError
from support.purge.database import blocks_writers, chunks, open_engine, patiently
from support.purge.discovery import OwnedTable, Role, Schema, discover
from support.purge.selection import Selection

if TYPE_CHECKING:
    from typing_extensions import Unpack

_PATIENCE = 5.0  # seconds that a lock of others is waited for
ROWS_AT_ONCE = 1000

Query: TypeAlias = "Select[Unpack[tuple[Any, ...]]]"


@dataclass(frozen=True)
class Database:
    """An open database and its schema."""

    engine: Engine
    schema: Schema
    blocks_writers: bool  # whether nobody can write to it while somebody reads it
    moment: Connection | None = None  # the transaction that all is read in; None: each reading has one of its own

    @classmethod
    def of(cls, engine: Engine) -> Database:
        """Read the schema."""
        return cls(engine, discover(engine), blocks_writers(engine))

    @contextmanager
    def at_one_moment(self) -> Iterator[Database]:
        """Read everything as it was at one moment, whatever others write meanwhile.

        A SQLite database without a write-ahead log would keep them from writing, so there each reading has its own.
        """
        if self.blocks_writers:
            yield self
            return
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield replace(self, moment=connection)

    @property
    def accounts(self) -> list[OwnedTable]:
        """The tables of user accounts."""
        return [table for table in self.schema.tables if table.is_account]

    def registers(self, role: Role) -> list[OwnedTable]:
        """Return the tables in which such ids come into being."""
        return [table for table in self.schema.tables if table.registers(role)]

    def stream(
        self, query: Query, parameters: Mapping[str, Any] | None = None, *, of: OwnedTable
    ) -> Iterator[tuple[Any, ...]]:
        """Read rows of the table, a thousand at a time.

        Where reading keeps others from writing, they may write after each thousand rows that the table has; only among
        these do rows come in order, and each of what is distinct once.
        """
        if self.moment is None and self.blocks_writers:
            for some in self._slices(of):
                yield from list(self._read(query.where(some), parameters))
        else:
            yield from self._read(query, parameters)

    def values(self, owned: OwnedTable, column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> set[Any]:
        """Return the different values of the column in the rows of the table that meet the conditions."""
        return {value for (value,) in self.stream(select(column).distinct().where(*conditions), of=owned)}

    def has(self, *conditions: ColumnElement[bool]) -> bool:
        """Whether there is a row that meets the conditions."""
        return self._scalar(select(literal(1)).where(*conditions).limit(1)) is not None

    def _slices(self, owned: OwnedTable) -> Iterator[ColumnElement[bool]]:
        """Yield conditions on the numbers of rows; each row that is there now meets one of them."""
        number = owned.serial
        if number is None:
            yield true()
            return
        numbers = select(number).select_from(owned.table).order_by(number)
        last = self._scalar(select(func.max(number)).select_from(owned.table))
        after: ColumnElement[bool] = true()
        while last is not None:
            end = self._scalar(numbers.where(after, number < last).offset(ROWS_AT_ONCE - 1).limit(1))
            yield and_(after, number <= (last if end is None else end))
            if end is None:
                break
            after = number > end

    def _scalar(self, query: Query) -> Any:
        with self._reading() as connection:
            return connection.scalar(query)

    def _read(self, query: Query, parameters: Mapping[str, Any] | None) -> Iterator[tuple[Any, ...]]:
        with self._reading() as connection:
            found = connection.execute(query, parameters, execution_options={"yield_per": ROWS_AT_ONCE})
            for rows in found.partitions():
                yield from map(tuple, rows)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self.moment is not None:
            yield self.moment
        else:
            with self.engine.connect() as connection:
                yield connection


def existing(databases: Iterable[Database], role: Role) -> frozenset[str]:
    """Return the ids of all that exist in that role."""
    return frozenset(
        value
        for database in databases
        for table in database.registers(role)
        for column in table.keys[role].columns
        for value in database.values(table, column, column.is_not(None))
    )


@dataclass
class Owner:
    """What goes in one transaction: a tenant with its accounts and agents, or what is named without a tenant."""

    label: str
    tenant_id: str = ""
    host: str = ""  # the tenant of an agent that is named while its tenant is not
    usernames: set[str] = field(default_factory=set)
    user_ids: set[str] = field(default_factory=set)
    agent_ids: set[str] = field(default_factory=set)

    @property
    def selection(self) -> Selection:
        """The owner's names."""
        return Selection.of(self.usernames, [self.tenant_id], self.user_ids, self.agent_ids)

    @property
    def ids(self) -> dict[Role, frozenset[str]]:
        """The owner's names by the role of the columns that hold them."""
        names = self.selection
        return {
            Role.TENANT: names.tenant_ids,
            Role.AGENT: names.agent_ids,
            Role.CREATOR: names.user_ids,
            Role.ACCOUNT: names.user_ids,
            Role.USERNAME: names.usernames,
        }


class _Account(NamedTuple):
    tenant_id: str
    user_id: str
    username: str


def resolve(databases: Collection[Database], named: Selection) -> tuple[list[Owner], Selection]:
    """Return the owners that are named, and which names nobody has.

    Raises UsageError for a user whose tenant holds other users too: nobody said that those may go.
    """
    sole_owners = Selection.of(user_ids=_sole_owners_of(databases, named.tenant_ids))
    accounts = {*_find_accounts(databases, named.union([sole_owners])), *_find_tenants(databases, named.usernames)}
    names = named.union([Selection.of(*zip(*((a.username, a.tenant_id, a.user_id) for a in accounts), strict=True))])
    names = names.union([Selection.of(tenant_ids=_tenants_of(databases, names.user_ids))])
    _refuse_shared(databases, named, names)
    agents = set(_find_agents(databases, names))

    owners = {tenant: Owner(tenant, tenant) for tenant in sorted(names.tenant_ids)}
    rest = Owner("without a tenant")
    shared = _shared_with_others(databases, names)
    for account in accounts:
        owner = owners.get(account.tenant_id, rest)
        owner.usernames |= {account.username} - (shared.usernames - named.usernames)
        owner.user_ids |= {account.user_id} - (shared.user_ids - named.user_ids)
    for tenant, agent in agents:
        label = tenant if tenant in owners else agent
        owners.setdefault(label, Owner(label, host=tenant)).agent_ids.add(agent)
    found = Selection().union(owner.selection for owner in (*owners.values(), rest))
    rest.user_ids |= named.user_ids - found.user_ids
    rest.agent_ids |= named.agent_ids - found.agent_ids

    missing = Selection(
        named.usernames - found.usernames,
        named.tenant_ids - existing(databases, Role.TENANT),
        named.user_ids - found.user_ids,
        named.agent_ids - found.agent_ids,
    )
    return [*owners.values(), *([rest] if rest.selection else [])], missing


def _shared_with_others(databases: Iterable[Database], names: Selection) -> Selection:
    """Return which of these users and user names other tenants have, too: by them alone no row is told apart."""
    users = Selection(usernames=names.usernames, user_ids=names.user_ids)
    others = [each for each in _find_accounts(databases, users) if each.tenant_id not in {"", *names.tenant_ids}]
    return Selection.of((each.username for each in others), (), (each.user_id for each in others))


def _find_accounts(databases: Iterable[Database], named: Selection) -> Iterator[_Account]:
    wanted = {Role.USERNAME: named.usernames, Role.TENANT: named.tenant_ids, Role.ACCOUNT: named.user_ids}
    for database in databases:
        for table in database.accounts:
            for role in [role for role in wanted if role in table.keys]:
                for chunk in chunks(wanted[role]):
                    yield from _read_accounts(database, table, table.column(role).in_(chunk))


def _read_accounts(database: Database, table: OwnedTable, condition: ColumnElement[bool]) -> Iterator[_Account]:
    roles = [role for role in (Role.TENANT, Role.ACCOUNT, Role.USERNAME) if role in table.keys]
    for row in database.stream(select(*(table.column(role) for role in roles)).where(condition), of=table):
        values = dict(zip(roles, row, strict=True))
        yield _Account(values.get(Role.TENANT) or "", values.get(Role.ACCOUNT) or "", values[Role.USERNAME])


def _find_tenants(databases: Collection[Database], names: Collection[str]) -> Iterator[_Account]:
    """Yield the tenants of these names that have no account: such a tenant is called by its own name."""
    found = [
        _Account(tenant, "", called)
        for database in databases
        for table, name in _tenant_names(database)
        for chunk in chunks(names)
        for tenant, called in database.stream(
            select(table.column(Role.TENANT), name).where(name.in_(chunk), *table.unowned), of=table
        )
    ]
    accounts = _find_accounts(databases, Selection.of(tenant_ids=[tenant.tenant_id for tenant in found]))
    having_accounts = {account.tenant_id for account in accounts}
    yield from (tenant for tenant in found if tenant.tenant_id not in having_accounts)


def _tenant_names(database: Database) -> Iterator[tuple[OwnedTable, ColumnElement[str]]]:
    """Yield the tables in which each tenant has a name of its own, with the column of that name."""
    for table in database.registers(Role.TENANT):
        if table.tenant_name is not None:
            yield table, table.tenant_name


def _tenants_of(databases: Iterable[Database], users: Collection[str]) -> Iterator[str]:
    """Yield the tenants that say that one of these users owns them."""
    for database in databases:
        for table in database.registers(Role.TENANT):
            if Role.CREATOR in table.keys:
                for chunk in chunks(users):
                    owned = table.column(Role.CREATOR).in_(chunk)
                    yield from database.values(table, table.column(Role.TENANT), owned)


def _sole_owners_of(databases: Iterable[Database], tenants: Collection[str]) -> Iterator[str]:
    """Yield the users who own one of these tenants, and no other."""
    for database in databases:
        for table in database.registers(Role.TENANT):
            if Role.CREATOR in table.keys:
                tenant, owner = table.column(Role.TENANT), table.column(Role.CREATOR)
                for chunk in chunks(tenants):
                    for user in database.values(table, owner, tenant.in_(chunk), owner.is_not(None)):
                        if database.values(table, tenant, owner == user) <= set(tenants):
                            yield user


def _refuse_shared(databases: Iterable[Database], named: Selection, names: Selection) -> None:
    derived = Selection.of(tenant_ids=names.tenant_ids - named.tenant_ids)
    for account in _find_accounts(databases, derived):
        if account.username not in named.usernames and account.user_id not in named.user_ids:
            raise UsageError(
                f"Tenant {account.tenant_id} has the user {account.username} too, who is not named, so nothing was "
                "removed; name the tenant if all of it may go."
            )


def _find_agents(databases: Iterable[Database], names: Selection) -> Iterator[tuple[str, str]]:
    """Yield tenant and agent for these tenants' agents and for the named ones."""
    for database in databases:
        for table in database.registers(Role.AGENT):
            if Role.TENANT in table.keys:
                tenant, agent = table.column(Role.TENANT), table.column(Role.AGENT)
                for column, values in ((tenant, names.tenant_ids), (agent, names.agent_ids)):
                    for chunk in chunks(values):
                        rows = database.stream(select(tenant, agent).where(column.in_(chunk)), of=table)
                        yield from ((row[0] or "", row[1]) for row in rows)


def _expand(database: Database, named: Selection) -> Selection:
    owners, _ = resolve([database], named)
    return named.union(owner.selection for owner in owners)


def is_tenant(database_urls: Iterable[str], tenant_id: str) -> bool:
    """Whether one of the databases knows a tenant of this id. Raises InfrastructureError when one cannot be read."""
    return any(patiently(partial(_has_tenant, url, tenant_id), _PATIENCE) for url in database_urls)


def _has_tenant(url: str, tenant_id: str) -> bool:
    engine = open_engine(url)
    try:
        database = Database.of(engine)
        return any(database.has(table.column(Role.TENANT) == tenant_id) for table in database.registers(Role.TENANT))
    finally:
        engine.dispose()


def select_tenants(engine: Engine, tenant_ids: Iterable[str]) -> Selection:
    """Return these tenants with their accounts and agents; an id that nobody has stays in the selection."""
    return _expand(Database.of(engine), Selection.of(tenant_ids=tenant_ids))


def select_prefix(engine: Engine, prefix: str) -> Selection:
    """Return the accounts whose user name begins with exactly this text, with their tenants and agents.

    A tenant without an account is called by its own name. Raises UsageError when the prefix is empty: it would name
    everybody.
    """
    if not prefix:
        raise UsageError("An empty prefix names every user; give the text with which the user names begin.")
    database = Database.of(engine)
    of_accounts = [(table, table.column(Role.USERNAME), ()) for table in database.accounts]
    of_tenants = [(table, name, table.unowned) for table, name in _tenant_names(database)]
    names = set[str]()
    for table, name, conditions in (*of_accounts, *of_tenants):
        begins = func.substr(name, 1, len(prefix)) == prefix
        names |= database.values(table, name, begins, *conditions)
    return _expand(database, Selection.of(names))
