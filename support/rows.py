"""The second oracle: what the deployment's databases hold."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table, create_engine, func, select


@dataclass(frozen=True)
class StoredMessage:
    """A row of the table messages."""

    tenant_id: str
    agent_id: str
    text: str


def stored_messages(database_urls: Sequence[str], tenant_ids: Collection[str]) -> Counter[StoredMessage]:
    """Return the stored messages of these tenants, and how often each is stored."""
    stored: Counter[StoredMessage] = Counter()
    for url in database_urls:
        engine = create_engine(url)
        try:
            messages = Table("messages", MetaData(), autoload_with=engine)
            query = select(
                messages.c.tenant_id, messages.c.agent_id, messages.c.processed_plain_text, func.count()
            ).group_by(messages.c.tenant_id, messages.c.agent_id, messages.c.processed_plain_text)
            with engine.connect() as connection:
                for tenant_id, agent_id, text, count in connection.execute(query):
                    if tenant_id in tenant_ids:
                        stored[StoredMessage(tenant_id, agent_id, text)] += count
        finally:
            engine.dispose()
    return stored
