"""A canary is found wherever it flew, and a search that does not find it at home proves nothing."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import String, create_engine

from embedded.tables import Table
from support.chat import ask
from support.chat.marker import new_canary
from support.chat.plan import new_speaker
from support.configurator import Tenant
from support.expectations import no_leaks
from support.isolation import Grounds, Rows, Sighting, find_leaks, in_prompts, in_texts, unseen_canaries
from support.reporting import Inconclusive
from tests.purge.site import Site

HOME, ELSEWHERE = "tenant_00000000000000aa", "tenant_00000000000000bb"
TEXTS = {
    table.name: [each.name for each in table.columns if isinstance(each.type, String) and each.name != "tenant_id"]
    for table in Table.metadata.sorted_tables
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(f"sqlite:///{tmp_path / 'deployment.db'}")
    yield site
    site.engine.dispose()


@pytest.fixture
def canary() -> str:
    return new_canary()


@pytest.mark.parametrize("table", TEXTS)
def test_a_canary_planted_in_any_text_of_a_table_is_a_leak(site: Site, table: str) -> None:
    canaries = {column: new_canary() for column in TEXTS[table]}
    owned = {"tenant_id": ELSEWHERE} if table != "agent_templates" else {}
    site.add(table, **owned, **{column: f"见{canary}。" for column, canary in canaries.items()})

    leaks = find_leaks(Rows([site.url]).sightings(), dict.fromkeys(canaries.values(), HOME))

    expected = {Sighting(canary, owned.get("tenant_id"), f"table {table}") for canary in canaries.values()}
    assert {leak.sighting for leak in leaks} == expected


@pytest.mark.parametrize(
    ("table", "column", "content"),
    [
        ("messages", "additional_config", {"at_bot": ["{canary}"]}),
        ("tenant_users", "tenant_config", {"{canary}": 1}),
        ("agents", "bot_overrides", {"nickname": "{canary}"}),
        ("order", "group", "{canary}"),
        ("notes", "note", "{canary}"),
    ],
)
def test_a_canary_stands_out_of_json_and_of_tables_that_only_others_have(
    site: Site, canary: str, table: str, column: str, content: object
) -> None:
    site.add(table, tenant_id=ELSEWHERE, **{column: _filled(content, canary)})

    assert find_leaks(Rows([site.url]).sightings(), {canary: HOME})


def _filled(content: object, canary: str) -> object:
    if isinstance(content, dict):
        return {_filled(name, canary): _filled(value, canary) for name, value in content.items()}
    if isinstance(content, list):
        return [_filled(each, canary) for each in content]
    return content.replace("{canary}", canary) if isinstance(content, str) else content


def test_a_row_that_names_no_tenant_is_of_the_tenant_whose_agent_or_stream_it_names(site: Site, canary: str) -> None:
    one = site.populate("testuser_1")
    site.add("emoji", agent_id=one.agent_ids[0], path=canary)
    site.add("expressions", chat_id=_stream_of(site), situation=canary)

    sightings = Rows([site.url]).sightings()

    assert {(each.place, each.holder) for each in sightings} == {
        ("table emoji", one.tenant_id),
        ("table expressions", one.tenant_id),
    }
    assert not find_leaks(sightings, {canary: one.tenant_id})


def _stream_of(site: Site) -> str:
    with site.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT stream_id FROM chat_streams").scalar_one())


def test_a_row_that_is_nobodys_is_a_leak(site: Site, canary: str) -> None:
    site.add("agent_templates", persona=canary)

    assert [str(leak) for leak in find_leaks(Rows([site.url]).sightings(), {canary: HOME})] == [
        f"{canary} of {HOME} stands in table agent_templates of nobody"
    ]


def test_rows_that_are_written_later_are_seen_too(site: Site, canary: str) -> None:
    rows = Rows([site.url])
    assert not rows.hold(HOME, canary)

    site.add("messages", tenant_id=HOME, processed_plain_text=canary)

    assert rows.hold(HOME, canary)
    assert not rows.hold(ELSEWHERE, canary)
    assert rows.sightings() == [Sighting(canary, HOME, "table messages")]


def test_a_prompt_is_of_the_tenant_whose_token_stands_last(canary: str) -> None:
    own = new_canary()

    (mine,) = in_prompts([f"system\n{own}"], {own: HOME})
    sightings = in_prompts([f"system\n{canary}\n{own}"], {canary: ELSEWHERE, own: HOME})

    assert mine == Sighting(own, HOME, "a prompt")
    assert [leak.sighting for leak in find_leaks(sightings, {canary: ELSEWHERE, own: HOME})] == [
        Sighting(canary, HOME, "a prompt")
    ]


def test_a_canary_in_a_foreign_frame_is_a_leak_and_at_home_it_is_none(
    grounds: Grounds, owner: Tenant, intruder: Tenant, canary: str
) -> None:
    credential = grounds.credential(intruder, intruder.agents[0])
    connection = grounds.reader.open(grounds.replier_url, credential, "test")
    speaker = new_speaker("test")
    ask(connection, speaker, f"请记住，我的暗号是 {canary}").await_answer(grounds.reply_timeout)
    recalled = ask(connection, speaker, "还记得我的暗号吗").await_answer(grounds.reply_timeout)
    grounds.reader.close(connection)
    frames = in_texts([(intruder.tenant_id, recalled.reply.raw)], "a frame")

    assert find_leaks(frames, {canary: owner.tenant_id})
    assert not find_leaks(frames, {canary: intruder.tenant_id})


def test_a_canary_that_is_not_seen_at_home_proves_nothing(canary: str) -> None:
    foreign = [Sighting(canary, ELSEWHERE, "a frame")]

    assert unseen_canaries([], {canary: HOME}) == {canary}
    assert unseen_canaries(foreign, {canary: HOME}) == {canary}
    with pytest.raises(Inconclusive, match=canary):
        no_leaks([], {canary: HOME})
    with pytest.raises(AssertionError, match=ELSEWHERE):
        no_leaks(foreign, {canary: HOME})
    no_leaks([Sighting(canary, HOME, "a frame")], {canary: HOME})


def test_where_no_row_names_a_tenant_none_holds_anything(tmp_path: Path, canary: str) -> None:
    url = f"sqlite:///{tmp_path / 'scopes.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE scopes (scope TEXT)")
        connection.exec_driver_sql(f"INSERT INTO scopes VALUES ('{HOME} {canary}')")  # noqa: S608 - of our own
    engine.dispose()
    rows = Rows([url])

    assert not rows.hold(HOME, canary)
    assert rows.sightings() == [Sighting(canary, None, "table scopes")]


def test_whoever_looked_keeps_no_database_open(tmp_path: Path, canary: str) -> None:
    site = Site(f"sqlite:///{tmp_path / 'deployment.db'}")
    site.add("messages", tenant_id=HOME, processed_plain_text=canary)
    site.engine.dispose()
    rows = Rows([site.url])

    assert rows.hold(HOME, canary)
    assert rows.sightings()
    assert [file.path for file in psutil.Process().open_files() if file.path.startswith(str(tmp_path))] == []
