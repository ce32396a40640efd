"""Mutation testing of support/ by mutmut: small changes that the suite's own tests do or do not notice.

Works on a copy in .tools/mutants, where mutmut keeps what it knows, and writes reports/mutants.json.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPY = ROOT / ".tools" / "mutants"
MUTMUT = Path(sys.executable).with_name("mutmut")
PACKAGES = ("purge", "isolation", "chat", "reporting")
# Exit codes of pytest and of mutmut, and the signals by which it ends what takes too long; any other is no verdict.
STATUS = {0: "survived", 5: "no tests", 33: "no tests"} | dict.fromkeys((1, 2, 3, 24, -24, 152, -9, -11), "killed")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--packages", default=",".join(PACKAGES), help="packages of support/, with commas between")
    parser.add_argument("--sample", type=int, default=150, help="mutants to draw from each package; 0: all")
    parser.add_argument("--seed", type=int, default=6, help="draws the same sample again")
    parser.add_argument("--jobs", type=int, default=1, help="mutants tried at once")
    return parser.parse_args(arguments)


def copy_tree() -> None:
    """Bring the copy up to date; what has not changed stays, for mutmut goes by the time of change."""
    for tests in (COPY / "tests", COPY / "mutants" / "tests"):
        shutil.rmtree(tests, ignore_errors=True)
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, listed):
        source, target = ROOT / name, COPY / name
        if source.is_file() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
            if name.startswith("support/"):
                (COPY / "mutants" / name).unlink(missing_ok=True)
    tools = COPY / "mutants" / ".tools"
    if not tools.is_symlink():
        tools.parent.mkdir(exist_ok=True)
        tools.symlink_to(ROOT / ".tools")


def all_mutants(package: str) -> list[str]:
    """Return the names of the mutants that mutmut makes of a package of support/; needs the copy as working folder."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415
    from mutmut.utils.format_utils import get_mutant_name  # noqa: PLC0415

    names = []
    for path in sorted(Path("support", package).glob("*.py")):
        mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
        names += [get_mutant_name(path, name) for name in mutated.mutant_names]
    return names


def try_mutants(names: list[str], jobs: int) -> None:
    """Let mutmut run the tests on each of them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAIM_")}
    environment |= {"PYTHONPATH": str(Path(__file__).parent)}
    # Each mutant imports all modules anew, which takes seconds where they have to be compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([MUTMUT, "run", "--max-children", str(jobs), *names], cwd=COPY, env=environment, check=True)


def outcomes(package: str) -> dict[str, str]:
    """Return how the mutants of a package have ended, by name."""
    ended: dict[str, str] = {}
    for path in sorted((COPY / "mutants" / "support" / package).glob("*.meta")):
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            ended[name] = STATUS.get(code, "not tried")
    return ended


def difference(name: str) -> list[str]:
    """Return what a mutant changes, as mutmut shows it."""
    shown = subprocess.run([MUTMUT, "show", name], cwd=COPY, check=True, capture_output=True, text=True).stdout
    return [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def main(arguments: list[str]) -> int:
    """Try a sample, then print and write what came of it."""
    asked, packages = parse(arguments), []
    copy_tree()
    os.chdir(COPY)
    report = ROOT / "reports" / "mutants.json"
    chosen: dict[str, list[str]] = {}
    for package in asked.packages.split(","):
        names = all_mutants(package)
        size = min(asked.sample or len(names), len(names))
        chosen[package] = sorted(random.Random(asked.seed).sample(names, size))  # noqa: S311
        packages.append(f"{package}: {size} of {len(names)} mutants")
    print("; ".join(packages), flush=True)
    known = {name: ended for package in chosen for name, ended in outcomes(package).items()}
    if names := [name for names in chosen.values() for name in names if known.get(name) != "killed"]:
        try_mutants(names, asked.jobs)

    found = {}
    for package, names in chosen.items():
        ended = {name: status for name, status in outcomes(package).items() if name in set(names)}
        counts = Counter(ended.values())
        tried = len(ended) - counts["not tried"]
        percent = 100 * counts["killed"] / tried if tried else 0
        left = [name for name, status in ended.items() if status in ("survived", "no tests")]
        found[package] = {
            "tried": tried,
            "killed": counts["killed"],
            "survivors": {name: [ended[name], *difference(name)] for name in left},
        }
        print(f"{package}: {counts['killed']} of {tried} killed, {percent:.1f} %")
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"What survived: {report.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
