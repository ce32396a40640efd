"""A run from its beginning to its report: what Behave's hooks call."""

import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from behave.model import Scenario

from support import reporting
from support.chat import Pace, Reader
from support.deployments import known_failures_beside, start
from support.errors import InfrastructureError, SuiteError
from support.first_contact import check_replier
from support.interrupts import OF_THE_RUN
from support.purge import (
    Arrivals,
    Departures,
    Difference,
    Kind,
    Ledger,
    Selection,
    Snapshot,
    command_for,
    compare,
    holders,
)
from support.recovery import recover
from support.reporting import Cleanup, Parameters, Results, UserCreation
from support.settings import Settings
from support.world import World


class Run:
    """One run of the suite: a deployment, a world on it, and the report of what happened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.id = reporting.new_test_id()
        self.directory = settings.reports.absolute() / self.id
        self.results = Results(
            test_id=self.id,
            parameters=Parameters(
                user_count=settings.users,
                agents_per_user=settings.agents,
                cleanup_after=settings.cleanup,
                messages_per_conversation=str(settings.messages),
                deployment=settings.deployment,
            ),
        )
        # What the deployment is known to break does not make the run red.
        self.known_failures = reporting.KnownFailures()
        self._world: World | None = None
        self._closed = False
        self._interrupts = OF_THE_RUN

    def open(self) -> World:
        """Start or reach the deployment and note what its databases hold.

        Raises SuiteError when that is impossible; then nothing that was started is left running.
        """
        self.known_failures = reporting.read_known_failures(known_failures_beside(self.settings.deployment))
        recover(self.settings.reports)
        self._make_directory()
        # A run that is killed while it starts is known by its ledger, too, and so are its backends.
        ledger = Ledger.create(self.directory / "ledger.jsonl", self.id)
        with reporting.progress("starting the deployment"):
            deployment = start(self.settings, self.directory)
        try:
            # What the run has launched it can stop.
            autosave_seconds = 0 if deployment.directory else deployment.profile.autosave_seconds
            ledger.locate(deployment.database_urls, deployment.directories, autosave_seconds)
            self._world = World(
                settings=self.settings,
                run_id=self.id,
                deployment=deployment,
                ledger=ledger,
                before=Snapshot.take(deployment.database_urls),
                arrivals=Arrivals(deployment.database_urls),
                departures=Departures(deployment.database_urls),
                reader=Reader(Pace(deployment.profile.reading_seconds)),
            )
            if not deployment.backends:
                check_replier(self._world)
        except BaseException:
            deployment.stop()
            raise
        # What is loaded by now stays: not to search it for garbage saves a twentieth of a run's processor time.
        gc.freeze()
        gc.enable()
        return self._world

    def close(self) -> None:
        """Undo the run: close connections, stop what was launched, purge what was created, look for residue.

        Nothing happens the second time. Raises SuiteError with everything that did not succeed; one failure does not
        keep the next from being tried.
        """
        self._interrupts.hold()
        if self._world is None or self._closed:
            return
        self._closed = True
        world, errors = self._world, _Errors()
        errors.collect(world.reader.stop)
        errors.collect(world.arrivals.close)
        errors.collect(world.departures.close)
        # A stopped replier cannot write a late row behind the purge.
        errors.collect(world.deployment.stop)
        if not self.settings.cleanup:
            errors.collect(world.ledger.keep)
        else:
            errors.collect(lambda: self._purge(world))
        self._count(world)
        errors.raise_any()

    def report(self, behave: reporting.Run) -> None:
        """Write results.json, compare it with Behave and Allure, print the summary of a run that has begun.

        A run that broke off before after_all is undone first.
        Raises SystemExit with the exit code of the signal that ended the run, if one did.
        """
        self._interrupts.hold()
        try:
            self.close()
        except SuiteError as error:
            behave.fail(str(error))
        # Another signal comes too late to be told.
        ended_by = self._interrupts.exit_code
        if ended_by and not behave.failed:
            behave.fail("The run was interrupted while it was undone.")
        path = reporting.report(behave, self.results, self.settings.reports)
        if self._world:
            reporting.print_summary(self.results, path)
            behave.told = True
        else:
            print(f"Results: {path}")
        if self._world and not self.settings.cleanup:
            print(f"What the run created is kept; remove it with: {command_for(self.id, self.settings.reports)}")
        self._interrupts.ignore()
        if ended_by:
            raise SystemExit(ended_by)

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(parents=True)
        except OSError as error:
            raise InfrastructureError(
                f"{self.directory} cannot be made ({error.strerror}); make room there, or give another folder by "
                "-D reports=."
            ) from error

    def _purge(self, world: World) -> None:
        ours, in_doubt = world.ledger.selection(), world.ledger.in_doubt
        world.purge_all()
        known = {**world.before.owners, **{each: each for each in ours.ids}}
        with reporting.progress("looking for residue"):
            after = Snapshot.take(world.databases(), known)
            # They may be ours, so they are told, and may be somebody else's, so they are not removed.
            came = Selection.of(tenant_ids=holders(world.databases(), in_doubt) - world.before.owners.keys())
        differences = compare(world.before, after, ours.union([came]), alone=world.is_alone)
        left = [_traced(each, world) for each in differences if each.kind is not Kind.OTHERS]
        new = [str(each) for each in left if not self._is_known(each)]
        self.results.cleanup.residue = [f"{each}, known" if self._is_known(each) else str(each) for each in left]
        if new:
            raise SuiteError(f"The run left something behind; expected nothing: {'; '.join(new[:10])}.")

    def _is_known(self, left: Difference) -> bool:
        return left.kind is Kind.UNEXPLAINED and self.known_failures.leaves_in(left.name)

    def _count(self, world: World) -> None:
        self.results.user_creation = UserCreation(
            success=not world.creation_failed,
            users_created=world.ledger.counts["registered"],
            agents_created=world.ledger.counts["agent_created"],
        )
        talked = self.results.websocket_tests
        talked.total_scenarios = len(world.conversations)
        talked.successful_connections = sum(each.connection is not None for each in world.conversations)
        talked.successful_conversations = sum(each.successful for each in world.conversations)
        turns = [turn for conversation in world.conversations for turn in conversation.turns]
        talked.total_messages_sent = len(turns)
        talked.total_messages_received = sum(turn.reply is not None for turn in turns)
        talked.response_times = [turn.seconds for turn in turns if turn.seconds is not None]
        self.results.cleanup = _cleanup(world, self.results.cleanup.residue)


def reason_to_skip(world: World, scenario: Scenario) -> str | None:
    """Return why a scenario does not apply to this run, or None."""
    reasons = {
        "wip": "It is work in progress.",
        "needs.cleanup": not world.settings.cleanup and "It purges, and -D cleanup=no keeps the data.",
        "needs.neighbour": world.settings.users == 1 and "It needs a second tenant: -D users=2.",
        "needs.launch": not world.deployment.backends and "It needs backends that the run has launched itself.",
        "needs.database": not world.deployment.profile.chooses_database
        and "It chooses a database, and this deployment has its own.",
        "needs.short_sessions": not any(each.short_sessions for each in world.deployment.profile.backends)
        and "It needs tokens that soon end, and the profile says no [backend.short_sessions].",
        "needs.model": not world.deployment.model_url and "It needs to know what the model was asked: -D model_url=.",
        "needs.llm": world.settings.topics != "llm" and "It needs a model that plays the user: -D topics=llm.",
    }
    reasons |= {f"needs.{capability}": reason for capability, reason in world.configurator.lacking.items()}
    return next((reason for tag, reason in reasons.items() if reason and tag in scenario.effective_tags), None)


def _traced(left: Difference, world: World) -> Difference:
    """Name the scenarios: of an owner that the run has created, or else those that wrote the rows; and who removed."""
    of_owner = {world.ledger.scenarios.get(name or "") for name in left.owner} - {None}
    of_rows = {world.arrivals.scenario_of(left.table, serial) for serial in left.serials}
    removed_in = {world.departures.scenario_of(left.table, key) for key in left.gone}
    return replace(
        left,
        scenarios=tuple(sorted(filter(None, of_owner or of_rows))),
        removed_in=tuple(sorted(filter(None, removed_in))),
    )


class _Errors:
    """Collects what fails while a run is undone."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []

    def collect(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:
            self._errors.append(error)

    def raise_any(self) -> None:
        if self._errors:
            raise SuiteError(" ".join(map(str, self._errors))) from self._errors[0]


def _cleanup(world: World, residue: list[str]) -> Cleanup:
    tables: Counter[str] = Counter()
    for purge in world.purges:
        tables.update(purge.counts)
    return Cleanup(
        users_cleaned=tables["tenant_users"] + tables["users"] or tables["tenants"],
        agents_cleaned=tables["agents"],
        sessions_cleaned=tables["user_sessions"],
        messages_cleaned=tables["messages"],
        chat_streams_cleaned=tables["chat_streams"],
        tables=dict(tables),
        residue=residue,
    )


def write_refusal(wrong: str, settings: Settings, reports: Path, test_id: str = "") -> Path:
    """Write the report of a run that has written none itself, for this reason; return its path.

    `test_id`: of the run, where it has one already. Raises InfrastructureError when it cannot be written.
    """
    results = Run(settings).results
    results.test_id = test_id or results.test_id
    results.conclude(failed=True, errors=[wrong], scenarios=[])
    return reporting.write_results(results, reports)
