"""What must hold of answers of the configurator: how attempts ended, and what no answer may say."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import requests

from support.expectations import answered, expect
from support.vocabulary import OUTCOMES, Outcome

Answers = Mapping[str, requests.Response]

# Differs between answers that are alike.
_INCIDENTAL_HEADERS = {"date", "x-request-id", "x-process-time"}
# What belongs to the inside of a deployment: code, queries, files.
_INSIDE = re.compile(
    r"Traceback|\.py\b|site-packages|sqlalchemy|sqlite3?\b|psycopg|\bSELECT\b|\bINSERT INTO\b|/home/|/usr/",
    re.IGNORECASE,
)


def each_answered(answers: Answers, outcome: Outcome) -> None:
    """Every attempt ended so; there was at least one."""
    expect(bool(answers), f"Nothing was tried; expected an attempt that is {outcome.name}.")
    wrong: dict[str, str] = {}
    # What was let through is worse than what fell over, and is told first.
    for what, answer in sorted(answers.items(), key=lambda item: not item[1].ok):
        try:
            answered(answer, outcome)
        except AssertionError as error:
            wrong[what] = str(error)
    if wrong:
        (what, message), *others = wrong.items()
        also = ", ".join(f"{other} ({answers[other].status_code})" for other, _ in others)
        raise AssertionError(f"{what}: {message}" + (f" Wrong as well: {also}." if also else ""))


def none_answered(answers: Answers, outcome: Outcome) -> None:
    """No attempt ended so, and none failed."""
    wrong = [name for name, each in answers.items() if each.status_code in outcome.statuses or each.status_code >= 500]
    expect(not wrong, f"{', '.join(wrong)} of {described(answers.values())}; expected none to be {outcome.name}.")


def one_accepted(answers: Answers, others: Outcome) -> None:
    """Exactly one of many attempts was accepted, and the others ended so."""
    accepted = [name for name, each in answers.items() if each.status_code in OUTCOMES["accepted"].statuses]
    expect(len(accepted) == 1, f"Answered were {described(answers.values())}; expected exactly one to be accepted.")
    each_answered({name: answer for name, answer in answers.items() if name not in accepted}, others)


def described(answers: Iterable[requests.Response]) -> str:
    """Return how often each status was answered."""
    counts = Counter(answer.status_code for answer in answers)
    return ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()))


def all_alike(answers: Answers) -> None:
    """Nobody can tell the answers apart: status, headers and body are the same."""
    (first, expected), *others = [(name, _told_by(answer)) for name, answer in answers.items()]
    for name, told in others:
        differing = [part for part, value in told.items() if value != expected[part]]
        expect(not differing, f"{name} is answered with another {' and '.join(differing)} than {first}; expected none.")


def _told_by(answer: requests.Response) -> dict[str, object]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    told = {name: value for name, value in headers.items() if name not in _INCIDENTAL_HEADERS}
    return {"status": answer.status_code, "headers": told, "body": answer.content}


def ask_for_token(answers: Answers) -> None:
    """Each refusal says which kind of credential is expected."""
    for name, answer in answers.items():
        scheme = answer.headers.get("WWW-Authenticate", "nothing")
        expect(
            scheme.lower().startswith("bearer"),
            f"{name}: the answer asks for {scheme} (WWW-Authenticate); expected it to ask for Bearer.",
        )


def no_page_allowed(answers: Answers) -> None:
    """No browser lets a page of the origin that asked read the answer with the user's credentials."""
    for name, answer in answers.items():
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        with_credentials = answer.headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
        expect(
            allowed != answer.request.headers["Origin"] and not (allowed == "*" and with_credentials),
            f"{name}: the answer allows the origin {allowed} (credentials: {with_credentials}); "
            "expected that only pages of the deployment's own sites are allowed.",
        )


def nothing_of_the_inside(answers: Answers) -> None:
    """No answer is a failure, and none holds code, queries or paths."""
    for name, answer in answers.items():
        found = _INSIDE.search(answer.text)
        expect(
            answer.status_code < 500 and not found,
            f"{name}: answered {answer.status_code}{f' and told {found[0]!r}' if found else ''}; "
            "expected a refusal that tells nothing of the inside.",
        )
