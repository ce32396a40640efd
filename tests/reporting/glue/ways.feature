@critical
Feature: Ways to end

  @REG-001
  Scenario: passes

    A description is set apart from the steps.

    Given it passes
      | tenant | agents |
      | Acme   | 2      |

  Scenario: the same name
    Given it passes

  Scenario: fails
    Given it fails
    And it passes

  Scenario: errs
    Given it errs

  Scenario: is undefined
    Given nobody defined this

  Scenario: is pending
    Given it is pending

  @wip
  Scenario: is pending and in progress
    Given it is pending

  Scenario: is inconclusive
    Given it is inconclusive

  @accused_afterwards
  Scenario: leaves frames
    Given it passes

  @accused_afterwards
  Scenario: is inconclusive and leaves frames
    Given it is inconclusive

  @infrastructure
  Scenario: is without infrastructure
    Given it passes

  @skip
  Scenario: is skipped
    Given it passes

  Scenario: exits
    Given it exits

  Scenario: has a broken clean-up
    Given its clean-up is broken

  Scenario: exits in its clean-up
    Given its clean-up exits

  Scenario: fails and has a broken clean-up
    Given its clean-up is broken
    And it fails

  @before_scenario
  Scenario: before_scenario
    Given it passes

  @after_scenario
  Scenario: after_scenario
    Given it passes

  @before_step
  Scenario: before_step
    Given it passes

  @after_step
  Scenario: after_step
    Given it passes

  @before_tag
  Scenario: before_tag
    Given it passes

  @after_tag
  Scenario: after_tag
    Given it passes

  Scenario: is empty

  Scenario: has only a misspelt step
    Givn it fails

  Scenario: has a misspelt first step
    Givn it fails
    Given it passes

  Scenario: attaches from another thread
    Given it attaches from another thread

  Scenario: has a thread that raises
    Given a thread of it raises

  Scenario: fails and has a thread that raises
    Given a thread of it raises
    And it fails

  Scenario: has a thread that ends itself
    Given a thread of it exits

  @OUT-001
  Scenario Outline: outline of <way>
    Given it <way>

    Examples:
      | way    |
      | passes |
      | passes |
      | fails  |

  Rule: A rule

    Scenario: is in a rule
      Given it passes
        """
        a docstring
        """
      And it passes
        | a |
        | 1 |

  @before_rule
  Rule: A broken rule

    Scenario: is in a broken rule
      Given it passes
