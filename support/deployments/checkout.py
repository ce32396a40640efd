"""A MaiMBot checkout that the user has: a deployment is launched from a copy of it, and it stays as it is."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from support.errors import InfrastructureError, UsageError
from support.settings import Settings

# The repositories that a MaiMBot may be made of, by the settings that name a checkout of them.
CHECKOUTS: Mapping[str, str] = {"maimbot": "MaiMBot", "maimconfig": "MaimConfig", "maimwebbackend": "MaimWebBackend"}


def check_checkout(settings: Settings, name: str, profile_name: str) -> Path:
    """Return the checkout's absolute path. Raises UsageError when none is given or it is no folder."""
    checkout: Path | None = getattr(settings, name)
    if checkout is None:
        raise UsageError(f"{profile_name} needs a {CHECKOUTS[name]} checkout; give its folder as -D {name}=PATH.")
    folder = expand_home(checkout).absolute()
    if not folder.is_dir():
        raise UsageError(f"{name}={str(checkout)!r} is no folder; give that of a {CHECKOUTS[name]} checkout.")
    return folder


def expand_home(path: Path) -> Path:
    """Return the path with its ~ expanded; that of nobody stays, to be found missing as any other."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def find_python(checkout: Path) -> str:
    """Return the interpreter of the checkout's own virtual environment. Raises UsageError when it has none."""
    python = checkout / ".venv" / "bin" / "python"
    if not python.exists():
        raise UsageError(
            f"{python} is missing, and what is in it runs in an environment of its own; make it by: "
            f"cd {checkout} && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
        )
    return str(python)


def copy_checkout(checkout: Path, copy: Path, leave_out: Collection[str]) -> None:
    """Copy the checkout without the paths in it that are left out; what an earlier launch left in the copy stays.

    Raises InfrastructureError when that fails.
    """

    def ignore(folder: str, names: list[str]) -> list[str]:
        inside = Path(folder).relative_to(checkout)
        return [name for name in names if (inside / name).as_posix() in leave_out]

    try:
        shutil.copytree(checkout, copy, ignore=ignore, symlinks=True, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise InfrastructureError(
            f"{copy.parent} cannot hold a deployment: the checkout cannot be copied there ({error}); "
            "give a folder that can be written."
        ) from error


def write_files(files: Mapping[Path, str]) -> None:
    """Write texts, making their folders. Raises OSError when that fails."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
