"""What must hold when an agent serves several platforms."""

from collections.abc import Collection, Sequence

from support.chat import Answered
from support.expectations import expect
from support.expectations.protocol import unanswered
from support.reporting import Inconclusive
from support.traces import count_by


def all_stored_under(database_urls: Sequence[str], tenant_id: str, platform: str) -> None:
    """Every row of the tenant that names a platform names this one; messages and a chat stream are among them."""
    counts = count_by(database_urls, tenant_id, "platform")
    others = {table: named for table, named in counts if named != platform}
    expect(not others, f"Rows stand under other platforms, by table: {others}; expected all under {platform}.")
    tables = {table for table, _ in counts}
    missing = {"messages", "chat_streams"} - tables
    expect(not missing, f"Nothing is stored in {sorted(missing)}; expected rows under {platform}.")


def on_their_own_platform(answered: Sequence[Answered]) -> None:
    """Each connection got the answers to what was written on it, and nothing else."""
    for each in answered:
        unanswered(each.connection)


def told_only_on(answered: Sequence[Answered], secret: str, platform: str) -> None:
    """Of the last answers on each platform, only that on this one holds the secret."""
    last = {each.speaker.platform: each.reply.text for each in answered}
    told = [name for name, text in last.items() if secret in text]
    expect(
        set(told) <= {platform},
        f"The secret that was told on {platform} was given away on {', '.join(told)}; expected it to stay there.",
    )
    if not told:
        raise Inconclusive(f"The secret was not remembered on {platform} either ({last[platform][:200]!r}).")


def known_once_on_each(
    database_urls: Sequence[str], tenant_id: str, tables: Collection[str], platforms: Collection[str]
) -> None:
    """Each of these tables holds one row of the tenant on each of these platforms."""
    counts = count_by(database_urls, tenant_id, "platform")
    for table in tables:
        seen = {platform: count for (name, platform), count in counts.items() if name == table}
        expected = dict.fromkeys(platforms, 1)
        expect(seen == expected, f"The table {table} holds {seen} rows by platform; expected {expected}.")
