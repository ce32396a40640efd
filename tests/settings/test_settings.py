"""What a user may give, and what a user is told."""

import pytest

from support.errors import UsageError
from support.masking import mask
from support.settings import load_settings


def test_defaults_are_those_of_the_readme() -> None:
    settings = load_settings({}, {})
    assert (settings.users, settings.agents, settings.messages, settings.cleanup) == (3, 2, (5, 5), True)
    assert settings.deployment == "embedded"


def test_userdata_goes_before_the_environment() -> None:
    settings = load_settings({"users": "7"}, {"MAIM_USERS": "9", "MAIM_AGENTS": "4", "PATH": "ignored"})
    assert (settings.users, settings.agents) == (7, 4)


@pytest.mark.parametrize(("given", "expected"), [("5", (5, 5)), ("5..10", (5, 10)), ("1", (1, 1)), ("100", (100, 100))])
def test_messages_are_a_number_or_a_range(given: str, expected: tuple[int, int]) -> None:
    settings = load_settings({"messages": given}, {})
    assert settings.messages == expected
    assert str(settings.messages) == given


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("users", "0", "1..500"),
        ("users", "501", "1..500"),
        ("users", "three", "1..500"),
        ("agents", "0", "1..50"),
        ("agents", "51", "1..50"),
        ("messages", "0", "1..100"),
        ("messages", "101", "1..100"),
        ("messages", "10..5", "1..100"),
        ("messages", "5-10", "5 or 5..10"),
        ("cleanup", "perhaps", "yes or no"),
        ("configurator_port", "0", "1..65535 or auto"),
        ("replier_port", "65536", "1..65535 or auto"),
        ("wait_factor", "0", "more than 0"),
        ("reports", "", "the path of a folder is allowed"),
        ("maimbot", "", "the path of a folder is allowed"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(UsageError) as error:
        load_settings({name: value}, {})
    message = str(error.value)
    assert message.startswith(f"{name}={value!r} is refused: ")
    assert allowed in message
    assert "\n" not in message


def test_limits_are_inside_the_range() -> None:
    settings = load_settings({"users": "500", "agents": "50", "replier_port": "auto"}, {})
    assert (settings.users, settings.agents, settings.replier_port) == (500, 50, "auto")


def test_an_unknown_userdata_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"-D user is no setting of this suite; did you mean -D users\?"):
        load_settings({"user": "3"}, {})


def test_an_unknown_variable_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"MAIM_AGENT is no setting of this suite; did you mean MAIM_AGENTS\?"):
        load_settings({}, {"MAIM_AGENT": "3"})


def test_a_name_in_another_case_is_unknown_and_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError, match=r"maim_users is no setting of this suite; did you mean MAIM_USERS\?"):
        load_settings({}, {"maim_users": "9"})
    with pytest.raises(UsageError, match=r"-D USERS is no setting of this suite; did you mean -D users\?"):
        load_settings({"USERS": "9"}, {})


def test_a_range_of_messages_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIM_MESSAGES", "5..10")
    assert load_settings({}).messages == (5, 10)
    monkeypatch.setenv("MAIM_MESSAGES", "abc")
    with pytest.raises(UsageError, match="messages='abc' is refused: a number or a range"):
        load_settings({})


def test_the_environment_that_is_given_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIM_USERS", "9")
    monkeypatch.setenv("maim_agents", "4")
    settings = load_settings({}, {})
    assert (settings.users, settings.agents) == (3, 2)


def test_userdata_of_other_programs_is_left_alone() -> None:
    assert load_settings({"AllureFormatter.issue_pattern": "x"}, {}).users == 3


def test_a_refused_database_url_is_not_shown() -> None:
    settings = load_settings({}, {"MAIM_DATABASE_URL": "postgresql+psycopg://me:hunter2@127.0.0.1/maim"})
    assert "hunter2" not in repr(settings)


def test_topics_of_a_model_need_to_know_the_model() -> None:
    with pytest.raises(UsageError, match=r"topics=llm needs .* also give MAIM_LLM_API_KEY, MAIM_LLM_MODEL\.$"):
        load_settings({"topics": "llm", "llm_base_url": "http://127.0.0.1:1/v1"}, {})


def test_the_key_of_the_model_is_never_shown() -> None:
    given = {"MAIM_LLM_BASE_URL": "http://127.0.0.1:1/v1", "MAIM_LLM_API_KEY": "sk-hunter2", "MAIM_LLM_MODEL": "m"}
    settings = load_settings({"topics": "llm"}, given)
    assert settings.llm_api_key == "sk-hunter2"
    assert "hunter2" not in repr(settings)
    assert mask("the key sk-hunter2 is wrong") == "the key *** is wrong"
