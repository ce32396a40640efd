"""The logs of what is launched in a folder: those of its backends, and those that a MaiMBot writes itself."""

from pathlib import Path

from support.masking import mask_file


def mask_logs(directory: Path) -> None:
    """Mask the logs, when nothing writes to them any more: a MaiMBot may have logged keys.

    Raises InfrastructureError when one cannot be rewritten; then it stays as it is.
    """
    for path in sorted(directory.glob("**/logs/*.log*")):
        mask_file(path)
