"""Finds ids inside longer texts: in a line of a log, in JSON, in what an agent remembers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, select

from support.purge.database import chunks
from support.purge.discovery import OwnedTable, Role, is_generated
from support.purge.owners import ROWS_AT_ONCE, Database

Guard = tuple[ColumnElement[bool], ...]  # all of them hold where no key says whose a row is

# A random part that stands alone, with neither letters nor digits beside it, and words that may stand before it.
_PART = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,128})(?![0-9a-z])", re.IGNORECASE
)
_WORDS = re.compile(r"(?<![0-9a-z])(?:[a-z]+_){1,4}$", re.IGNORECASE)
_LONGEST_ID = 200


def ids_in(text: str) -> Iterator[str]:
    """Yield all that may be an id with a random part: the whole text, if it is one word, or what stands alone in it."""
    if len(text) <= _LONGEST_ID and is_generated(text) and len(text.split()) == 1:
        yield text
    for match in _PART.finditer(text):
        yield match[0]
        before = text[max(0, match.start() - _LONGEST_ID) : match.start()]
        words = found[0].split("_")[:-1] if (found := _WORDS.search(before)) else []
        yield from ("_".join([*words[first:], match[0]]) for first in range(len(words)))


def rows_with_ids(
    database: Database,
    owned: OwnedTable,
    guards: Sequence[Guard],
    key: Sequence[ColumnElement[Any]],
    known: Callable[[Set[str]], Set[str]],
) -> Iterator[tuple[tuple[Any, ...], Set[str]]]:
    """Yield the keys of rows that no key claims, each with the ids in its texts; `known` tells which are ids."""
    columns = [column.label(f"c{number}") for number, column in enumerate([*key, *owned.texts])]
    for guard in guards if owned.texts else ():
        for rows in chunks(database.stream(select(*columns).where(*guard), of=owned), ROWS_AT_ONCE):
            found = [
                (row[: len(key)], {each for text in row[len(key) :] if isinstance(text, str) for each in ids_in(text)})
                for row in rows
            ]
            ids = known(set[str]().union(*(each for _, each in found)))
            yield from ((values, each & ids) for values, each in found if not each.isdisjoint(ids))


def pattern_of(ids: Set[str]) -> str:
    """Return a regular expression that finds one of these ids where it stands alone; it finds nothing without ids."""
    return f"(^|[^0-9A-Za-z])({'|'.join(map(re.escape, ids))})([^0-9A-Za-z]|$)" if ids else "$x"


class Registered:
    """Whose the ids are that stand in texts: known already, or registered as chat streams, persons or accounts."""

    def __init__(self, database: Database, claimed: Mapping[Role, Set[str]], ours: Set[str]) -> None:
        self._database = database
        self._claimed = frozenset(ours).union(*claimed.values())
        self._found = set(self._claimed)
        self.ours = set(ours)
        self.theirs = set[str]()
        self.roles = set[Role]()  # of those that are not theirs

    def among(self, texts: Set[str]) -> Set[str]:
        """Return which of these are ids, and note which are ours and which are somebody else's."""
        self.theirs |= (texts & self._claimed) - self.ours
        for role in (Role.STREAM, Role.PERSON, Role.ACCOUNT):
            for whose in self._look_up(role, texts - self._found):
                self._found |= whose.keys()
                self.ours |= {each for each, owner in whose.items() if owner in self.ours}
                self.theirs |= {each for each, owner in whose.items() if owner} - self.ours
                self.roles |= {role} if whose.keys() - self.theirs else set()
        return texts & self._found

    def _look_up(self, role: Role, texts: Set[str]) -> Iterator[dict[str, str]]:
        # A number alone may be one that the platform of a chat has given, which can be guessed.
        wanted = [text for text in texts if not text.rpartition("_")[2].isdigit()]
        for table in self._database.registers(role):
            for chunk in chunks(wanted):
                yield owners_of(self._database, table, role, self._claimed, table.column(role).in_(chunk))


def owners_of(
    database: Database, table: OwnedTable, role: Role, claimed: Set[str], *conditions: ColumnElement[bool]
) -> dict[str, str]:
    """Return whose the ids are that the table registers: the tenant's, else the agent's, "" when neither is known."""
    telling = [table.column(above) for above in (Role.TENANT, Role.AGENT) if above in table.keys and above is not role]
    columns = [column.label(f"c{number}") for number, column in enumerate([table.column(role), *telling])]
    rows = database.stream(select(*columns).where(table.column(role).is_not(None), *conditions), of=table)
    return {each: next((name for name in names if name in claimed), "") for each, *names in rows}
