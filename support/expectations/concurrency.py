"""What must hold when many use a deployment at once, or something goes wrong for one of them."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from support.chat import Connection
from support.chat.said import Said
from support.expectations import expect
from support.expectations.talk import answered_in_order, answers
from support.polling import wait_until
from support.troubles import TROUBLES
from support.world import World


def asked_about_each(world: World) -> None:
    """The model endpoint was asked about each message with which it has trouble, whatever became of the others."""
    words = world.scene.troubles
    said = sum(any(each in said.sent.text for each in words) for said in world.scene.said)

    def asked() -> int:
        return sum(len(world.prompts(each)) for each in words)

    expect(
        wait_until(lambda: asked() >= said, world.reply_timeout),
        f"Within {world.reply_timeout:g} s the model endpoint was asked about {asked()} of {said} messages; expected "
        "it to be asked about each, for none has to wait until another has been answered.",
    )


def not_answered(said: Said) -> None:
    """No reply to the message has come so far."""
    replies = [frame for frame in said.connection.pending if frame.kind == "reply" and said.is_answered_by(frame)]
    expect(
        not replies, f"{said.agent} answered {said.person} {replies}; expected no answer as long as the model hangs."
    )


def answered_at_last(world: World, messages: Sequence[Said]) -> None:
    """The last message gets its reply; a replier that asks the model again may have answered the others as well."""
    *earlier, last = messages
    answers(world, last)
    for said in earlier:
        said.take_reply()


def bursts_answered(world: World, messages: Sequence[Said]) -> None:
    """The last message of each person is answered, and no reply belongs to an earlier message than the one before."""
    for person in dict.fromkeys(said.person for said in messages):
        answered_in_order(world, [said for said in messages if said.person == person])


def remembered(world: World, messages: Sequence[Said]) -> None:
    """When the model was asked about the last of the messages, it was told the others."""
    *earlier, last = messages
    prompts = world.prompts(last.marker)
    for said in earlier:
        expect(
            any(said.sent.text in prompt for prompt in prompts),
            f"When the model was asked about {last.sent.text!r} of {last.person}, it was not told {said.sent.text!r}; "
            "expected the history to hold what was said while the model failed.",
        )


def none_closed(connections: Sequence[Connection]) -> None:
    """No connection has ended."""
    ended = [f"connection {each.transcript.number} was {each.closed}" for each in connections if each.closed]
    expect(not ended, f"{'; '.join(ended)}; expected every connection to stay open.")


def caught_up_or_cut_off(connection: Connection, messages: Sequence[Said], timeout: float) -> None:
    """The connection receives the reply to each message, in any order, unless the replier has ended it."""
    missing = [replace(said, reply=None) for said in messages]

    def catch_up() -> bool:
        missing[:] = [said for said in missing if not said.take_reply(connection)]
        return not missing or connection.closed is not None

    connection.wait(catch_up, timeout)
    expect(
        catch_up(),
        f"A connection that was not read for a while received {len(messages) - len(missing)} of {len(messages)} "
        f"answers within {timeout:g} s of being read again, and is open; expected all of them, or its end.",
    )


def served_nearly_as_fast(alone: Sequence[float], meanwhile: Sequence[float], factor: float) -> None:
    """The median of the seconds that answers took is at most so many times that of answers alone."""
    usual, seen = median(alone), median(meanwhile)
    expect(
        seen <= factor * usual,
        f"During the burst of another tenant an answer took {seen:.3f} s, alone {usual:.3f} s; "
        f"expected at most {factor:g} times as long.",
    )


def hardly_longer_than_the_model(world: World, factor: float) -> None:
    """The median of the seconds that answers took is at most so many times what the model took for one of them."""
    seconds, (words,) = world.scene.response_times["one by one"], world.scene.troubles
    asked = len(world.prompts(words)) / len(seconds)
    model = asked * TROUBLES["takes its time"]["delay_seconds"]
    expect(
        median(seconds) <= factor * model,
        f"An answer took {median(seconds):.3f} s, of which the model took {model:.3f} s in {asked:g} questions; "
        f"expected at most {factor:g} times as long as the model.",
    )
