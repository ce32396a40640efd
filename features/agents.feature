@agents
Feature: Agents
  A tenant makes agents: from a template, with a persona of its own, or with neither. What the deployment has accepted
  of an agent is what its tenant reads from then on, to the letter, until the tenant changes it; what it has refused
  leaves nothing behind. A deleted agent is gone for good, and no other agent notices.

  Background:
    Given Acme has registered

  @AGT-001 @blocker @needs.catalogue
  Scenario: An agent from a template has the persona of its template
    When Acme creates an agent from every template
    Then each agent of Acme has the persona of its template
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-002 @critical @smoke
  Scenario Outline: An agent has the persona that it is given, also <when>
    When Acme creates the agent "Ada" with <persona>
    Then "Ada" is kept as it was given

    Examples:
      | when               | persona                              |
      | without a template | a persona of its own                 |
      | over a template    | a persona of its own over a template |

  @AGT-003 @normal
  Scenario: An agent without a template and without a persona has some persona all the same
    When Acme creates the agent "Ada" with nothing else
    Then "Ada" has some persona
    And "Ada" is kept as it was given

  @AGT-004 @critical
  Scenario Outline: Texts are kept to the letter when an agent is <when>
    When Acme tries to <try> each of these
      | value                                  |
      | a name in Chinese                      |
      | a name with emoji                      |
      | a name with quotes and markup          |
      | a name that reads from the right       |
      | a name of 1 character                  |
      | a name of 100 characters               |
      | a name of 100 emoji                    |
      | a description of several lines         |
      | an empty description                   |
      | a persona of 1 character               |
      | a persona with emoji                   |
      | a persona of 20000 characters          |
      | a persona that is a database statement |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                       |
      | made    | create an agent with                      |
      | changed | change an agent with all texts at once to |

  @AGT-005 @normal @needs.tags
  Scenario Outline: Tags are kept, given as a list or as a text, when an agent is <when>
    When Acme tries to <try> each of these
      | value                 |
      | tags as a list        |
      | tags as a text        |
      | tags in Chinese       |
      | one tag with spaces   |
      | an empty list of tags |
      | no tags               |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                       |
      | made    | create an agent with                      |
      | changed | change an agent with all texts at once to |

  @AGT-006 @critical
  Scenario Outline: Overrides are kept, however deep they are, when an agent is <when>
    When Acme tries to <try> each of these
      | value                               |
      | overrides of the bot                |
      | overrides of the bot in many layers |
      | overrides of the bot that are empty |
      | overrides of the configuration      |
      | everything at once                  |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                        |
      | made    | create an agent with                       |
      | changed | change an agent with everything at once to |

  @AGT-007 @critical
  Scenario Outline: A name has 1 to 100 characters, one of which can be seen, when an agent is <when>
    When Acme tries to <try> each of these
      | value                        |
      | a name of 101 characters     |
      | an empty name                |
      | a name of spaces             |
      | a name with a null character |
      | a name with half of an emoji |
      | a number as name             |
    Then every attempt is refused as invalid
    When Acme tries to <try> each of these
      | value                    |
      | a name of 1 character    |
      | a name of 100 characters |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                       |
      | made    | create an agent with                      |
      | changed | change an agent with all texts at once to |

  @AGT-008 @normal
  Scenario Outline: A persona and a description are texts, and a persona says something, when an agent is <when>
    When Acme tries to <try> each of these
      | value                               |
      | an empty persona                    |
      | a persona of spaces                 |
      | a list as persona                   |
      | a description with a null character |
      | an object as description            |
    Then every attempt is refused as invalid
    When Acme tries to <try> each of these
      | value                    |
      | a persona of 1 character |
      | an empty description     |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                       |
      | made    | create an agent with                      |
      | changed | change an agent with all texts at once to |

  @AGT-009 @normal @needs.tags
  Scenario Outline: Tags are texts, and overrides have names, when an agent is <when>
    When Acme tries to <try> each of these
      | value                                    |
      | a number as tags                         |
      | a list with a number as tags             |
      | a list with an empty tag                 |
      | a text as overrides                      |
      | a list as overrides                      |
      | a number as overrides                    |
      | overrides that hold a null character     |
      | overrides with a null character in a key |
    Then every attempt is refused as invalid
    When Acme tries to <try> each of these
      | value                               |
      | one tag with spaces                 |
      | overrides of the bot that are empty |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

    Examples:
      | when    | try                                       |
      | made    | create an agent with                      |
      | changed | change an agent with all texts at once to |

  @AGT-010 @critical
  Scenario: What a change does not name stays
    When Acme changes an agent with everything at once to each of these
      | value                                |
      | another name                         |
      | another description                  |
      | an empty description                 |
      | other tags                           |
      | no tags                              |
      | another persona                      |
      | other overrides of the bot           |
      | overrides of the bot that are empty  |
      | other overrides of the configuration |
      | nothing else                         |
    Then every attempt is accepted
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-011 @critical @needs.catalogue
  Scenario: An agent is made from a template that exists, or not at all
    When Acme tries to create an agent with each of these
      | value                          |
      | a template that does not exist |
      | a template in the other case   |
      | a pattern as template          |
    Then every attempt is refused as unknown
    When Acme tries to create an agent with a number as template
    Then it is refused as invalid
    When Acme tries to create an agent with the template caring_friend
    Then it is accepted
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-012 @normal
  Scenario: No agent is nameless
    When Acme tries to create an agent without a name from the template caring_friend
    Then it is refused as invalid
    When Acme tries to create an agent with null as name
    Then it is refused as invalid
    When Acme tries to create an agent with another name
    Then it is accepted
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-013 @normal
  Scenario: What is no description of an agent is refused
    Given Acme has created the agent "Ada"
    When Acme tries to create and to change "Ada" and sends each of these
      | body                        |
      | nothing                     |
      | a text                      |
      | a list                      |
      | bytes that are no text      |
      | a hundred thousand brackets |
    Then every attempt is refused as invalid
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-014 @critical
  Scenario: Nobody chooses which agent an agent is
    Given Acme has created the agent "Ada"
    When Acme tries to create an agent under the id of "Ada"
    Then "Ada" is kept as it was given
    When Acme tries to give "Ada" another id
    Then Acme has the agents that were accepted, as they were given, and no others

  @AGT-015 @critical
  Scenario: Only its exact id leads to an agent
    Given Acme has created the agent "Ada"
    When Acme tries to read, change and delete "Ada" by each of these
      | what                              |
      | its id in the other case          |
      | its id without the last character |
      | its id with one character more    |
      | its id with a space behind        |
      | a pattern for its last character  |
      | a pattern for its last characters |
      | its name                          |
      | an id that no agent has           |
    Then every attempt is refused as unknown
    And "Ada" is kept as it was given

  @AGT-016 @blocker @smoke
  Scenario: A deleted agent is gone, the others are as they were
    Given Acme has created the agent "Ada" with all texts at once
    And Acme has created the agent "Bo"
    When Acme deletes "Ada"
    Then Acme has the agents that were accepted, as they were given, and no others
    When Acme tries to read, change and delete "Ada" by its id
    Then every attempt is refused as unknown
    And "Bo" is kept as it was given

  @AGT-017 @normal
  Scenario: Of many who delete an agent at once, one succeeds
    Given Acme has created the agent "Ada"
    And Acme has created the agent "Bo"
    When Acme tries to delete "Ada" 6 times at once
    Then one is accepted and the others are refused as unknown
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-018 @normal
  Scenario: The name of a deleted agent can be given again, and brings nothing of it back
    Given Acme has created the agent "Ada" with all texts at once
    And Acme has deleted "Ada"
    When Acme creates the agent "Bo" with the name of "Ada"
    Then Acme has the agents that were accepted, as they were given, and no others
    When Acme tries to read, change and delete "Ada" by its id
    Then every attempt is refused as unknown

  @AGT-019 @normal
  Scenario: Two agents of one name, where that is allowed, are two agents
    Given Acme has created the agent "Ada"
    When Acme tries to create another agent "Ada" from the template efficient_helper
    Then it is accepted or refused as taken
    And Acme has the agents that were accepted, as they were given, and no others
    When Acme deletes "Ada"
    Then Acme has the agents that were accepted, as they were given, and no others

  @AGT-020 @normal @isolation
  Scenario: What another tenant calls its agents is of no account
    Given Globex has registered
    And Acme has created the agent "Ada"
    When Globex tries to create another agent "Ada" from the template efficient_helper
    Then it is accepted
    And Globex has the agents that were accepted, as they were given, and no others
    And Acme has the agents that were accepted, as they were given, and no others

  @AGT-021 @critical
  Scenario: Agents that are made at the same time are all there
    When Acme creates 60 agents from the template friendly_assistant at the same time
    Then Acme has the agents that were accepted, as they were given, and no others

  @AGT-022 @critical
  Scenario: Changes at the same time do not undo each other
    Given Acme has created the agent "Ada" with everything at once
    When Acme changes "Ada" to each of these at the same time
      | value                                |
      | another name                         |
      | another description                  |
      | other tags                           |
      | another persona                      |
      | other overrides of the bot           |
      | other overrides of the configuration |
    Then "Ada" is kept as it was given

  @AGT-023 @minor
  Scenario: The order in which agents are listed does not change
    Given Acme has created the agent "Ada"
    And Acme has created the agent "Bo"
    And Acme has created the agent "Cleo"
    And Acme has listed its agents
    When Acme changes "Ada" to another name
    And Acme deletes "Bo"
    And Acme creates the agent "Dee" with nothing else
    And Acme lists its agents
    Then the agents that Acme had before are listed in the same order

  @AGT-024 @normal @needs.times
  Scenario: An agent tells when it was made, in UTC
    When Acme creates the agent "Ada" with nothing else
    Then "Ada" was made and last changed just now
    And "Ada" is kept as it was given

  @AGT-025 @normal @needs.times
  Scenario: An agent tells when it was last changed
    Given Acme has created the agent "Ada"
    And Acme has created the agent "Bo"
    And Acme has listed its agents
    When Acme changes "Ada" to another description
    And Acme lists its agents
    Then "Ada" was made when it was, and last changed later than before
    But "Bo" is listed as before
