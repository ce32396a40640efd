"""Writing report files: without secrets, and either whole or not at all."""

import os
from pathlib import Path
from typing import Any

from support.errors import InfrastructureError
from support.masking import mask, mask_bytes


def masked(value: Any) -> Any:
    """Return a copy of a JSON-like value with every string masked, and fit for UTF-8."""
    if isinstance(value, str):
        return masked_content(value).decode()
    if isinstance(value, dict):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return value


def masked_content(content: str | bytes) -> bytes:
    """Return an attachment's bytes, masked."""
    if isinstance(content, bytes):
        return mask_bytes(content)
    # A deployment may answer with half of a surrogate pair, which no encoding has.
    return mask(content).encode("utf-8", errors="backslashreplace")


def write_atomically(path: Path, content: bytes) -> None:
    """Write the file so that a reader sees the old content or the new one, never a part.

    Raises InfrastructureError when that is impossible.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InfrastructureError(
            f"{path} cannot be written ({error.strerror}); make room there, or let the files go elsewhere."
        ) from error
