"""Each channel sees the leak that it is there for."""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.chat import Reader
from support.configurator import Agent, ConfiguratorClient, Tenant
from support.isolation import Attempt, Cell, Grounds, try_channels
from support.isolation.at_configurator import AT_CONFIGURATOR
from support.isolation.at_replier import AT_REPLIER
from tests.isolation.conftest import register
from tests.isolation.leaky_configurator import PLACES, Gate, serving
from tests.isolation.leaky_replier import LeakyReplier, credential


def channels(attempts: Iterable[Attempt]) -> list[str]:
    return [channel for attempt in attempts for channel in attempt.channels]


def tenant(name: str) -> Tenant:
    ids = {kind: f"{kind}_{secrets.token_hex(8)}" for kind in ("tenant", "user", "agent")}
    agent = Agent(ids["agent"], ids["tenant"], "Ada", None, f"你是{name}的Ada。")
    key = secrets.token_urlsafe(32)
    return Tenant(name.lower(), ids["user"], ids["tenant"], name, "password", key, "access", "refresh", agents=[agent])


def broken(cells: Iterable[Cell]) -> set[str]:
    return {cell.channel for cell in cells if cell.verdict == "broken"}


def try_replier(folder: Path, leaks: Sequence[str], **options: Any) -> list[Cell]:
    owner, intruder = tenant("Acme"), tenant("Mallory")
    replier = LeakyReplier([owner, intruder], folder / "replier.db", leaks, **options)
    with ExitStack() as stack:
        reader, url = stack.enter_context(Reader()), stack.enter_context(replier.serving())
        grounds = Grounds(
            ConfiguratorClient("http://127.0.0.1:9"),
            reader,
            url,
            credential,
            reply_timeout=5.0,
            databases=lambda: [f"sqlite:///{folder / 'replier.db'}"],
            prompts=lambda text: [prompt for prompt in replier.prompts if text in prompt],
        )
        return try_channels(grounds, [(intruder, owner)], AT_REPLIER)


@pytest.mark.parametrize("is_strict", [False, True], ids=["it drops", "it hangs up"])
def test_a_replier_that_does_not_leak_holds_by_every_channel(tmp_path: Path, is_strict: bool) -> None:
    assert {cell.verdict for cell in try_replier(tmp_path, [], is_strict=is_strict)} == {"held"}


@pytest.mark.parametrize("channel", channels(AT_REPLIER))
def test_a_replier_that_leaks_is_broken_by_that_channel(tmp_path: Path, channel: str) -> None:
    assert channel in broken(try_replier(tmp_path, [channel]))


def test_a_reply_that_goes_to_both_who_have_an_id_breaks_that_channel(tmp_path: Path) -> None:
    assert broken(try_replier(tmp_path, ["sharing the id of a connection"])) == {"taking the id of a connection"}


@pytest.mark.parametrize("purpose", ["prompts", "rows"])
def test_to_be_heard_is_to_be_prompted_or_stored(tmp_path: Path, purpose: str) -> None:
    channel = "naming the other as the sender of the frame"
    assert channel in broken(try_replier(tmp_path, [channel], chosen_for=[purpose]))


# What is asked for with a body, in which somebody may be named.
WITH_A_BODY = {
    "changing an agent",
    "creating an agent in the other's name",
    "changing what the tenant is",
    "renewing the session in the other's name",
}


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_a_configurator_that_believes_who_is_named_is_broken_by_every_channel(
    tmp_path: Path, reader: Reader, place: str, name: str
) -> None:
    gate = Gate(place, name)
    with serving(f"sqlite:///{tmp_path / 'configurator.db'}", gate.pass_on) as url:
        configurator = ConfiguratorClient(url)
        owner, intruder = register(configurator, "Acme"), register(configurator, "Mallory")
        gate.tenants = [owner]
        replier = LeakyReplier([owner, intruder], tmp_path / "replier.db", [])
        with replier.serving() as replier_url:
            grounds = Grounds(configurator, reader, replier_url, credential, 5.0, list, lambda _: [])
            cells = try_channels(grounds, [(intruder, owner)], AT_CONFIGURATOR)

    assert broken(cells) == (WITH_A_BODY if place == "body" else set(channels(AT_CONFIGURATOR)))
