"""What a run says on the terminal: progress while something long goes on, errors and a table at its end."""

import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from support.masking import mask
from support.reporting.results import Results, ScenarioResult

# Set for a run that is a share of another, which tells how all of them ended.
IS_SHARE = "MAIMBOT_ACCEPTANCE_SHARE"
# What results.json and Allure have in full is cut on the terminal, so that the table and the errors are seen.
_MOST_ERRORS = 10
_MOST_NOT_RUN = 3
_MOST_CHARACTERS = 600
# What two errors that are otherwise the same differ in: what is quoted; markers, ids and other long words with digits.
_DIFFERENT = re.compile(r"'.*?'|\b(?=\w*\d)\w{4,}", re.DOTALL)


@contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs, if stdout is a terminal; yields the function to tell how many are done.

    Without a total the bar only shows that something goes on.
    """
    # Behave replaces sys.stdout while it captures a step's output.
    console = Console(file=sys.__stdout__)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done: bar.update(task, completed=done)


def print_summary(results: Results, path: Path) -> None:
    """Print what did not hold, what the run did and where its report is; of a share, nothing."""
    if IS_SHARE in os.environ:
        return
    console = Console(highlight=False, emoji=False)
    for sentence in _not_run(results):
        console.print(_cut(mask(sentence)), markup=False)
    for error in _errors(results):
        console.print(_cut(mask(error)), style="red", markup=False)
    console.print(_table(results))
    console.print(f"Results: {path}", markup=False, soft_wrap=True)


def _errors(results: Results) -> list[str]:
    """Return what went wrong outside of scenarios, then each error of scenarios, the most frequent first."""
    red = [each for each in results.scenarios if each.is_red]
    told = {each.told for each in red}
    outside = [error for error in results.errors if error not in told]
    return _first([*outside, *_alike(red, "{count} scenarios, the first")], _MOST_ERRORS, "errors")


def _not_run(results: Results) -> list[str]:
    skipped = [each for each in results.scenarios if each.verdict == "not run"]
    alike = _alike(skipped, "{count} scenarios were not run, the first", "Not run: ")
    return _first(alike, _MOST_NOT_RUN, "reasons why scenarios were not run")


def _alike(scenarios: Iterable[ScenarioResult], several: str, one: str = "") -> list[str]:
    """Return a sentence for each error that some of these scenarios have in common."""
    groups: defaultdict[str, list[ScenarioResult]] = defaultdict(list)
    for scenario in scenarios:
        groups[_DIFFERENT.sub("", scenario.error or "")].append(scenario)
    return [
        f"{several.format(count=len(group))} {group[0].told}" if len(group) > 1 else f"{one}{group[0].told}"
        for group in sorted(groups.values(), key=lambda group: -len(group))
    ]


def _first(sentences: Sequence[str], most: int, what: str) -> list[str]:
    left = len(sentences) - most
    return [*sentences[:most], *([f"{left} more {what} stand in results.json."] if left > 0 else [])]


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} ... (more in results.json)"


def _table(results: Results) -> Table:
    asked, created, talked = results.parameters, results.user_creation, results.websocket_tests
    verdict, style = ("passed", "bold green") if results.success else ("failed", "bold red")
    table = Table(title=f"Run {results.test_id} {verdict}", title_style=style, show_header=False)
    rows = {
        "deployment": asked.deployment,
        "asked for": f"{asked.user_count} tenants x {asked.agents_per_user} agents "
        f"x {asked.messages_per_conversation} messages",
        "created": f"{created.users_created} tenants, {created.agents_created} agents",
        "connections": f"{talked.successful_connections} of {talked.total_scenarios}",
        "conversations": f"{talked.successful_conversations} of {talked.total_scenarios} successful",
        "messages": f"{talked.total_messages_sent} sent, {talked.total_messages_received} received",
        "response time": _response_time(results),
        "purged": _purged(results),
        "scenarios": ", ".join(f"{count} {word}" for word, count in results.verdicts.items() if count) or "none",
        **_blame(results),
        "duration": f"{results.duration_seconds or 0:.1f} s",
    }
    for name, value in rows.items():
        table.add_row(name, mask(value))
    return table


def _response_time(results: Results) -> str:
    talked = results.websocket_tests
    times = {"average": talked.average_response_time, **talked.response_time_percentiles.model_dump()}
    told = (f"{name} {seconds * 1000:.0f} ms" for name, seconds in times.items() if seconds is not None)
    return ", ".join(told) or "not measured"


def _blame(results: Results) -> dict[str, str]:
    counts = Counter(scenario.blame for scenario in results.scenarios if scenario.blame)
    return {"blame": ", ".join(f"{who} {count}" for who, count in sorted(counts.items()))} if counts else {}


def _purged(results: Results) -> str:
    cleanup = results.cleanup
    if not results.parameters.cleanup_after:
        return "nothing, as asked for"
    counts = {
        "tenants": cleanup.users_cleaned,
        "agents": cleanup.agents_cleaned,
        "sessions": cleanup.sessions_cleaned,
        "messages": cleanup.messages_cleaned,
        "chat streams": cleanup.chat_streams_cleaned,
    }
    residue = f"; residue: {len(cleanup.residue)}" if cleanup.residue else ""
    return ", ".join(f"{count} {word}" for word, count in counts.items()) + residue
