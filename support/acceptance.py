"""All features with nothing but the defaults, in shares that run at once: `python -m support.acceptance`.

One run keeps one core busy, for its processes work one after the other. Each share is a whole run of behave, on a
deployment of its own; their reports become one. With arguments, other settings or a single core it is behave itself.
"""

import fcntl
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from behave.configuration import Configuration

from support.errors import InfrastructureError, SuiteError, UsageError
from support.interrupts import Interrupts, interrupts_deferred
from support.masking import mask_console
from support.reporting import EXIT_REFUSED
from support.reporting.merging import gather_allure_results, merge
from support.reporting.refusals import CannotBeginError
from support.reporting.results import Results, new_test_id, read_results, write_results
from support.reporting.strict_parser import parse_strictly
from support.reporting.summary import IS_SHARE, print_summary
from support.settings import Settings, load_settings

REPORTS = Path("reports")
ALLURE_RESULTS = Path("allure-results")
FEATURES = Path("features")
OUTPUT = "output.txt"
SHARES = 2
# About how long these features take, others half a second: so that no share waits long for the other.
SECONDS = {
    "deployment": 11,
    "isolation": 6,
    "concurrency": 4.5,
    "tokens": 4.5,
    "agents": 4,
    "admission": 3,
    "conversation": 2.5,
    "purge": 2.5,
    "login": 2.5,
    "protocol": 2.5,
    "registration": 2.5,
    "permissions": 2,
    "integrity": 2,
    "memory": 2,
    "tenant_profile": 1.5,
    "canaries": 1,
    "secrets": 1,
}
# These read all rows of the databases again and again, and the last waits for tokens to end: they come first, while
# there are few rows, and another share that uses the processor.
EARLY = ("purge", "canaries", "tokens")
# What a run of behave ends with that has run its features: green, red.
RAN = (0, 1)
# The settings that the first share has of the user.
PORTS = ("configurator_port", "replier_port")


@dataclass(frozen=True)
class Share:
    """A run of behave over some of the features."""

    directory: Path
    process: psutil.Popen

    @property
    def exit_code(self) -> int:
        """What it ended with, as a shell says it."""
        code = int(self.process.returncode)
        return code if code >= 0 else 128 - code

    def show_output(self) -> None:
        """Print what it has said, if it did not say it on our terminal."""
        if (self.directory / OUTPUT).exists():
            # It was written in the encoding of this very terminal, whatever that is.
            sys.stdout.flush()
            sys.stdout.buffer.write((self.directory / OUTPUT).read_bytes())
            sys.stdout.buffer.flush()

    @property
    def results(self) -> Path:
        """Its own report."""
        return self.directory / "latest" / "results.json"


