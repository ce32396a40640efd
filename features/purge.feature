@purge @needs.cleanup
Feature: Purge
  What somebody has left in a deployment is removed by naming it: tenants, the id of a tenant, the beginning of user
  names. Exactly what was named goes, from every table, while the deployment serves; nothing else goes, however close
  its name is. A report says, table by table, what it was.

  @PRG-001 @blocker
  Scenario: A purge takes everything of the tenants that are named, and nothing of others
    Given these agents have been created
      | tenant  | agent | template            |
      | Acme    | Ada   | friendly_assistant  |
      | Acme    | Bo    | professional_expert |
      | Globex  | Gil   | friendly_assistant  |
      | Initech | Ian   | friendly_assistant  |
    And Lin has talked with each of these agents in the group "chess"
    When Acme and Globex are purged
    Then what has gone is of Acme and Globex alone
    And no table holds anything of Acme and Globex
    And the credentials of Acme are refused
    And the credentials of Globex are refused
    When Wei writes "你好" to "Ian"
    Then "Ian" answers Wei
    And Initech has its own agents and no others

  @PRG-002 @critical
  Scenario Outline: One name of a tenant is enough: <name>
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Globex | Gil   | friendly_assistant |
    And Lin has talked with each of these agents
    When Acme is purged by <name>
    Then what has gone is of Acme alone
    And no table holds anything of Acme

    Examples:
      | name          |
      | its tenant id |

    @needs.accounts
    Examples: an account
      | name          |
      | its user id   |

  @PRG-003 @blocker
  Scenario: However close the names of others are, they stay
    Given these tenants have registered under names that are close to each other
      | tenant   | user name |
      | Acme     | a_b       |
      | Globex   | a_        |
      | Initech  | a_bc      |
      | Hooli    | aXb       |
      | Vandelay | a%b       |
      | Umbrella | a_%       |
    When somebody tries to register with the user name of Acme in capitals
    And Acme is purged by its user name
    Then what has gone is of Acme alone
    And no table holds anything of Acme
    When Vandelay is purged by its user name
    Then what has gone is of Vandelay alone
    When Umbrella is purged by its user name
    Then what has gone is of Umbrella alone

  @PRG-004 @blocker
  Scenario: The beginning of user names is meant to the letter
    Given these tenants have registered under names that are close to each other
      | tenant   | user name |
      | Acme     | a_1       |
      | Globex   | a_2       |
      | Initech  | aX3       |
      | Hooli    | A_4       |
      | Umbrella | a         |
    When all are purged whose user name is that of Acme up to "a_"
    Then what has gone is of Acme and Globex alone
    And no table holds anything of Acme and Globex

  @PRG-005 @critical
  Scenario: Nobody is removed who was not named at all
    Given Acme has registered
    Then a purge by an empty beginning of user names is refused
    And Acme still has access

  @PRG-006 @critical
  Scenario: What is nearly the name of a tenant names nobody
    Given these tenants have registered under names that are close to each other
      | tenant | user name |
      | Acme   | a_b       |
    When a purge names each of these of Acme
      | name                                     |
      | its user name in capitals                |
      | its user name without the last character |
      | its user name with one character more    |
      | its user name with a space behind        |
      | a pattern of its user name               |
      | a pattern of every name                  |
      | its tenant id in capitals                |
      | its tenant id without the last character |
      | a pattern of its tenant id               |
      | its user name as a tenant id             |
      | its tenant id as a user name             |
    Then nothing has gone
    And the purge says that it found nobody of these names
    And Acme still has access

  @PRG-007 @normal
  Scenario: Twice is the same as once
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Globex | Gil   | friendly_assistant |
    And Lin has talked with each of these agents
    And Acme has been purged
    When Acme is purged again
    Then nothing has gone
    And the purge says that it found nothing of Acme

  @PRG-008 @critical
  Scenario: The report says what was there
    Given these agents have been created
      | tenant | agent | template            |
      | Acme   | Ada   | friendly_assistant  |
      | Acme   | Bo    | professional_expert |
      | Globex | Gil   | friendly_assistant  |
    And Lin has written "你好" to "Ada" and been answered
    And Wei has written "你好" to "Bo" and been answered
    When Acme is purged
    Then the report counts for each table the rows of Acme that have gone
    And the report counts 1 tenant, 2 agents and 4 messages

  @PRG-009 @critical
  Scenario: Who asks first is told what a purge would take, and nothing goes
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Globex | Gil   | friendly_assistant |
    And Lin has talked with each of these agents in the group "chess"
    When somebody asks what a purge of Acme would take
    Then nothing has gone
    And Acme still has access
    When Acme is purged
    Then the purge took what was foreseen

  @PRG-010 @critical @websocket
  Scenario: Nothing of a purged tenant comes back through its open connections
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Globex | Gil   | friendly_assistant |
    And Acme is connected to "Ada"
    And Globex is connected to "Gil"
    And Lin has been answered by Acme's "Ada"
    When Acme is purged while Lin keeps writing to "Ada"
    Then the connection of Acme to "Ada" is closed with a reason
    And Wei is answered by Globex's "Gil"
    And no table holds anything of Acme
    And Lin has left nothing in any table

  @PRG-011 @critical @websocket
  Scenario: While one tenant is purged, another is served
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Globex | Gil   | friendly_assistant |
    And Lin has talked with each of these agents
    When 10 people write to "Gil" while a purge holds the database
    Then each message is answered
    When Acme is purged while Wei asks "Gil" again and again and is answered
    Then what has gone is of Acme alone
    And no table holds anything of Acme

  @PRG-012 @critical @isolation @needs.statistics
  Scenario: The user name and the email address of a purged tenant are free, and nothing clings to them
    When Acme registers with these details
      | detail        | value           |
      | email address | an ordinary one |
    And Acme creates the agent "Ada" with everything at once
    And Lin writes "你好" to "Ada"
    Then "Ada" answers Lin
    When Acme is purged
    And Globex registers with the user name and all that Acme had registered with
    Then the statistics of Globex say that it has nothing and has used nothing
    And Acme and Globex share none of them
    And the credentials of Acme are refused
    And Globex still has access

  @PRG-013 @blocker @needs.catalogue
  Scenario: What all tenants share stays when one of them goes
    Given Acme has registered
    And a stranger has read the catalogue
    When Acme creates an agent from every template
    And Acme is purged
    Then the catalogue is as it was
