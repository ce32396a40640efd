"""One report of several runs that have divided the features among them."""

import shutil
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from support.errors import InfrastructureError
from support.reporting.allure_bridge import OWN_FILES, clear, describe_environment
from support.reporting.results import Results
from support.reporting.verdicts import compare_allure

Part = TypeVar("Part", bound=BaseModel)


def merge(test_id: str, parts: Sequence[Results], errors: Sequence[str]) -> Results:
    """Return the sum of these results, at least one; it is red when one of them is, or when there are errors."""
    start, end = min(each.start_time for each in parts), max(each.end_time or each.start_time for each in parts)
    return Results(
        test_id=test_id,
        start_time=start,
        end_time=end,
        duration_seconds=(end - start).total_seconds(),
        parameters=parts[0].parameters,
        user_creation=_sum([each.user_creation for each in parts]),
        websocket_tests=_sum([each.websocket_tests for each in parts]),
        cleanup=_sum([each.cleanup for each in parts]),
        success=all(each.success for each in parts) and not errors,
        errors=[*errors, *chain.from_iterable(each.errors for each in parts)],
        scenarios=sorted(
            chain.from_iterable(each.scenarios for each in parts), key=lambda scenario: (scenario.file, scenario.line)
        ),
    )


def gather_allure_results(folders: Sequence[Path], target: Path, results: Results) -> list[str]:
    """Replace Allure's files of an earlier run by those in these folders, which must say the same as the results.

    Returns one sentence for whatever went wrong and for each disagreement.
    """
    try:
        clear(target)
        for path in chain.from_iterable(folder.glob(pattern) for folder in folders for pattern in OWN_FILES):
            shutil.move(path, target / path.name)
        describe_environment(target, results.test_id, results.parameters.model_dump())
    except OSError as error:
        return [
            f"{target} cannot be filled ({error.strerror}); make room there, and find what it lacks in "
            f"{' and '.join(map(str, folders))}."
        ]
    except InfrastructureError as error:
        return [str(error)]
    return compare_allure({each.location: each.verdict for each in results.scenarios}, target)


def _sum(parts: Sequence[Part]) -> Part:
    kind = type(parts[0])
    return kind(**{name: _sum_of_values([getattr(each, name) for each in parts]) for name in kind.model_fields})


def _sum_of_values(values: list[Any]) -> Any:
    if isinstance(values[0], bool):
        return all(values)
    if isinstance(values[0], list):
        return list(chain.from_iterable(values))
    if isinstance(values[0], dict):
        return dict(sum(map(Counter, values), Counter[str]()))
    return sum(values)
