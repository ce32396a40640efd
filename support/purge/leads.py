"""Follows an owner's rows to further ids of the owner: agents, chat streams and persons that no register names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, bindparam, select

from support.purge.claims import Claims, Ids, Part
from support.purge.database import chunks
from support.purge.discovery import Role, is_generated
from support.purge.owners import Query

_FOUND: BindParameter[str] = bindparam("found", expanding=True)


@dataclass(frozen=True)
class _Lead:
    """A column that holds such ids in rows which a tenant or an agent claims."""

    source: Claims
    role: Role
    column: ColumnElement[str]
    # The ids in the rows of each part; and in whose rows given ids stand.
    found: Sequence[tuple[Part, Query]]
    claimants: Query
    tops: Sequence[Role]

    def follow(self, telling: Ids) -> Iterator[str]:
        """Yield the ids that stand in the rows of who is known by these ids."""
        for part, query in self.found:
            for parameters in self.source.parameters(part, telling):
                for (value,) in self.source.database.stream(query, parameters, of=self.source.owned):
                    # Another value, such as "default" or a number, may stand for more than what is the owner's.
                    if value and (self.source.owned.keys[self.role].unique or is_generated(str(value))):
                        yield value

    def of_others(self, values: Iterable[str], known: Ids, existing: Ids) -> Iterator[str]:
        """Yield those of the values that stand in the rows of somebody else who exists."""
        for chunk in chunks(values):
            for value, *claimants in self.source.database.stream(
                self.claimants, {"found": chunk}, of=self.source.owned
            ):
                named = (
                    (role, name) for role, name in zip(self.tops, claimants, strict=True) if name in existing[role]
                )
                role, name = next(named, (None, ""))  # the first that names somebody decides
                if role and name not in known[role]:
                    yield value


class Leads:
    """All that lead from known ids to unknown ones, in the databases of one purge."""

    def __init__(self, claims: Sequence[Claims], existing: Ids) -> None:
        self._existing = existing
        self._by_role = {
            role: list(_find(claims, role))
            for role in (Role.AGENT, Role.STREAM, Role.PERSON)
            if any(each.reaches(role) for each in claims)
        }

    def complete(self, ids: Ids) -> Ids:
        """Add the agents, chat streams and persons that stand in the owner's rows and in nobody else's."""
        known = dict(ids)
        for role, leads in self._by_role.items():
            telling = {above: known[above] for above in (Role.TENANT, Role.AGENT) if above is not role}
            found = {value for lead in leads for value in lead.follow(telling)} - self._existing.get(role, frozenset())
            for lead in leads:
                found -= set(lead.of_others(tuple(found), known, self._existing))
            known[role] = known.get(role, frozenset()) | found
        return known


def _find(claims: Iterable[Claims], role: Role) -> Iterator[_Lead]:
    tops = {Role.TENANT, Role.AGENT} - {role}
    for source in claims:
        if role in source.owned.keys and source.levels[0].key.role in tops:
            keys = [level.key for level in source.levels if level.key.role in tops]
            for column in source.owned.keys[role].columns:
                found = [(part, select(column).distinct().where(part.where)) for part in source.parts()]
                claimants = select(column, *(key.columns[0] for key in keys)).distinct().where(column.in_(_FOUND))
                yield _Lead(source, role, column, found, claimants, [key.role for key in keys])
