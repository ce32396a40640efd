from embedded.configurator.login_limit import LoginLimit
from support.polling import wait_until


def test_a_lock_ends_when_its_failures_leave_the_window() -> None:
    limit = LoginLimit(attempts=2, window_seconds=0.5)
    for _ in range(2):
        limit.count_failure("eve")
    assert limit.seconds_locked("eve") == 1
    assert wait_until(lambda: limit.seconds_locked("eve") == 0, 2)


def test_failures_further_apart_than_the_window_do_not_lock() -> None:
    limit = LoginLimit(attempts=2, window_seconds=0.0)
    for _ in range(5):
        limit.count_failure("eve")
    assert limit.seconds_locked("eve") == 0


def test_only_the_names_that_failed_last_are_kept() -> None:
    limit = LoginLimit(attempts=1, names_kept=2)
    for name in ("a", "b", "a", "c"):
        limit.count_failure(name)
    assert [limit.seconds_locked(name) > 0 for name in "abc"] == [True, False, True]
