"""What a run says on the terminal: progress while something long goes on, a table at its end."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from support.masking import mask
from support.reporting.results import Results


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
    """Print what the run did and where its report is."""
    console = Console(highlight=False, emoji=False)
    console.print(_table(results))
    for error in results.errors:
        console.print(mask(error), style="red", markup=False)
    console.print(f"Results: {path}", markup=False, soft_wrap=True)


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
