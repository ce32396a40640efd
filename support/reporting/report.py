"""The end of a run: results.json, the comparison of all that was reported, the summary."""

from pathlib import Path

from support.errors import InfrastructureError
from support.reporting.allure_bridge import describe_environment
from support.reporting.results import Results, read_results, write_results
from support.reporting.verdicts import Run, compare


def report(run: Run, results: Results, directory: Path) -> Path:
    """Write <directory>/<test id>/results.json and return its path; reports that disagree make the run red."""
    if run.allure_results:
        try:
            describe_environment(run.allure_results, results.test_id, results.parameters.model_dump())
        except InfrastructureError as error:
            run.fail(str(error))
    path = _write(run, results, directory)
    disagreements = compare(run, run.allure_results, read_results(path))
    for sentence in disagreements:
        run.fail(sentence)
    if disagreements:
        _write(run, results, directory)
    return path


def _write(run: Run, results: Results, directory: Path) -> Path:
    results.conclude(failed=run.failed, errors=run.errors, scenarios=run.scenarios())
    return write_results(results, directory)
