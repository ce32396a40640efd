"""What is wrong with the paths that Behave is given: it would name a missing one only, and a folder not at all."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from behave.model_core import FileLocation
from behave.runner_util import FeatureListParser, FileLocationParser, collect_feature_locations

from support.errors import nearest


def wrong_path(paths: Sequence[str], base: Path) -> str | None:
    """Return which of these paths leads to no features, and which may be meant; None if all do.

    `base` is the folder in which Behave has found its hooks; where the steps stand beside them, the features do, too.
    """
    wrong = (_wrong_list(each, base) if each.startswith("@") else _wrong_location(each, base) for each in paths)
    return next(filter(None, wrong), None)


def _wrong_list(given: str, base: Path) -> str | None:
    """Return what is wrong with a file that lists what is to run, such as the one of the formatter rerun."""
    name = given.removeprefix("@")
    try:
        listed = [str(each) for each in FeatureListParser.parse_file(given)]
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or ("no such file" if isinstance(error, OSError) else "it is no text")
        return f"{name} cannot be read ({why}); give a file that lists scenarios, such as features/NAME.feature:LINE."
    if not listed:
        return f"{name} holds no scenario; let it list some, such as features/NAME.feature:LINE."
    return next(filter(None, (_wrong_location(each, base) for each in listed)), None)


def _wrong_location(given: str, base: Path) -> str | None:
    folder = base if base.name == "features" else base / "features"
    known = [str(path) for path in (folder, *sorted(folder.glob("*.feature")))]
    path = Path(FileLocationParser.parse(given).filename)
    meant = shown(nearest(str(path.absolute()), known))
    if not path.exists():
        return f"There is no {path}; did you mean {meant}?"
    if not (base / "steps").is_dir():
        return f"`behave {path}` finds no steps: run `behave` for all features, or `behave features/NAME.feature`."
    if path.is_file() and path.suffix != ".feature":
        return f"{path} is no feature; did you mean {meant}?"
    if path.is_dir() and not collect_feature_locations([str(path)]):
        return f"{path} holds no feature; did you mean {meant}?"
    return None


def shown(path: str) -> str:
    """Return the path as one would type it here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def without_repeats(locations: Iterable[Any]) -> Iterator[Any]:
    """Yield each feature once, or the lines of it that are asked for: Behave would run it as often as it is named."""
    by_file: dict[str, list[Any]] = {}
    for each in locations:
        by_file.setdefault(os.path.realpath(each.filename), []).append(each)
    for named in by_file.values():
        lines = {each.line for each in named}
        # Behave joins the lines of a file only if it is called the same.
        for line in [None] if not all(lines) else dict.fromkeys(each.line for each in named):
            yield FileLocation(named[0].filename, line)
