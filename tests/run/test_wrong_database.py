"""Attached with the database of another deployment."""

import re
import subprocess
import sys

from sqlalchemy import create_engine, text

from embedded.database import open_database
from support.deployments import Deployment
from tests.suite import ROOT, Suite


def test_a_run_whose_tenants_are_not_in_the_database_is_red_creates_no_more_and_says_how_to_remove_them(
    suite: Suite, deployment: Deployment
) -> None:
    other = suite.folder / "other.db"
    open_database(f"sqlite:///{other}").dispose()
    outcome = suite(
        *("-D", f"configurator_url={deployment.configurator_url}", "-D", f"replier_url={deployment.replier_url}"),
        *("-D", f"database_url=sqlite:///{other}", "--tags=@LOG-001,@LOG-002"),
    )
    assert outcome.exit_code == 2, outcome.output
    said = r"tenant_[0-9a-f]{16}, which was registered, stands in none of the databases"
    (error,) = outcome.results["errors"]
    assert re.match(said, error)
    assert outcome.results["user_creation"]["users_created"] == 1
    name = f"testuser_{outcome.results['test_id']}_"
    assert count(deployment.database_urls[0], name) == 1

    removal = ["-m", "support.purge", "--run", outcome.results["test_id"], "--reports", str(suite.reports)]
    subprocess.run(
        [sys.executable, *removal, "--database", deployment.database_urls[0]], cwd=ROOT, check=True, capture_output=True
    )
    assert count(deployment.database_urls[0], name) == 0


def count(url: str, prefix: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(
            text("SELECT count(*) FROM tenant_users WHERE substr(username, 1, length(:prefix)) = :prefix"),
            {"prefix": prefix},
        )
    engine.dispose()
    return int(found or 0)
