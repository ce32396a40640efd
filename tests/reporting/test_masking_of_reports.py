"""No secret stands in any file that a run writes, or on the console."""

import re

from tests.reporting.conftest import GLUE, RunBehave


def _secrets() -> list[str]:
    listed = re.search(r"SECRETS = \((.*?)\)", (GLUE / "steps.py").read_text(encoding="utf-8"), re.DOTALL)
    assert listed
    return re.findall(r'"(.+?)"', listed[1])


def test_no_secret_stands_in_any_file_of_the_run_or_on_the_console(behave: RunBehave) -> None:
    secrets = _secrets()
    docstring = f'  """\n  {" ".join(secrets)}\n  """\n'
    outcome = behave(
        "-f", "pretty", secret=f"Feature: {secrets[2]}\n Scenario: tells secrets\n  Given it tells secrets\n{docstring}"
    )
    assert "***" in outcome.results["errors"][0]
    written = [
        path
        for path in outcome.folder.rglob("*")
        if path.is_file() and path.relative_to(outcome.folder).parts[0] != "features"
    ]
    assert len(written) > 6
    for secret in secrets:
        assert [path for path in written if secret.encode() in path.read_bytes()] == []
        assert secret not in outcome.output
