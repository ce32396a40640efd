"""Removes the directories that a deployment keeps for each tenant outside its database."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.errors import InfrastructureError, UsageError

PLACEHOLDER = "{tenant_id}"
_ONE_COMPONENT = re.compile(r"[\w-][\w.-]*")


def check_patterns(patterns: Iterable[str]) -> None:
    """Raise UsageError for a pattern that does not tell one tenant's directory from another's."""
    for pattern in patterns:
        if PLACEHOLDER not in pattern:
            raise UsageError(
                f"The directory pattern {pattern!r} names no {PLACEHOLDER}; write for example data/{PLACEHOLDER}."
            )


def directories_of(patterns: Iterable[str], tenant_id: str) -> Iterator[Path]:
    """Yield this tenant's existing directories.

    Raises InfrastructureError when the id is a path, when something is there under an id that is no plain name, or
    when it leads elsewhere through a symbolic link.
    """
    for pattern in patterns:
        if not _ONE_COMPONENT.fullmatch(tenant_id):
            is_path = "/" in tenant_id or "\0" in tenant_id
            if is_path or Path(pattern.replace(PLACEHOLDER, tenant_id)).exists():
                raise InfrastructureError(
                    f"The tenant id {tenant_id!r} is no directory name; remove its directory by hand."
                )
            continue
        before, _, after = pattern.partition(PLACEHOLDER)
        stem = before.rpartition("/")[0]
        root = Path(stem or ("/" if before.startswith("/") else ".")).resolve()
        path = root / (before.removeprefix(stem).lstrip("/") + tenant_id + after.replace(PLACEHOLDER, tenant_id))
        if path.resolve() != path:
            raise InfrastructureError(f"{path} leads to {path.resolve()}; look at it and remove it by hand.")
        if path.is_dir():
            yield path


def remove_directories(paths: Iterable[Path]) -> None:
    """Remove the directories with all they hold; links inside are removed, not followed."""
    for path in paths:
        shutil.rmtree(path)
