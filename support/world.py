"""What a run holds, and the verbs that steps call on it."""

import itertools
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from support import troubles
from support.chat import (
    Admission,
    Conversation,
    Plan,
    Reader,
    hold_conversations,
    plan_conversations,
    try_to_talk,
)
from support.chat.connection import REPLY_TIMEOUT_SECONDS
from support.chat.marker import new_canary
from support.chat.plan import new_speaker
from support.configurator import Agent, Exchange, Tenant, client_of, create_agents, register_tenants
from support.creations import Creations
from support.deployments import Deployment
from support.errors import InfrastructureError
from support.isolation import Grounds, Rows, Sighting, in_prompts, in_texts
from support.polling import await_next_second, wait_until
from support.prompts import Question, recorded_prompts, recorded_questions
from support.purge import (
    Arrivals,
    Departures,
    Ledger,
    PurgeError,
    PurgeReport,
    Selection,
    Snapshot,
    command_for,
    compact,
    count_left,
    count_rows,
    purge,
)
from support.purge.database import parse_url
from support.removals import Removal
from support.reporting import Ailment, Inconclusive, attach_text, progress
from support.scene import Scene, ends_of_logs
from support.settings import Settings
from support.themes import Writer, topics_for
from support.troubles import Trouble
from support.upkeep import restart_unfit


class HasWorld(Protocol):
    """Behave's context, as steps see it."""

    world: "World"
    # The data table of the step and the text below it, None when it has none.
    table: Any
    text: Any


