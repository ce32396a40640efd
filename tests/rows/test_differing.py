"""What is told of rows that are not what was said."""

from collections import Counter

import pytest

from support.expectations.differing import differences
from support.rows import StoredMessage

MARKER, OTHER = "mk-00000000000000aa", "mk-00000000000000bb"
HEAD = "What is stored is not what was said, in 1 of 2 messages: "
TAIL = ". Expected each frame in one row, to the letter, under its agent."


def message(text: str, agent: str = "agent_1") -> StoredMessage:
    return StoredMessage("tenant_1", agent, text)


SAID = [message(f"你好 {MARKER}"), message(f"好的，关于“你好”，我记住了。 {MARKER}")]


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (
            [SAID[0], message(f"好的，关于“你好朋友”，我记住了。 {MARKER}")],
            f"the row says '好的，关于“你好朋友”，我记住了。 {MARKER}', "
            f"the frame says '好的，关于“你好”，我记住了。 {MARKER}'",
        ),
        (
            [message(SAID[0].text, "agent_2"), SAID[1]],
            f"the row that says '你好 {MARKER}' is under agent agent_2 of tenant tenant_1, and it was said under agent "
            "agent_1 of tenant tenant_1",
        ),
        (SAID[1:], f"no row says '你好 {MARKER}', as the frame does"),
        ([*SAID, SAID[0]], f"2 rows say '你好 {MARKER}', and 1 frames"),
        ([*SAID, message("Error 500")], "the row 'Error 500' was never said"),
        ([*SAID, message(f"Error {OTHER}")], f"the row 'Error {OTHER}' was never said"),
    ],
    ids=["another text", "another agent", "lost", "twice", "invented", "invented, with a marker"],
)
def test_a_row_is_told_beside_its_frame(stored: list[StoredMessage], told: str) -> None:
    assert differences(Counter(SAID), Counter(stored)) == f"{HEAD}{told}{TAIL}"


def test_of_a_message_and_its_reply_each_is_told_beside_its_own_row() -> None:
    stored = [message(f"好的，关于“你”，我记住了。 {MARKER}"), message(f"你 {MARKER}")]
    told = differences(Counter(SAID), Counter(stored))
    assert f"the row says '你 {MARKER}', the frame says '你好 {MARKER}'" in told
    assert "in 2 of 2 messages" in told


def test_what_is_much_is_cut_and_what_is_many_is_counted() -> None:
    told = differences(Counter(message(f"{letter * 300}") for letter in "abcde"), Counter())
    assert f"no row says '{'a' * 200}', as the frame does; no row" in told
    assert "; and 2 more. Expected" in told


def test_what_is_stored_as_it_was_said_is_not_told() -> None:
    assert differences(Counter(SAID), Counter(SAID)) == ""
