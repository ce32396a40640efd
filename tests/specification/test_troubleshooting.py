"""docs/troubleshooting.md has a row for every message with which the suite stops, refuses or doubts."""

import ast
import re
from collections.abc import Iterator

from support.specification import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
# Whatever an f-string puts in.
FILLED = "\N{REPLACEMENT CHARACTER}"
# What these are raised with is shown to whoever runs the suite.
SHOWN = re.compile(r"(Error|Inconclusive|Refused|UnexpectedAnswer|AssertionError|SystemExit)$")
# What these are called with is, too.
SAID = {"print", "fail"}
# What says less of its own would fit any message, or any row.
FEWEST_LETTERS = 8
# Of what is raised only to be caught, or is told as a part of another message.
INTERNAL = {"ValueError", "TypeError", "KeyError", "RuntimeError", "OSError", "AttributeError"}


def patterns() -> list[re.Pattern[str]]:
    """Return what the first column of every row stands for: <a word> for any text, ... for none or any."""
    rows = [line.split(" | ")[0] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    spans = [span for row in rows for span in re.findall(r"`([^`]+)`", row)]
    return [
        re.compile("".join(part if part == ".*" else re.escape(part) for part in _parts(span)), re.DOTALL)
        for span in spans
        if _says_enough(re.sub(r"<[^>]*>", "", span))
    ]


def _says_enough(text: str) -> bool:
    return len(re.sub(r"[^A-Za-z]", "", text)) >= FEWEST_LETTERS


def _parts(span: str) -> list[str]:
    return [".*" if re.fullmatch(r"<[^>]*>|\.\.\.", part) else part for part in re.split(r"(<[^>]*>|\.\.\.)", span)]


def messages() -> Iterator[tuple[str, str]]:
    """Yield where a message is raised, and the message."""
    for path in sorted((ROOT / "support").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node
            if isinstance(call, ast.Call) and call.args and _is_shown(call, isinstance(node, ast.Raise)):
                text = _text(call.args[0])
                if _says_enough(text):
                    yield f"{path.relative_to(ROOT)}:{call.lineno}", text


def _is_shown(call: ast.Call, raised: bool) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    return bool(SHOWN.search(name)) and name not in INTERNAL if raised else name in SAID


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) if isinstance(each, ast.Constant) else FILLED for each in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    return ""


def test_every_message_has_a_row() -> None:
    known = patterns()
    missing = [
        f"{where}: {message}" for where, message in messages() if not any(pattern.search(message) for pattern in known)
    ]
    assert missing == []
