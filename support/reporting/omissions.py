"""What of a feature file Behave would leave out without a word: it takes what it cannot read for a description."""

import linecache
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from behave.i18n import languages
from behave.model_type import Status

_PARTS = ("background", "rule", "scenario", "scenario_outline")
_STEPS = ("given", "when", "then", "and", "but")
# How alike a word and a keyword are of which one is meant to be the other; "an example" and "example" are less.
_ALIKE = 0.85


def fault_of(scenario: Any, definitions: Sequence[Any]) -> str | None:
    """Return what of a scenario that has run was left out, and what is wrong with it."""
    # A rule without a background of its own has, beside its feature's, an empty one in its own line.
    written = filter(None, (scenario.feature.background, scenario.background, scenario))
    for part in (part for part in written if part.line != part.parent.line):
        kind = part.keyword.lower()
        if not part.steps:
            return f"The {kind} has no steps; write some, or correct the keyword of the first."
        if lost := lost_line(part, scenario.feature.language, definitions):
            return lost
        if line := _unseparated_line(part):
            return f"The line {line!r} in the {kind} is no step; correct its keyword, or let an empty line follow."
    pending = [step.name for step in scenario.all_steps if step.status is Status.pending_warn]
    return f"The step {pending[0]!r} is pending, which Behave lets pass under @wip." if pending else None


def lost_line(part: Any, language: str, definitions: Sequence[Any]) -> str | None:
    """Return what is wrong with a description that holds what was to begin a part of the feature, or to be a step.

    Prose may begin like a step. It is one, whatever its keyword or that of its scenario looks like, if such a step is
    defined.
    """
    for line in part.description:
        if keyword := _keyword_meant(line, language):
            return f"The line {line!r} is taken for a description; write {keyword}:."
        if any(definition.matches(text) for text in _without_keyword(line, language) for definition in definitions):
            return (
                f"The line {line!r} is taken for a description, though such a step is defined; correct its keyword, "
                "or that of its scenario."
            )
    return None


def _keyword_meant(line: str, language: str) -> str | None:
    """Return the keyword that a line nearly begins with: before a colon of either width, or where there is none."""
    words = [word for each in ("en", language) for part in _PARTS for word in languages[each][part]]
    keywords = {word.casefold(): word for word in words}
    before, colon, _ = line.casefold().replace("：", ":").partition(":")
    near = get_close_matches(before.strip(), list(keywords), 1, _ALIKE) if colon else []
    # Without a colon only as a sentence would begin; a line of prose may go on with the word.
    bare = [word for word in keywords if f"{line.casefold()} ".startswith(f"{word} ") and not line[0].islower()]
    return next((keywords[word] for word in (*near, *bare)), None)


def _without_keyword(line: str, language: str) -> set[str]:
    """Return what the line says if its beginning is a keyword of steps that is misspelt."""
    keywords = [word for step in _STEPS for word in languages[language][step]]
    # Some languages set no space behind them, and some keywords are several words.
    cut = {line[len(word) :] for word in keywords if not word.endswith(" ")}
    return cut | {re.split(r"[\s:：*]+", line, maxsplit=len(word.split()))[-1] for word in keywords}


def _unseparated_line(part: Any) -> str | None:
    """Return the last line of a description that only comments, if anything, set apart from the first step."""
    number = part.steps[0].line - 1
    while (line := linecache.getline(part.filename, number).strip()).startswith("#"):
        number -= 1
    return line if line in part.description else None


def empty_parts(features: Iterable[Any], config: Any) -> Iterator[tuple[Any, str]]:
    """Yield every part of the features that was asked for and holds nothing that could run, with what is wrong."""
    for feature in features:
        for part in (feature, *feature.rules):
            if not part.run_items and part.should_run(config):
                yield part, f"The {part.type} has no scenarios; write some, or delete it."
        for outline in feature.iter_scenario_outlines():
            if not outline.should_run(config):
                continue
            if not outline.examples:
                yield outline, "The outline has no examples; write some, or delete it."
            for examples in outline.examples:
                if not (examples.table and examples.table.rows):
                    yield examples, "The examples have no rows; write some, or delete them."
