"""Where a message has left traces: the second oracle for what must not have happened."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from support.isolation import Rows, Sighting
from support.prompts import recorded_prompts
from support.rows import column_called, open_database


def traces(database_urls: Sequence[str], model_url: str | None, markers: Collection[str]) -> list[Sighting]:
    """Return the rows and, if the model endpoint records them, the prompts in which one of these markers stands."""
    if not markers:
        return []
    rows = [sighting for sighting in Rows(database_urls).sightings() if sighting.token in markers]
    asked = [marker for marker in markers if model_url and recorded_prompts(model_url, marker)]
    return [*rows, *(Sighting(marker, None, "a prompt") for marker in asked)]


def count_by(database_urls: Sequence[str], tenant_id: str, column: str) -> Counter[tuple[str, str]]:
    """Count the tenant's rows by table and by the value of this column, in every table that has it."""
    counts: Counter[tuple[str, str]] = Counter()
    for url in database_urls:
        with open_database(url) as (connection, tables):
            for table in tables.values():
                called = column_called(column, table.columns.keys())
                if called and "tenant_id" in table.columns:
                    value = table.columns[called]
                    of_tenant = table.columns.tenant_id == tenant_id
                    for row in connection.execute(select(value, func.count()).where(of_tenant).group_by(value)):
                        counts[table.name, str(row[0])] += row[1]
    return counts
