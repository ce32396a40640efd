@profile @needs.profile
Feature: Tenant profile and statistics
  A tenant reads what the deployment knows of it, and changes what is its own to decide: its name, its email address, its
  phone number, its settings. It also reads what it has and has used: agents, messages, questions to the model and
  their cost. Both tell of this tenant and of no other.

  @TEN-001 @critical @smoke
  Scenario: A tenant finds in its profile what it registered with
    When Acme registers with these details
      | detail        | value           |
      | tenant name   | Chinese         |
      | email address | an ordinary one |
      | phone number  | an ordinary one |
      | tenant type   | enterprise      |
    Then the profile of Acme shows what it registered with
    And Acme sees that it registered just now

  @TEN-002 @critical
  Scenario Outline: What a tenant changes of itself is kept, and the rest stays: <detail>, <value>
    Given Acme has registered and filled in its profile
    When Acme changes its <detail> to "<value>"
    Then the profile of Acme is as it was accepted

    Examples:
      | detail        | value           |
      | tenant name   | Chinese         |
      | email address | a sub-domain    |
      | phone number  | an ordinary one |
      | settings      | other ones      |
      | settings      | none at all     |

  @TEN-003 @normal
  Scenario: A change of nothing changes nothing
    Given Acme has registered and filled in its profile
    When Acme changes its profile in no detail
    Then the profile of Acme is as it was accepted

  @TEN-004 @critical
  Scenario: A profile has the limits of a registration
    Given Acme has registered and filled in its profile
    When Acme tries each of these changes of itself
      | detail        | value                            |
      | tenant name   | an empty text                    |
      | tenant name   | 3 spaces                         |
      | tenant name   | 101 characters                   |
      | tenant name   | a null character                 |
      | tenant name   | a number                         |
      | email address | no @                             |
      | email address | two @                            |
      | email address | no user                          |
      | email address | no domain                        |
      | email address | this machine                     |
      | email address | a domain reserved for tests      |
      | email address | a space                          |
      | email address | two addresses                    |
      | email address | a line break with another header |
      | email address | a list                           |
      | phone number  | a null character                 |
      | phone number  | an object                        |
      | settings      | a text                           |
      | settings      | a list                           |
      | settings      | a number                         |
      | settings      | a null character                 |
      | settings      | a null character in a name       |
    Then every attempt is refused as invalid
    And the profile of Acme is as it was accepted
    When Acme tries each of these changes of itself
      | detail        | value          |
      | tenant name   | 1 characters   |
      | tenant name   | 100 characters |
      | email address | a tag          |
      | settings      | several layers |
    Then every attempt is accepted
    And the profile of Acme is as it was accepted

  @TEN-005 @normal
  Scenario: What is no change of a profile is refused
    Given Acme has registered and filled in its profile
    When Acme tries to change itself and sends each of these
      | body                        |
      | nothing                     |
      | a text                      |
      | a list                      |
      | bytes that are no text      |
      | a hundred thousand brackets |
    Then every attempt is refused as invalid
    And the profile of Acme is as it was accepted

  @TEN-006 @critical
  Scenario: No tenant takes the email address of another, however it is written
    Given Acme has registered and filled in its profile
    And Globex has registered with an email address
    When Acme tries to take the email address of Globex as it is
    Then it is refused as taken
    And the profile of Acme is as it was accepted
    When Acme tries to take the email address of Globex in capitals
    Then it is refused as taken
    And the profile of Acme is as it was accepted
    When Acme tries to take the email address of Acme as it is
    Then it is accepted
    And the profile of Acme is as it was accepted

  @TEN-007 @normal
  Scenario: An email address that a tenant has given up is free
    Given Globex has registered
    When Acme registers with these details
      | detail        | value           |
      | email address | an ordinary one |
    And Globex tries to take the email address that Acme registered with
    Then it is refused as taken
    When Acme changes its email address to "a sub-domain"
    And Globex tries to take the email address that Acme registered with
    Then it is accepted
    And the profile of Globex is as it was accepted
    And the profile of Acme is as it was accepted

  @TEN-008 @critical
  Scenario: Of many who claim one email address at the same time, one gets it
    Given these tenants have registered
      | tenant  |
      | Acme    |
      | Globex  |
      | Initech |
    When Acme, Globex and Initech try to take one email address at the same time
    Then one is accepted and the others are refused as taken

  @TEN-009 @normal
  Scenario: Changes of a profile at the same time do not undo each other
    Given Acme has registered and filled in its profile
    When Acme makes these changes of itself at the same time
      | detail        | value           |
      | tenant name   | Chinese         |
      | email address | a sub-domain    |
      | phone number  | an ordinary one |
      | settings      | other ones      |
    Then the profile of Acme is as it was accepted

  @TEN-010 @critical
  Scenario: A changed profile costs a tenant neither its session nor its API key nor its password
    Given Acme has registered and filled in its profile
    When Acme changes its tenant name to "Chinese"
    And Acme changes its email address to "a sub-domain"
    Then Acme still has access
    And Acme still has its API key
    And Acme can log in with its own password

  @TEN-011 @minor
  Scenario: A profile tells when it was last changed
    Given Acme has registered
    And the profile of Acme has been read
    When Acme changes its settings to "other ones"
    Then the profile of Acme was last changed later than before

  @TEN-012 @normal
  Scenario: An enterprise is not made an enterprise again
    When Acme registers with these details
      | detail      | value      |
      | tenant type | enterprise |
    And Acme tries to upgrade the tenant
    Then it is refused as invalid
    And the profile of Acme shows what it registered with

  @TEN-013 @critical @smoke
  Scenario: A new tenant has nothing and has used nothing
    Given Acme has registered
    Then the statistics of Acme say that it has nothing and has used nothing

  @TEN-014 @critical
  Scenario: Statistics count the agents that a tenant has
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    When Acme creates the agent "Ada" with nothing else
    And Acme creates the agent "Bo" with nothing else
    And Acme creates the agent "Cleo" with nothing else
    And Acme tries to create an agent with an empty name
    Then the statistics of Acme count 3 agents
    When Acme deletes "Bo"
    Then the statistics of Acme count 2 agents
    And the statistics of Globex say that it has nothing and has used nothing

  @TEN-015 @normal @websocket
  Scenario: What an agent has used is counted beyond its deletion
    Given Acme has registered
    And Acme has created the agent "Ada"
    And Lin has written "你好" to "Ada" and been answered
    And the statistics of Acme have been read
    When Acme deletes "Ada"
    Then the statistics of Acme count what was said and used as before
    And the statistics of Acme count 0 agents

  @TEN-016 @minor
  Scenario: Statistics name the tenant as it is called now
    Given Acme has registered
    When Acme changes its tenant name to "Chinese"
    Then the statistics of Acme name it as its profile does
