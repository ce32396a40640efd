"""Refuses what Behave's parser would read otherwise than it is written, and without a word."""

# mypy: disable-error-code="no-untyped-call"

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from behave.i18n import languages
from behave.parser import Parser, ParserError, State

from support.reporting.paths import shown
from support.reporting.refusals import CannotBeginError


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


def parse_named(original: Callable[..., Any], path: str, *args: Any, **kwargs: Any) -> Any:
    """Read a feature file by Behave. Raises CannotBeginError, which names it, where Behave would not."""
    with _naming(shown(path)):
        return original(path, *args, **kwargs)


def parse_strictly(path: Path) -> Any:
    """Return the feature of a file, None if it holds none. Raises CannotBeginError when it cannot be read."""
    with _naming(str(path)):
        try:
            return StrictParser().parse(path.read_bytes().decode(), str(path))
        except ParserError as error:
            error.filename = str(path)
            raise CannotBeginError(f"{' '.join(str(error).split()).rstrip('.')}; correct that line.") from error


@contextmanager
def _naming(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotBeginError(f"{path} cannot be read ({error.strerror}); mend that, or take it away.") from error
    except UnicodeError as error:
        raise CannotBeginError(f"{path} cannot be read, for it is no UTF-8; save it as that.") from error
    except KeyError as error:
        if error.args[0] in languages:
            raise
        raise CannotBeginError(
            f"{path} names the language {error.args[0]}, which Behave does not know; `behave --lang-list` tells which."
        ) from error
