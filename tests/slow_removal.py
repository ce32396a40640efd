"""Slows the purge where a test is to catch it in its midst: it may be over before anybody has looked at it twice."""

from sqlalchemy import Engine, text

_TRIGGERS = {
    "sqlite": (
        """
        CREATE TRIGGER slow_removal AFTER DELETE ON tenant_users BEGIN
            SELECT count(*) FROM (
                WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200000)
                SELECT n FROM number
            );
        END
        """,
    ),
    "postgresql": (
        "CREATE FUNCTION wait() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END' LANGUAGE plpgsql",
        "CREATE TRIGGER slow_removal AFTER DELETE ON tenant_users FOR EACH ROW EXECUTE FUNCTION wait()",
    ),
}


def slow_removal(engine: Engine) -> None:
    """Let the database take about 50 ms longer for each tenant that goes."""
    with engine.begin() as connection:
        for statement in _TRIGGERS[engine.dialect.name]:
            connection.execute(text(statement))
