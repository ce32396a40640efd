"""What a purge may remove: exact names, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Selection:
    """Names of user accounts and ids of tenants, users and agents; each is meant literally, to the character."""

    usernames: frozenset[str] = frozenset()
    tenant_ids: frozenset[str] = frozenset()
    user_ids: frozenset[str] = frozenset()
    agent_ids: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        usernames: Iterable[str] = (),
        tenant_ids: Iterable[str] = (),
        user_ids: Iterable[str] = (),
        agent_ids: Iterable[str] = (),
    ) -> Selection:
        """Build a selection of any iterables; an empty name is dropped, for it names nobody."""
        given = (usernames, tenant_ids, user_ids, agent_ids)
        return cls(*(frozenset(name for name in names if name) for names in given))

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def union(self, others: Iterable[Selection]) -> Selection:
        """Return what this selection and the others name together."""
        selections = (self, *others)
        return Selection(
            *(frozenset().union(*(getattr(each, field.name) for each in selections)) for field in fields(self))
        )

    def without(self, unwanted: re.Pattern[str]) -> Selection:
        """Return the names in which this is not found."""
        names = (getattr(self, field.name) for field in fields(self))
        return Selection(*(frozenset(name for name in each if not unwanted.search(name)) for each in names))

    @property
    def ids(self) -> frozenset[str]:
        """All ids of tenants, users and agents."""
        return self.tenant_ids | self.user_ids | self.agent_ids

    def as_json(self) -> dict[str, list[str]]:
        """Return the sorted names by kind."""
        return {field.name: sorted(getattr(self, field.name)) for field in fields(self)}
