"""The specification as a list: `python -m support.specification` writes docs/specification.md from the features."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from behave.model import Feature, Scenario
from behave.parser import parse_file

from support.configurator import CAPABILITIES

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "specification.md"
ID = re.compile(r"[A-Z]+-\d{3}")
SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
# What may stand before a feature or scenario, besides ids and severities: area, speed, and what a run must have.
TAGS = {
    "smoke": "the quickest look at everything",
    "flow": "the acceptance flow: register, create, talk, stay apart, purge",
    "websocket": "talks to agents",
    "isolation": "what must not pass between tenants",
    "purge": "removes data",
    "registration": "accounts of tenants",
    "login": "passwords, and guessing them",
    "tokens": "the life of access and refresh tokens",
    "api_keys": "the key of a tenant and its replacement",
    "permissions": "each operation with each kind of token",
    "secrets": "what no answer, log or table may show",
    "templates": "the catalogue from which agents are made",
    "agents": "creating, changing and deleting agents",
    "profile": "what a tenant sees of itself: profile and statistics",
    "admission": "who is let in to an agent",
    "protocol": "what comes of each frame",
    "platforms": "qq, wechat, discord, telegram, test",
    "conversation": "what a conversation with an agent is like",
    "memory": "what an agent remembers, and where",
    "integrity": "what was said is what is stored",
    "concurrency": "many at once, and a model that is slow or fails",
    "deployment": "starting, restarting and stopping",
    "llm": "conversations whose user side a model writes",
    "needs.cleanup": "skipped with -D cleanup=no",
    "needs.neighbour": "skipped with -D users=1",
    "needs.launch": "skipped when the deployment was not launched by the run",
    "needs.database": "skipped when the deployment cannot be told which database to use",
    "needs.short_sessions": "skipped when the deployment cannot be told to let tokens end soon",
    "needs.model": "skipped when the deployment does not ask our model endpoint",
    "needs.llm": "skipped unless -D topics=llm",
    **{f"needs.{capability}": f"skipped when the deployment knows {what}" for capability, what in CAPABILITIES.items()},
    "wip": "work in progress, skipped",
}


@dataclass(frozen=True)
class Promise:
    """One scenario: what the deployment promises, under a stable id."""

    id: str
    severity: str
    text: str
    file: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """One feature file."""

    title: str
    file: str
    explanation: str
    promises: tuple[Promise, ...]


def read_features(folder: Path = ROOT / "features") -> list[Chapter]:
    """Return the chapters in the order of their files; raises behave.parser.ParserError for a broken one."""
    return [_read(path) for path in sorted(folder.glob("*.feature"))]


def _read(path: Path) -> Chapter:
    feature: Feature = parse_file(str(path))
    promises = tuple(_promise(feature, scenario, path.name) for scenario in _scenarios(feature))
    return Chapter(feature.name, path.name, " ".join(feature.description), promises)


def _scenarios(feature: Feature) -> Iterator[Scenario]:
    """Yield scenarios and outlines, each once, also those inside a Rule."""
    for item in feature.run_items:
        yield from item.run_items if item.type == "rule" else [item]


def _promise(feature: Feature, scenario: Scenario, file: str) -> Promise:
    of_examples = [tag for examples in getattr(scenario, "examples", ()) for tag in examples.tags]
    tags = tuple(dict.fromkeys(map(str, [*scenario.tags, *of_examples, *feature.tags])))
    identifier = next((tag for tag in tags if ID.fullmatch(tag)), "")
    # The scenario's own severity goes before its feature's.
    severity = next((tag for tag in tags if tag in SEVERITIES), "")
    return Promise(identifier, severity, scenario.name, file, tags)


def page(chapters: list[Chapter]) -> str:
    """Return docs/specification.md."""
    count = sum(len(chapter.promises) for chapter in chapters)
    lines = [
        "# What a MaiMBot deployment promises its tenants",
        "",
        f"{count} promises, each a scenario in [features/](../features). Made by `python -m support.specification`.",
    ]
    for chapter in chapters:
        lines += ["", f"## [{chapter.title}](../features/{chapter.file})", "", chapter.explanation, ""]
        lines += ["| id | promise | severity |", "|---|---|---|"]
        lines += [f"| {each.id} | {each.text} | {each.severity} |" for each in chapter.promises]
    lines += ["", "## Tags", "", "| tag | scenarios |", "|---|---|"]
    lines += [f"| `@{tag}` | {meaning} |" for tag, meaning in TAGS.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(read_features()), encoding="utf-8")
    print(PAGE)
