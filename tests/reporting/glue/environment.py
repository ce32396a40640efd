"""Hooks that raise when a tag or a -D name tells them to."""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from support import reporting
from support.errors import InfrastructureError
from support.masking import remember_secret


def before_all(context: Any) -> None:
    remember_secret("correct-horse-battery")
    reporting.attach_text("before all", "attached to the run")
    _raise_if(context.config.userdata, "before_all")
    context.known_failures = reporting.read_known_failures(Path("known.toml"))
    if "refused" in context.config.userdata:
        raise InfrastructureError("Port 8000 is taken by pid 1; stop it.")
    if "thread" in context.config.userdata:
        thread = threading.Thread(target=int, args=["no number"], name="reader")
        thread.start()
        thread.join()
    if "testrun_cleanup" in context.config.userdata:
        context.add_cleanup(_raise, "testrun_cleanup")


def after_all(context: Any) -> None:
    _raise_if(context.config.userdata, "after_all")


def before_feature(_context: Any, feature: Any) -> None:
    _raise_if(feature.tags, "before_feature")


def after_feature(_context: Any, feature: Any) -> None:
    _raise_if(feature.tags, "after_feature")


def before_rule(_context: Any, rule: Any) -> None:
    _raise_if(rule.tags, "before_rule")


def before_scenario(_context: Any, scenario: Any) -> None:
    _raise_if(scenario.tags, "before_scenario")
    if "skip" in scenario.tags:
        scenario.skip("This deployment has no groups.")
    if "infrastructure" in scenario.tags:
        raise InfrastructureError("The replier is gone.")


def after_scenario(_context: Any, scenario: Any) -> None:
    reporting.attach_text("transcript", f"of {scenario.name}")
    _raise_if(scenario.tags, "after_scenario")
    if "accused_afterwards" in scenario.tags:
        raise AssertionError("2 frames came that nobody expected")


def before_step(context: Any, _step: Any) -> None:
    _raise_if(context.tags, "before_step")


def after_step(context: Any, _step: Any) -> None:
    _raise_if(context.tags, "after_step")


def before_tag(_context: Any, tag: str) -> None:
    _raise_if([tag], "before_tag")


def after_tag(_context: Any, tag: str) -> None:
    _raise_if([tag], "after_tag")


def _raise_if(names: Any, hook: str) -> None:
    if hook in names:
        _raise(hook)
    if f"interrupt_{hook}" in names:
        raise KeyboardInterrupt
    if f"exit_{hook}" in names:
        sys.exit(0)


def _raise(what: str) -> None:
    raise ValueError(f"{what} is broken")


def explain(context: Any) -> reporting.Ailment | None:
    return getattr(context, "ailment", None)


def at_end(context: Any, run: reporting.Run) -> None:
    parameters = reporting.Parameters(
        user_count=3, agents_per_user=2, cleanup_after=True, messages_per_conversation="5", deployment="embedded"
    )
    results = reporting.Results(test_id=f"run-{os.getpid()}", parameters=parameters)
    _falsify(context.config.userdata.get("falsify", ""), run)
    _raise_if(context.config.userdata, "at_end")
    reporting.print_summary(results, reporting.report(run, results, Path("reports")))
    run.told = True
    if "thread_at_end" in context.config.userdata:
        thread = threading.Thread(target=int, args=["no number"], name="reader")
        thread.start()
        thread.join()
    if "forget" in context.config.userdata:
        results.scenarios = results.scenarios[1:]
        for sentence in reporting.compare(run, None, results):
            run.fail(sentence)


async def lazy_hook(_context: Any, _scenario: Any) -> None:
    raise AssertionError("nobody awaits this")


def _falsify(how: str, run: reporting.Run) -> None:
    """Spoil what is compared."""
    if how == "green":
        run.failed = False
    if how in ("", "green") or run.allure_results is None:
        return
    path = next(run.allure_results.glob("*-result.json"))
    result = json.loads(path.read_text(encoding="utf-8"))
    if how == "status":
        path.write_text(json.dumps(result | {"status": "failed"}), encoding="utf-8")
    if how == "delete":
        path.unlink()
    if how == "invent":
        extra = result | {"fullName": "features/nowhere.feature:1", "historyId": "other"}
        path.with_name("extra-result.json").write_text(json.dumps(extra), encoding="utf-8")
    if how == "twice":
        path.with_name("twin-result.json").write_text(json.dumps(result), encoding="utf-8")


reporting.install(at_end, explain)
if "EXIT_WHILE_LOADING" in os.environ:
    sys.exit(0)
if lazy := os.environ.get("LAZY_HOOK"):
    globals()[lazy] = lazy_hook
