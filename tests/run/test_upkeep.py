"""A replier that has held as many conversations as its profile allows is restarted between two scenarios."""

from pathlib import Path

import pytest

from tests.suite import PORTS, ROOT, Suite


@pytest.mark.parametrize(("most", "starts"), [(2, 3), (6, 1)])
def test_so_many_conversations_are_held_by_one_start_of_the_replier(
    suite: Suite, tmp_path: Path, most: int, starts: int
) -> None:
    embedded = (ROOT / "deployments" / "embedded.toml").read_text(encoding="utf-8")
    profile = tmp_path / "own.toml"
    profile.write_text(
        f"restart_after_conversations = {most}\n" + embedded.replace('".."', f'"{ROOT}"'), encoding="utf-8"
    )
    five = "--tags=@CNV-001"
    outcome = suite(*PORTS, "-D", f"deployment={profile}", five)
    assert outcome.exit_code == 0, outcome.output
    log = (outcome.reports / "latest" / "logs" / "replier.log").read_text(encoding="utf-8")
    assert log.count("serving on") == starts
