"""Follows what each tenant said through frames, prompts and rows: it must not stand anywhere of another tenant's."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, create_engine, or_, select
from sqlalchemy.types import JSON, String

_TOKEN = re.compile(r"\b(?:canary|mk)-[0-9a-f]{16}\b", re.ASCII)


@dataclass(frozen=True)
class Sighting:
    """A token at a place. The holder is the tenant whose place it is, None when the place does not tell."""

    token: str
    holder: str | None
    place: str


@dataclass(frozen=True)
class Leak:
    """A tenant's token at another tenant's place."""

    sighting: Sighting
    owner: str

    def __str__(self) -> str:
        return f"{self.sighting.token} of {self.owner} stands in {self.sighting.place} of {self.sighting.holder}"


def find_leaks(sightings: Iterable[Sighting], owners: Mapping[str, str]) -> list[Leak]:
    """Return the sightings of tokens (token -> owner's tenant id) at places of other tenants."""
    return [
        Leak(sighting, owners[sighting.token])
        for sighting in sightings
        if sighting.token in owners and sighting.holder not in (None, owners[sighting.token])
    ]


def unseen_canaries(sightings: Iterable[Sighting], owners: Mapping[str, str]) -> set[str]:
    """Return the tokens that were not seen at their own tenant: for them the search proves nothing."""
    seen = {each.token for each in sightings if owners.get(each.token) == each.holder}
    return set(owners) - seen


def in_texts(texts: Iterable[tuple[str, str]], place: str) -> list[Sighting]:
    """Return the tokens in texts, each given with the tenant that received it."""
    return [Sighting(token, holder, place) for holder, text in texts for token in set(_TOKEN.findall(text))]


def in_prompts(prompts: Iterable[str], owners: Mapping[str, str]) -> list[Sighting]:
    """Return the tokens in recorded prompts. A prompt is of the tenant whose token stands last in it."""
    sightings = []
    for prompt in prompts:
        tokens = [token for token in _TOKEN.findall(prompt) if token in owners]
        if tokens:
            sightings += in_texts([(owners[tokens[-1]], prompt)], "a prompt")
    return sightings


def in_databases(database_urls: Sequence[str]) -> list[Sighting]:
    """Return the tokens in every text of every table that says whose its rows are (column tenant_id)."""
    return [sighting for url in database_urls for sighting in _in_database(url)]


def _in_database(url: str) -> Iterator[Sighting]:
    engine = create_engine(url)
    metadata = MetaData()
    try:
        metadata.reflect(engine)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                texts = [column for column in table.columns if isinstance(column.type, String | JSON)]
                if "tenant_id" in table.columns and texts:
                    for row in connection.execute(_rows_with_tokens(table, texts)):
                        yield from in_texts(((row[0], str(value)) for value in row[1:]), f"table {table.name}")
    finally:
        engine.dispose()


def _rows_with_tokens(table: Table, texts: Sequence[Column[Any]]) -> Select[Any]:
    like = [column.cast(String).like(pattern) for column in texts for pattern in ("%canary-%", "%mk-%")]
    return select(table.columns.tenant_id, *texts).where(or_(*like))
