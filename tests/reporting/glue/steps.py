"""Steps that end in every way."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import allure
from behave import given
from behave.api.pending_step import StepNotImplementedError

from support.reporting import Ailment, Inconclusive, attach_text

SECRETS = (
    "correct-horse-battery",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "mb_0123456789abcdefghijklmnopqrstuvwxyz",
)


@given("it passes")
def it_passes(_context: Any) -> None:
    attach_text("frames", '{"type": "message"}', "json")


@given("it fails")
def it_fails(_context: Any) -> None:
    raise AssertionError("3 replies were expected, 2 came")


@given("it runs the steps")
def it_runs_the_steps(context: Any) -> None:
    context.execute_steps(context.text)


@given("it fails on half a character")
def it_fails_on_half_a_character(_context: Any) -> None:
    attach_text("reply", "\ud83d")
    raise AssertionError("你 was expected, '\ud83d' came")


@given("it errs")
def it_errs(_context: Any) -> None:
    raise KeyError("no such key")


@given("it is pending")
def it_is_pending(_context: Any) -> None:
    raise StepNotImplementedError("to be written")


@given("it is inconclusive")
def it_is_inconclusive(_context: Any) -> None:
    raise Inconclusive("The model did not answer.", blame="model")


@given("it exits")
def it_exits(_context: Any) -> None:
    sys.exit(0)


@given("it exits at once")
def it_exits_at_once(_context: Any) -> None:
    os._exit(0)


@given("it becomes another program")
def it_becomes_another_program(_context: Any) -> None:
    os.execl("/bin/true", "true")  # noqa: S606


@given("what it has forked exits at once")
def what_it_has_forked_exits_at_once(_context: Any) -> None:
    child = os.fork()
    if not child:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@given("it fails, and a backend {state}")
def it_fails_and_a_backend(context: Any, state: str) -> None:
    context.ailment = Ailment(f"replier {state}.", excusable=state != "has died")
    raise AssertionError("3 replies were expected, 2 came")


@given("it fails because a backend has died")
def it_fails_because_a_backend_has_died(context: Any) -> None:
    context.ailment = Ailment("replier has died.", excusable=False)
    raise AssertionError("replier has died.")


@given("it is interrupted")
def it_is_interrupted(_context: Any) -> None:
    raise KeyboardInterrupt


@given("its clean-up is broken")
def its_clean_up_is_broken(context: Any) -> None:
    context.add_cleanup(int, "no number")


@given("its clean-up exits")
def its_clean_up_exits(context: Any) -> None:
    context.add_cleanup(sys.exit, 0)


@given("its clean-up adds another")
def its_clean_up_adds_another(context: Any) -> None:
    def add() -> None:
        context.add_cleanup(print, "cleaned up")

    context.add_cleanup(add)


@given("its clean-up adds another to the feature")
def its_clean_up_adds_another_to_the_feature(context: Any) -> None:
    def tell() -> None:
        print("cleaned up", file=sys.__stdout__)

    def add() -> None:
        context.add_cleanup(tell, layer="feature")

    context.add_cleanup(add)


@given("its broken clean-up is to be overlooked")
def its_broken_clean_up_is_to_be_overlooked(context: Any) -> None:
    context.fail_on_cleanup_errors = False
    context.add_cleanup(int, "no number")


@given("it is interrupted, and what is broken off fails")
def it_is_interrupted_and_fails(_context: Any) -> None:
    with ExitStack() as stack:
        stack.callback(int, "no number")
        raise KeyboardInterrupt


@given("its clean-up is interrupted")
def its_clean_up_is_interrupted(context: Any) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    context.add_cleanup(interrupt)


@given("it counts its clean-ups")
def it_counts_its_clean_ups(context: Any) -> None:
    def tell() -> None:
        print("cleaned up", file=sys.__stdout__)

    context.add_cleanup(tell)
    context.add_cleanup(tell)


@given("its clean-up is told what to clean, and how")
def its_clean_up_is_told_what_to_clean_and_how(context: Any) -> None:
    def tell(what: str, *, how: str) -> None:
        print(f"{what} is cleaned {how}", file=sys.__stdout__)

    context.add_cleanup(tell, "the scene", how="thoroughly")


@given("it attaches from another thread")
def it_attaches_from_another_thread(_context: Any) -> None:
    errors: list[Exception] = []

    def attach() -> None:
        try:
            attach_text("frames", "{}", "json")
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=attach, name="reader")
    thread.start()
    thread.join()
    raise errors[0]


@given("a thread of it raises")
def a_thread_of_it_raises(_context: Any) -> None:
    raise_in_thread()


@given("a thread of it outlives the run and raises")
def a_thread_of_it_outlives_the_run_and_raises(_context: Any) -> None:
    def outlive() -> None:
        threading.main_thread().join()
        int("no number")

    threading.Thread(target=outlive, name="reader").start()


@given("a thread of it exits")
def a_thread_of_it_exits(_context: Any) -> None:
    raise_in_thread(lambda: sys.exit(0))


def raise_in_thread(action: Callable[[], object] = lambda: int("no number")) -> None:
    thread = threading.Thread(target=action, name="reader")
    thread.start()
    thread.join()


@given("it tells secrets")
def it_tells_secrets(_context: Any) -> None:
    text = " ".join(SECRETS)
    attach_text("log", text)
    allure.attach(text.encode(), name="bytes", extension="log")
    with allure.step(f"GET http://127.0.0.1/?api_key={SECRETS[2]}"):
        raise AssertionError(f"{text} was refused")
