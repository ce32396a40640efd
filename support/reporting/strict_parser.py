"""Refuses what Behave's parser would read otherwise than it is written, and without a word."""

# mypy: disable-error-code="no-untyped-call"

import re
from typing import Any

from behave.parser import Parser, ParserError, State


class StrictParser(Parser):  # type: ignore[misc]  # Behave has no types
    """Behave's parser, which ends at a text that is not closed, a row that is, and a second text or table of a step."""

    def _parse_loop(self, text: str, initial_state: State | None = None, filename: str | None = None) -> None:
        self._written = text.splitlines()
        super()._parse_loop(text, initial_state, filename)
        if self.state is State.MULTILINE_TEXT:
            self.line = self.multiline_start
            self._refuse(f"the text that {self.multiline_terminator} opens is never closed; close it with the same")

    def parse_steps(self, text: str, filename: str | None = None) -> Any:
        """Read the steps that a step runs."""
        self._written = text.splitlines()
        return super().parse_steps(text, filename)

    def action_steps(self, line: str) -> Any:
        """Read a step, or the text or table of the one before."""
        begins, step = line.lstrip(), self.statement.steps[-1] if self.statement.steps else None
        if step and step.text is not None and begins.startswith(('"""', "'''")):
            self._refuse("the step has a second text, and the first would be lost; leave one")
        if step and step.table and begins.startswith("|"):
            self._refuse("the step has a second table, and the first would be lost; leave one")
        return super().action_steps(line)

    def action_table(self, line: str) -> Any:
        """Read a row, or what follows the last."""
        row = line.strip()
        if row.startswith("|"):
            if not re.search(r"^\|.*(?<!\\)\|$", row):
                self._refuse("the row has no | at its end, and its last letter would be lost; write one")
            if self.table and self._follows_empty_line():
                self._refuse("a row follows an empty line, and would be one of the table above; delete that line")
        return super().action_table(line)

    def _follows_empty_line(self) -> bool:
        above = (line.strip() for line in reversed(self._written[: self.line - 1]))
        return not next(line for line in above if not line.startswith("#"))

    def _refuse(self, what: str) -> None:
        raise ParserError(f"line {self.line}: {what}.", self.line, self.filename, use_annotated_message=False)
