"""Writing report files: without secrets, and either whole or not at all."""

import os
from pathlib import Path
from typing import Any

from support.errors import InfrastructureError
from support.masking import mask, mask_bytes


def masked(value: Any) -> Any:
    """Return a copy of a JSON-like value with every string masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return value


def masked_content(content: str | bytes) -> bytes:
    """Return an attachment's bytes, masked."""
    return mask(content).encode("utf-8", errors="replace") if isinstance(content, str) else mask_bytes(content)


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
