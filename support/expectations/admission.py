"""What must hold for whoever wants to talk to an agent."""

import re
from collections.abc import Mapping, Sequence

from support.chat import Admission, Connection
from support.expectations import expect
from support.isolation import Sighting
from support.reporting import Inconclusive


def all_turned_away(admissions: Mapping[str, Admission]) -> None:
    """Every attempt was refused."""
    let_in = [f"{name}: {each.detail}" for name, each in admissions.items() if each.outcome != "refused"]
    expect(bool(admissions), "Nobody tried to talk; expected a When that does.")
    expect(
        not let_in, f"{len(let_in)} of {len(admissions)} attempts were not refused; expected all: {'; '.join(let_in)}."
    )


def all_let_in(admissions: Mapping[str, Admission]) -> None:
    """Every attempt was answered by the agent."""
    failed = [f"{name}: {each.detail}" for name, each in admissions.items() if each.outcome != "answered"]
    expect(bool(admissions), "Nobody tried to talk; expected a When that does.")
    expect(not failed, f"{len(failed)} of {len(admissions)} attempts got no answer; expected all: {'; '.join(failed)}.")


def alike(admissions: Mapping[str, Admission]) -> None:
    """The attempts were refused in the same words, but for ids."""
    words = {name: re.sub(r"[0-9a-f]{8,}", "ID", each.detail) for name, each in admissions.items()}
    expect(len(set(words.values())) == 1, f"The refusals differ: {words}; expected the same words for each.")


def no_traces(sightings: Sequence[Sighting]) -> None:
    """What should not have been heard stands nowhere."""
    places = sorted({f"{each.token} in {each.place}" for each in sightings})
    expect(not places, f"What should not have been heard left traces: {', '.join(places)}; expected none.")


def closed_with_reason(connection: Connection, timeout: float) -> None:
    """The replier closed the connection within `timeout` seconds, and said why."""
    closed = connection.wait(lambda: connection.closed, timeout)
    title = f"Connection {connection.transcript.number} ({connection.transcript.title})"
    if closed is None:
        raise AssertionError(f"{title} is still open after {timeout:.0f} s; expected the replier to close it.")
    expect(bool(closed.code and closed.reason), f"{title} was {closed}; expected a close frame with a reason.")


def no_log_shows(logs: Mapping[str, str], secrets: Sequence[str]) -> None:
    """None of the logs of the backends (name -> text) holds one of the secrets."""
    if not any(logs.values()):
        raise Inconclusive("The logs of this deployment are unknown or empty, so nothing can be said of them.")
    shown = [name for name, text in logs.items() if any(secret in text for secret in secrets)]
    expect(not shown, f"The log of the {' and the '.join(shown)} shows a credential; expected none to.")