@dataclass
class World:
    """A run: its settings, the deployment, everything that was created and said."""

    settings: Settings
    run_id: str
    deployment: Deployment
    ledger: Ledger
    before: Snapshot
    arrivals: Arrivals
    departures: Departures
    reader: Reader
    conversations: list[Conversation] = field(default_factory=list)
    # Whose token is it: markers and canaries -> tenant id.
    owners: dict[str, str] = field(default_factory=dict)
    purges: list[PurgeReport] = field(default_factory=list)
    creation_failed: bool = False

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._of_the_run: list[Tenant] = []
        self._held: list[Conversation] = []
        self.writer = _topic_writer(self.settings)
        self.creations = Creations(
            self.ledger,
            self.databases,
            command_for(self.run_id, self.settings.reports),
            is_launched=self.deployment.directory is not None,
        )
        self.configurator = client_of(
            self.deployment.profile.dialect,
            self.deployment.configurator_url,
            self.deployment.front_url,
            log=self.creations,
            observe=self._observe,
            # The last of 30 log-ins at once waits for all others; bcrypt on a busy machine takes 0.8 s for each.
            timeout=self._seconds(30),
            before_token=await_next_second if self.deployment.profile.one_token_a_second else lambda: None,
        )

        self.grounds = Grounds(
            self.configurator,
            self.reader,
            self.deployment.replier_url,
            self.credential,
            self.reply_timeout,
            self.databases,
            self.prompts,
        )
        self.enter_scene()

    @property
    def reply_timeout(self) -> float:
        """Seconds that a reply may take."""
        return self._seconds(REPLY_TIMEOUT_SECONDS)

    def databases(self) -> Sequence[str]:
        """Return the URLs of the deployment's databases."""
        return self.deployment.database_urls

    @property
    def is_alone(self) -> bool:
        """Whether nobody else uses the databases: the run has launched the deployment, and they are in its folder."""
        folder = self.deployment.directory
        return folder is not None and all(
            Path(parse_url(url).database or "").is_relative_to(folder) for url in self.databases()
        )

    def credential(self, tenant: Tenant, agent: Agent) -> str:
        """Spell what a connection of this tenant to this agent presents."""
        return self.deployment.profile.credential.format(
            api_key=tenant.api_key,
            agent_key=self.configurator.agent_key(tenant, agent.agent_id),
            tenant_id=tenant.tenant_id,
            agent_id=agent.agent_id,
        )

    def new_usernames(self, count: int) -> list[str]:
        """Return names that nobody has: they begin with testuser_, carry the run id and a number."""
        return [f"testuser_{self.run_id}_{next(self._numbers)}" for _ in range(count)]

    def registered_tenants(self) -> list[Tenant]:
        """Return the tenants of the run; register them if that has not been done."""
        if not self._of_the_run:
            with self._noting_failure(), progress("registering tenants"):
                self._of_the_run = register_tenants(self.configurator, self.new_usernames(self.settings.users))
        return self._of_the_run

    def renew_token(self, tenant: Tenant) -> None:
        """Log the tenant in again."""
        tenant.access_token = self.configurator.login(tenant.username, tenant.password).access_token

    def renew_tokens(self) -> None:
        """Log the tenants of the run in again."""
        for tenant in self._of_the_run:
            self.renew_token(tenant)

    def populated_tenants(self) -> list[Tenant]:
        """Return the tenants of the run with their agents; create those if that has not been done."""
        tenants = self.registered_tenants()
        with progress("creating agents"):
            create_agents(self.configurator, [tenant for tenant in tenants if not tenant.agents], self.settings.agents)
        return tenants

    def held_conversations(self) -> list[Conversation]:
        """Return the conversations of the run's tenants with all of their agents; hold them if not done."""
        if not self._held:
            tenants = self.populated_tenants()
            plans = plan_conversations(tenants, self.credential, self.settings.messages, writer=self.writer)
            self._held = self.hold([self._with_canary(plan) for plan in plans])
        return self._held

    def hold(self, plans: Sequence[Plan]) -> list[Conversation]:
        """Hold these conversations at once, showing progress and noticing a backend that dies."""
        with progress("conversations", len(plans)) as show:

            def watch(conversations: Sequence[Conversation]) -> None:
                self.check_alive()
                show(sum(conversation.ended for conversation in conversations))

            held = hold_conversations(
                self.deployment.replier_url, plans, self.reader, reply_timeout=self.reply_timeout, watch=watch
            )
        self.conversations += held
        for conversation in held:
            if conversation.connection:
                self.scene.keep(conversation.plan.title, conversation.connection)
            self.owners.update((turn.marker, conversation.plan.tenant.tenant_id) for turn in conversation.turns)
        return held

    def try_as_stranger(self) -> Admission:
        """Try to talk to an agent with a credential that nobody was given."""
        stranger = f"mb_{secrets.token_urlsafe(32)}:agent_{secrets.token_hex(8)}"
        return try_to_talk(self.reader, self.deployment.replier_url, stranger, new_speaker("test"), self.reply_timeout)

    def converse(
        self, person: str, agent: str, template_id: str, messages: int, writer: Writer | None = None
    ) -> Conversation:
        """Let the person of the scenario hold a conversation with the agent on the theme of a template."""
        of_story = self.scene.agent(agent)
        tenant = next(each for each in self.scene.tenants.values() if each.tenant_id == of_story.tenant_id)
        topics = topics_for(template_id, messages)
        credential, speaker = self.credential(tenant, of_story), self.scene.speaker(person)
        plan = Plan(tenant, of_story, speaker, topics, credential, writer)
        self.scene.held += self.hold([plan])
        return self.scene.held[-1]

    def prompts(self, contains: str) -> list[str]:
        """Return the prompts that hold this text; what asks for them is inconclusive where nobody records them."""
        return [question.prompt for question in self.questions(contains)]

    def questions(self, contains: str) -> list[Question]:
        """Return the questions to the model whose prompts hold this text, likewise."""
        if not self.deployment.model_url:
            raise Inconclusive("The model endpoint is not ours, so nothing can be said of prompts; give -D model_url=.")
        return recorded_questions(self.deployment.model_url, contains)

    def cause(self, trouble: Trouble) -> str:
        """Let the model endpoint have this trouble with prompts that hold the words which are returned.

        It ends with the scenario, or by `end_troubles`. Where the model endpoint is not ours, nothing happens.
        """
        model_url = self.deployment.model_url
        if not model_url:
            return ""
        words = troubles.cause(model_url, trouble)
        self.scene.troubles.append(words)
        self.scene.undo.callback(troubles.end, model_url, words)
        return words

    def end_troubles(self) -> None:
        """Let the model endpoint answer as usual."""
        for words in self.scene.troubles:
            troubles.end(str(self.deployment.model_url), words)

    def sightings(self) -> list[Sighting]:
        """Return every place where a canary or marker stands: frames, recorded prompts, rows."""
        frames = [
            (conversation.plan.tenant.tenant_id, reply.text)
            for conversation in self.conversations
            for reply in conversation.replies
        ]
        with progress("looking for what was said"):
            return [
                *in_texts(frames, "a frame"),
                *in_prompts(self._prompts(), self.owners),
                *Rows(self.databases()).sightings(),
            ]

    def purge(self, tenants: Sequence[Tenant]) -> PurgeReport:
        """Remove all that these tenants have in the databases."""
        selection = Selection.of(
            usernames=[tenant.username for tenant in tenants],
            tenant_ids=[tenant.tenant_id for tenant in tenants],
            user_ids=[tenant.user_id for tenant in tenants],
        )
        self._of_the_run = [tenant for tenant in self._of_the_run if tenant not in tenants]
        self._held = []
        report = self._purge(selection)
        self._note_changes()
        return report

    def remove(self, selection: Selection, *, dry_run: bool = False) -> None:
        """Purge what is named, or only say what would go, and let the story see what it did to the databases."""
        databases, before = self.databases(), Snapshot.take(self.databases())
        report = (
            purge(databases, selection, directories=self.deployment.directories, dry_run=True)
            if dry_run
            else self._purge(selection)
        )
        after = Snapshot.take(databases, before.owners)
        self.scene.removals.append(Removal(report, before, after, self._strangers(before)))
        self._note_changes()

    def _strangers(self, seen: Snapshot) -> frozenset[str]:
        if self.is_alone:
            return frozenset()
        ours = self.ledger.selection().ids
        return frozenset(name for name, owner in seen.owners.items() if not {name, owner} & ours)

    def purge_all(self) -> None:
        """Remove all that the ledger names, also what this run does not know to have been created.

        The deployment has been stopped, if it was launched. Raises InfrastructureError when it is not in the databases.
        """
        self.creations.check()
        names = self.ledger.selection()
        with progress("purging"):
            purged = self._purge(names, alone=self.is_alone)
        self._purge_what_comes_back(names)
        if not count_left(self.databases(), names, purged.selection):
            self.ledger.purged()
        if self.is_alone:
            compact(self.databases())

    def _purge_what_comes_back(self, names: Selection) -> None:
        """Purge again, as soon as a replier that runs on has written what it still held of these."""
        seconds = self.ledger.header.autosave_seconds
        if not (seconds and names):
            return
        found: dict[str, int] = {}

        def is_back() -> bool:
            nonlocal found
            before, found = found, count_rows(self.databases(), names)
            return bool(found) and found == before

        with progress("waiting for what the replier still writes"):
            wait_until(is_back, seconds, pause=1)
        self._purge(names)

    def _purge(self, selection: Selection, *, alone: bool = False) -> PurgeReport:
        try:
            report = purge(self.databases(), selection, directories=self.deployment.directories, alone=alone)
        except PurgeError as error:
            self.purges.append(error.report)
            raise
        self.purges.append(report)
        return report

    def check_alive(self) -> None:
        """Raise AssertionError, with its last log lines, when a backend has died: no promise outlives that."""
        try:
            self.deployment.check_alive()
        except InfrastructureError as error:
            raise AssertionError(str(error)) from error

    def what_ails(self) -> Ailment | None:
        """Return which backend has died or hangs, with its last log lines, or which reply went astray, if any.

        That a backend hangs may be what a deployment is known for; that one has died is told in any case.
        """
        try:
            self.check_alive()
            self.deployment.check_answering()
        except AssertionError as died:
            return Ailment(str(died), excusable=False)
        except InfrastructureError as hangs:
            return Ailment(str(hangs))
        return Ailment(self.scene.astray) if self.scene.astray else None

    def enter_scene(self, scenario: str = "") -> None:
        """Begin a scenario, which is called by its id."""
        self.scenario = scenario
        self.reader.post.astray.clear()
        if scenario:
            self.ledger.enter(scenario)
        self.scene = Scene(self.grounds, lambda: self.new_usernames(1)[0], ends_of_logs(self.deployment))

    def leave_scene(self, *, red: bool) -> None:
        """End a scenario: close what it opened, attach what was said in it.

        The next begins with backends that answer, and with a replier that has not held too many conversations.
        """
        try:
            self.scene.close(red=red)
        finally:
            self.scene.attach()
            self._note_changes()
            for reason in restart_unfit(self.deployment, self.reader, red=red):
                attach_text("restarted", reason)

    def _note_changes(self) -> None:
        self.arrivals.note(self.scenario)
        self.departures.note(self.scenario)

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except Exception:
            self.creation_failed = True
            raise

    def _prompts(self) -> list[str]:
        """Return the recorded prompts that hold canaries; none when the model endpoint is not ours."""
        return recorded_prompts(self.deployment.model_url, "canary-") if self.deployment.model_url else []

    def _with_canary(self, plan: Plan) -> Plan:
        """Let the tenant entrust its agent with a secret in its first message."""
        canary = new_canary()
        self.owners[canary] = plan.tenant.tenant_id
        return replace(plan, entrusts=f"请记住，我的暗号是 {canary}")

    def _observe(self, exchange: Exchange) -> None:
        self.scene.exchanges.append(exchange)

    def _seconds(self, seconds: float) -> float:
        return seconds * self.settings.wait_factor


def _topic_writer(settings: Settings) -> Writer | None:
    """Return the model that writes what users say; None when that is read from the file."""
    if settings.topics == "file":
        return None
    # Only here: importing openai takes as long as a whole scenario.
    from support.themes.llm import TIMEOUT_SECONDS, TopicWriter  # noqa: PLC0415

    base_url, api_key, model = (str(each) for each in (settings.llm_base_url, settings.llm_api_key, settings.llm_model))
    return TopicWriter(base_url, api_key, model, TIMEOUT_SECONDS * settings.wait_factor)
