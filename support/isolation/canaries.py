"""Follows what each tenant said through frames, prompts and rows: it must not stand anywhere of another tenant's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from support.isolation.sightings import Sighting, in_texts, tokens_in


@dataclass(frozen=True)
class Leak:
    """A tenant's token at a place that is not the tenant's."""

    sighting: Sighting
    owner: str

    def __str__(self) -> str:
        holder = self.sighting.holder or "nobody"
        return f"{self.sighting.token} of {self.owner} stands in {self.sighting.place} of {holder}"


def find_leaks(sightings: Iterable[Sighting], owners: Mapping[str, str]) -> list[Leak]:
    """Return the sightings of tokens (token -> owner's tenant id) at places that are another's or nobody's."""
    return [
        Leak(sighting, owners[sighting.token])
        for sighting in sightings
        if sighting.token in owners and sighting.holder != owners[sighting.token]
    ]


def unseen_canaries(sightings: Iterable[Sighting], owners: Mapping[str, str]) -> set[str]:
    """Return the tokens that were not seen at their own tenant: for them the search proves nothing."""
    seen = {each.token for each in sightings if owners.get(each.token) == each.holder}
    return set(owners) - seen


def in_prompts(prompts: Iterable[str], owners: Mapping[str, str]) -> list[Sighting]:
    """Return the tokens in recorded prompts. A prompt is of the tenant whose token stands last in it."""
    sightings = []
    for prompt in prompts:
        tokens = [token for token in tokens_in(prompt) if token in owners]
        if tokens:
            sightings += in_texts([(owners[tokens[-1]], prompt)], "a prompt")
    return sightings
