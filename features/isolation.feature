@isolation @websocket
Feature: Isolation
  Many tenants live in one deployment, and none of them knows of another. What a tenant has - agents, a key, statistics,
  what its people say - is out of reach of every other one, whatever way it tries, also where both use the same names
  and ids: nothing that a tenant or its people choose has to be unique.

  @ISO-001 @blocker
  Scenario: No way leads from one tenant to another
    Given these tenants have registered, each with an agent "Ada"
      | tenant  |
      | Acme    |
      | Globex  |
      | Initech |
      | Mallory |
    When each of them tries every way to what is another's, and to its own
    Then each reaches its own and nothing else

  @ISO-002 @critical
  Scenario: Tenants may use the same names and ids
    Given these tenants have registered, each with an agent "Ada"
      | tenant |
      | Acme   |
      | Globex |
    When Lin writes to the agents of all tenants in messages with the same ids
    Then each message was answered by the agent of its own tenant
    And each tenant has what it left as rows of its own

  @ISO-003 @critical
  Scenario: What a tenant does to its own touches nobody else
    Given these tenants have registered, each with an agent "Ada"
      | tenant |
      | Acme   |
      | Globex |
    And Lin has been answered by the agent of each tenant
    When Acme does all of this to what is its own
      | act                             |
      | gives its agent another persona |
      | deletes its agent               |
      | replaces its API key            |
    Then Globex has noticed nothing, and its agent answers Lin

  @ISO-005 @critical @needs.renewal @needs.logout
  Scenario: A session that a tenant renews and ends is nobody else's
    Given these tenants have registered, each with an agent "Ada"
      | tenant |
      | Acme   |
      | Globex |
    And Lin has been answered by the agent of each tenant
    When Acme does all of this to what is its own
      | act                |
      | renews its session |
      | logs out           |
    Then Globex has noticed nothing, and its agent answers Lin

  @ISO-004 @critical @purge @needs.cleanup
  Scenario: Who comes later under the same names inherits nothing
    Given these tenants have registered, each with an agent "Ada"
      | tenant |
      | Acme   |
    And Lin has entrusted a secret to "Acme's Ada" in the group "chess"
    And Acme has gone, and another tenant has come under all of its names, with an agent "Ada"
    When Lin asks "Acme's Ada" for the secret in the group "chess"
    Then "Acme's Ada" does not know the secret
