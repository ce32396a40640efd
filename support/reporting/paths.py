"""What is wrong with the paths that Behave is given: it would name a missing one only, and a folder not at all."""

from collections.abc import Sequence
from pathlib import Path

from behave.runner_util import FileLocationParser

from support.errors import nearest


def wrong_path(paths: Sequence[str], base: Path) -> str | None:
    """Return which of these paths leads to no features, and which may be meant; None if all do.

    `base` is the folder in which Behave has found its hooks; where the steps stand beside them, the features do, too.
    """
    folder = base if base.name == "features" else base / "features"
    known = [str(path) for path in (folder, *sorted(folder.glob("*.feature")))]
    for path in (Path(FileLocationParser.parse(each).filename) for each in paths if not each.startswith("@")):
        if not path.exists():
            return f"There is no {path}; did you mean {_shown(nearest(str(path.absolute()), known))}?"
        if not (base / "steps").is_dir():
            return f"`behave {path}` finds no steps: run `behave` for all features, or `behave features/NAME.feature`."
    return None


def _shown(path: str) -> str:
    """Return the path as one would type it here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
