"""Writes docs/results.schema.json: `python -m support.reporting.schema`."""

import json
from pathlib import Path

from support.reporting.results import schema

PATH = Path(__file__).parents[2] / "docs" / "results.schema.json"


def schema_text() -> str:
    """Return the content that docs/results.schema.json must have."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
    print(PATH)