class Acceptance:
    """One run of all features in shares."""

    def __init__(self, settings: Settings, scenarios: Mapping[str, Sequence[str]], interrupts: Interrupts) -> None:
        """Run these scenarios, by feature file, with the ports of these settings."""
        self._settings = settings
        self.id = new_test_id()
        self.directory = REPORTS.absolute() / self.id
        self._scenarios = scenarios
        self._shares: list[Share] = []
        self._interrupts = interrupts
        # The share that did not run its features, for which the others were ended.
        self._broken: Share | None = None

    def run(self) -> int:
        """Run the shares to their end, write the report of all, and return the exit code.

        Raises SuiteError when no share can begin.
        """
        seconds = {name: SECONDS.get(Path(name).stem, 0.5) for name in self._scenarios}
        divided = list(filter(None, divide(seconds, SHARES)))
        try:
            _recover()
            with _making(ALLURE_RESULTS):
                ALLURE_RESULTS.mkdir(exist_ok=True)
            directories = [self._make_directory(number) for number, _ in enumerate(divided, 1)]
            for directory, features in zip(directories, divided, strict=True):
                with interrupts_deferred():
                    self._shares.append(self._begin(directory, features))
            self._await_all()
            self._interrupts.hold()
        except KeyboardInterrupt:
            self._interrupts.hold()
            self._end_all()
            self._await_all()
        return self._conclude()

    def _make_directory(self, number: int) -> Path:
        """Make the folder in which a share runs: without a behave.ini, the features called as they are called here."""
        directory = self.directory / f"share-{number}"
        with _making(directory):
            directory.mkdir(parents=True)
            (directory / FEATURES).symlink_to(FEATURES.absolute(), target_is_directory=True)
        return directory

    def _begin(self, directory: Path, features: Sequence[str]) -> Share:
        first = not self._shares
        formats = ("-f", "allure_behave.formatter:AllureFormatter", "-o", str(ALLURE_RESULTS), "-f", "pretty")
        settings = ("-D", f"reports={directory}", *self._ports(first))
        # Nothing is ever written to its stdin, and only our death ends it.
        stdin, _ = os.pipe()
        with nullcontext() if first else (directory / OUTPUT).open("wb") as output:
            # In a session of its own, so that a signal reaches it once, from here.
            process = psutil.Popen(
                [sys.executable, "-m", "behave", *formats, *settings, *features],
                cwd=directory,
                env={**os.environ, IS_SHARE: "1"},
                stdin=stdin,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        _terminate_when_closed(stdin, process.pid)
        os.close(stdin)
        return Share(directory, process)

    def _ports(self, first: bool) -> list[str]:
        """Return the arguments for the ports: of the first share what was asked for, of others free ones."""
        asked = {name: getattr(self._settings, name) if first else "auto" for name in PORTS}
        return [word for name, port in asked.items() if port for word in ("-D", f"{name}={port}")]

    def _await_all(self) -> None:
        psutil.wait_procs([each.process for each in self._shares], callback=lambda _: self._heed_refusals())

    def _heed_refusals(self) -> None:
        """End all when one has not run its features."""
        for share in self._shares:
            is_ending = self._broken or self._interrupts.exit_code
            if not is_ending and share.process.poll() not in (None, *RAN):
                self._broken = share
                self._end_all()

    def _end_all(self) -> None:
        """Let every share undo itself."""
        for share in self._shares:
            if share.process.is_running():
                share.process.terminate()

    def _conclude(self) -> int:
        """Report, and return the exit code."""
        # Another signal comes too late to be told.
        ended_by = self._interrupts.exit_code
        try:
            success = self._report(interrupted=ended_by is not None)
        except SuiteError as error:
            print(error, file=sys.stderr)
            success = False
        broken = self._broken.exit_code if self._broken else 0
        return ended_by or broken or int(not success)

    def _report(self, *, interrupted: bool) -> bool:
        """Write and print the report, and return whether all is well."""
        refused = self._broken if self._broken and self._broken.exit_code == EXIT_REFUSED else None
        # Beside one that was refused, the others have only to say that they were ended for it.
        shares = [refused] if refused else self._shares
        for share in shares:
            share.show_output()
        reported = [each for each in shares if each.results.exists()]
        if not reported:
            nothing = f"No share of the run has left a report; {self.directory} holds what they said."
            _refuse(nothing, self._settings, self.id)
            return False
        parts = [read_results(each.results) for each in reported]
        errors = [] if refused else [*_contradictions(reported, parts), *self._disagreements(parts)]
        results = merge(self.id, parts, errors)
        folders = [each.directory / ALLURE_RESULTS for each in reported]
        wrong = gather_allure_results(folders, ALLURE_RESULTS, results)
        if interrupted and results.success:
            wrong.append("The run was interrupted when its shares had ended.")
        if wrong:
            results.success, results.errors = False, [*wrong, *results.errors]
        path = write_results(results, REPORTS)
        if refused:
            print(*wrong, f"Results: {path}", sep="\n")
        else:
            print_summary(results, path)
        return results.success

    def _disagreements(self, parts: Sequence[Results]) -> list[str]:
        """Return a sentence if there are scenarios that all shares together have not reported once."""
        told = Counter(scenario.location for part in parts for scenario in part.scenarios)
        wrong = [place for places in self._scenarios.values() for place in places if told[place] != 1]
        if not wrong:
            return []
        return [
            f"{len(wrong)} scenarios were not reported by just one share, such as {wrong[0]}; "
            f"what the shares said, in {self.directory}, may tell why."
        ]


def _contradictions(shares: Sequence[Share], parts: Sequence[Results]) -> list[str]:
    """Return a sentence for each share whose exit code is not what its report says."""
    return [
        f"{share.directory.name} ended with {share.exit_code}, and its report says that all went well."
        for share, part in zip(shares, parts, strict=True)
        if share.exit_code and part.success
    ]


def _terminate_when_closed(pipe: int, pid: int) -> None:
    """Let the system send SIGTERM to the process when nobody is left who could write into the pipe that it reads."""
    if hasattr(fcntl, "F_SETSIG"):  # on Linux; elsewhere a share outlives us when we are killed
        fcntl.fcntl(pipe, fcntl.F_SETOWN, pid)
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


def divide(sizes: Mapping[str, float], shares: int) -> list[list[str]]:
    """Return the names in so many lists whose sizes are about the same."""
    divided: list[list[str]] = [[] for _ in range(shares)]
    for name in sorted(sizes, key=lambda each: -sizes[each]):
        min(divided, key=lambda names: sum(sizes[each] for each in names)).append(name)
    return [sorted(names, key=lambda each: (Path(each).stem not in EARLY, each)) for names in divided]


def scenarios_of(features: Path) -> dict[str, list[str]]:
    """Return where each scenario stands, by the name of its feature file.

    Raises CannotBeginError when one cannot be read.
    """
    return {
        str(path): [f"{path.as_posix()}:{each.line}" for each in feature.walk_scenarios()] if feature else []
        for path, feature in ((each, parse_strictly(each)) for each in sorted(features.glob("*.feature")))
    }


@contextmanager
def _making(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InfrastructureError(f"{directory} cannot be made ({error.strerror}); make room there.") from error


def _recover() -> None:
    """Undo what killed runs have left; a share looks for them in its own folder only."""
    if any(REPORTS.glob("**/servers.json")) or not all(map(_is_purged, REPORTS.glob("**/ledger.jsonl"))):
        # It loads SQLAlchemy and requests, which takes a third of a second and is seldom needed.
        from support.recovery import recover  # noqa: PLC0415

        recover(REPORTS)
        # What the first share says comes after it.
        sys.stdout.flush()


def _is_purged(ledger: Path) -> bool:
    """Whether the ledger's last line says so; nothing is to be undone then."""
    return ledger.is_file() and ledger.read_bytes().endswith(b'{"event": "purged"}\n')


def _settings() -> Settings | None:
    """Return the settings if they are the defaults but for ports; else None."""
    try:
        settings = load_settings(Configuration([]).userdata)
    except UsageError:
        # Behave's own run tells it.
        return None
    return settings if settings.model_fields_set <= set(PORTS) else None


def _refuse(wrong: str, settings: Settings, test_id: str = "") -> None:
    """Say what is wrong, and write it into the report of a run of which no share has written any."""
    # It loads all that a run needs, which takes most of a second.
    from support.run import write_refusal  # noqa: PLC0415

    print(wrong, file=sys.stderr)
    with suppress(SuiteError):  # it would say again what kept the shares from theirs
        print(f"Results: {write_refusal(wrong, settings, REPORTS, test_id)}")


def main(arguments: Sequence[str]) -> int:
    """Run all features; return the exit code."""
    mask_console()
    settings = _settings()
    if arguments or settings is None or (os.cpu_count() or 1) < SHARES:
        os.execv(sys.executable, [sys.executable, "-m", "behave", *arguments])  # noqa: S606 - the same interpreter
    interrupts = Interrupts()
    interrupts.install()
    try:
        return Acceptance(settings, scenarios_of(FEATURES), interrupts).run()
    except SuiteError as error:
        _refuse(str(error), settings)
        # It has kept every share from starting; a feature that cannot be read is 1 to behave itself.
        return 1 if isinstance(error, CannotBeginError) else EXIT_REFUSED
    except KeyboardInterrupt:
        interrupts.hold()
        _refuse("The run was interrupted before it began.", settings)
        return interrupts.exit_code or 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
