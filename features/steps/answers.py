"""Steps about how the configurator answered the last attempt."""

from behave import then

from support import expectations
from support.vocabulary import Outcome
from support.world import HasWorld


@then("it is {outcome:Outcome}")
def it_is(context: HasWorld, outcome: Outcome) -> None:
    expectations.answered(context.world.scene.answer, outcome)
