"""No secret stands in any file that a run writes, or on the console."""

import base64
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus
from xml.etree import ElementTree

import pytest

from tests.reporting.conftest import GLUE, RunBehave, run_behave
from tests.suite import PORTS, ROOT, Suite

TALKATIVE = Path(__file__).with_name("talkative.py")
SECRET_FIELDS = ("password", "access_token", "refresh_token", "api_key")


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


TOLD = "Feature: F\n Scenario: {}\n  Given it tells secrets"
FORMATS = ("json", "json.pretty", "plain", "pretty", "progress3", "rerun", "steps.usage")
QUOTED = """
Feature: quotes

  Scenario Outline: <password>
    Given it tells secrets
      \"\"\"
      {"password": "<password>"}
      "GET /?api_key=hunter22" and {"password": "hunter22"}
      \"\"\"
      | password   |
      | <password> |

    Examples:
      | password |
"""


def test_no_secret_stands_in_a_file_of_another_formatter_or_reporter(behave: RunBehave) -> None:
    files = [part for name in FORMATS for part in ("-f", name, "-o", f"files/{name}")]
    rows = "".join(f"      | {secret} |\n" for secret in _secrets())
    outcome = behave(*files, "--junit", "--junit-directory", "files", secret=QUOTED + rows)
    written = {path.name: path.read_bytes() for path in (outcome.folder / "files").iterdir()}
    assert set(written) == {*FORMATS, "TESTS-secret.xml"}
    spellings = {spelt for secret in _secrets() for spelt in (*_spellings(secret), escape(secret, quote=False))}
    spellings.add("hunter22")
    assert [(name, each) for name, content in written.items() for each in spellings if each.encode() in content] == []
    assert "*** was refused" in json.loads(written["json"])[0]["elements"][0]["steps"][0]["result"]["error_message"]
    assert "*** was refused" in ElementTree.fromstring(written["TESTS-secret.xml"])[0][0].attrib["message"]  # noqa: S314


def test_a_plain_run_prints_no_secret(tmp_path: Path) -> None:
    outcome = run_behave(tmp_path, "-f", "pretty", allure=(), secret=TOLD.format(_secrets()[0]))
    assert [secret for secret in _secrets() if secret in outcome.output] == []


def test_no_secret_of_a_tenant_stands_in_a_file_of_a_run_whose_backends_print_them_all(
    suite: Suite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    heard = elsewhere / "heard.jsonl"
    # As many tenants as fill pages of the database, which become free when they are purged.
    many = ("-D", "users=40", "-D", "agents=1", "-D", "messages=1")
    # What Behave writes besides.
    formats = ("-f", "json", "-o", "besides/json", "-f", "plain", "-o", "besides/plain")
    outcome = suite(
        *PORTS,
        *many,
        *formats,
        "--junit",
        "--junit-directory=besides",
        "-D",
        f"deployment={_talkative_profile(elsewhere, heard)}",
        "--tags=@FLOW-002,@FLOW-003,@FLOW-004,@KEY-002,@REG-002,@LOG-003,@SEC-008",
    )
    verdicts = {scenario["id"]: scenario["verdict"] for scenario in outcome.results["scenarios"]}
    assert {name for name, verdict in verdicts.items() if verdict == "fail"} == {"SEC-008"}, outcome.output
    assert outcome.results["cleanup"]["residue"] == []
    secrets = _secrets_in(heard)
    assert len(secrets) > 4 * 40
    files = {path: path.read_bytes() for path in suite.folder.rglob("*") if path.is_file()}
    assert {"replier.log", "maimbot.db", "results.json", "json", "plain", "TESTS-secrets.xml"} <= {
        path.name for path in files
    }
    assert any(path.name.endswith("-attachment.txt") for path in files)
    files[Path("console")] = outcome.output.encode()
    found = {
        (path.name, secret, spelt)
        for secret in secrets
        for spelt in _spellings(secret)
        for path, content in files.items()
        if spelt.encode() in content
    }
    assert found == set()


def _talkative_profile(folder: Path, heard: Path) -> Path:
    """Write the embedded profile with a configurator and a replier that print everything."""
    text = (ROOT / "deployments" / "embedded.toml").read_text(encoding="utf-8").replace('".."', f'"{ROOT}"')
    for name in ("configurator", "replier"):
        text = text.replace(f'"-m", "embedded.{name}"', f'"{TALKATIVE}", "embedded.{name}"')
    profile = folder / "talkative.toml"
    profile.write_text(text.replace("[backend.environment]", f'[backend.environment]\nHEARD = "{heard}"'), "utf-8")
    return profile


def _secrets_in(heard: Path) -> set[str]:
    """Return what was really sent and given: passwords, tokens, keys, credentials."""
    found: set[str] = set()
    for line in heard.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        found.update(parse_qs(told.get("query", "")).get("api_key", []))
        headers = told.get("headers", {})
        found.update({headers.get("x-apikey", ""), headers.get("authorization", "").removeprefix("Bearer ")})
        found.update(_secret_fields(told.get("body", "")))
    # Shorter ones are no passwords that the deployment accepts.
    return {secret for secret in found if len(secret) >= 6}


def _secret_fields(body: str) -> Iterator[str]:
    try:
        parts = [json.loads(body)]
    except ValueError:
        return
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            yield from (value for name, value in part.items() if name in SECRET_FIELDS and isinstance(value, str))
        if isinstance(part, dict | list):
            parts += part.values() if isinstance(part, dict) else part


def _spellings(secret: str) -> set[str]:
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, *escaped, quote(secret, safe=""), quote_plus(secret), base64.b64encode(secret.encode()).decode()}
