@isolation @websocket
Feature: Canaries
  A canary is a word that nobody can guess and that one tenant only has ever used. Each tenant marks with its own what
  it entrusts to the deployment. Then every frame, every prompt that the model was asked, every row of every table and
  every answer of the configurator is searched: a canary that is found with another tenant has flown through a hole.

  The tenants use the same names, ids and groups. A search that does not find a canary at its own tenant either has
  proven nothing.

  Background:
    Given these tenants have registered, each with an agent "Ada"
      | tenant |
      | Acme   |
      | Globex |

  @CAN-001 @blocker
  Scenario Outline: What people say <where> stays with the tenant
    When Lin tells each tenant's agent its canary <place>
    And Lin asks each tenant's agent for its canary <place>
    Then each canary is found in frames of its own tenant only
    And each canary is found in prompts of its own tenant only
    And each canary is found in rows of its own tenant only

    Examples:
      | where             | place                |
      | in a group        | in the group "chess" |
      | in a private chat | in private           |

  @CAN-002 @blocker
  Scenario: What an agent remembers after a reconnection is its tenant's
    Given Lin has told each tenant's agent its canary
    And all agents have reconnected
    When Lin asks each tenant's agent for its canary
    Then each canary is found in frames of its own tenant only
    And each canary is found in prompts of its own tenant only

  @CAN-003 @critical
  Scenario: Who writes to an agent is known to its tenant only
    When people whose ids, names and groups are canaries write to the tenants' agents
    Then each canary is found in frames of its own tenant only
    And each canary is found in rows of its own tenant only

  @CAN-004 @critical
  Scenario: What an agent is made of stays with its tenant
    Given each tenant has written its canary into all that its agent is made of
    When Lin tells each tenant's agent its canary
    Then each canary is found in answers of its own tenant only
    And each canary is found in prompts of its own tenant only
    And each canary is found in frames of its own tenant only
    And each canary is found in rows of its own tenant only

  @CAN-005 @critical
  Scenario: What a tenant says of itself stays with it
    When each tenant writes its canary into all that it says of itself
    Then each canary is found in answers of its own tenant only
    And each canary is found in rows of its own tenant only

  @CAN-006 @critical
  Scenario: When all talk at once, nobody is mistaken for another
    Given Lin has told each tenant's agent its canary in 10 groups at once
    And all agents have reconnected
    When Lin asks each tenant's agent for its canary in 10 groups at once
    Then each canary is found in frames of its own tenant only
    And each canary is found in prompts of its own tenant only
    And each canary is found in rows of its own tenant only
