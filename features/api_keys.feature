@api_keys @needs.tenant_key
Feature: API keys
  Every tenant has one API key, by which its connections are known. It sees its key whenever it likes, replaces it when
  it may have leaked, and no other tenant ever has it.

  Background:
    Given Acme has registered

  @KEY-001 @critical @smoke
  Scenario: A tenant sees the key that it was given, wherever it looks
    Given Acme has logged in on its "laptop"
    Then Acme sees the API key that it was given at registration
    And the "laptop" is the same account as Acme

  @KEY-002 @blocker
  Scenario: A regenerated key takes the place of the old one at once
    When Acme regenerates its API key
    Then the API key of Acme is another than before
    And the API key of Acme has the documented form
    And Acme sees its new API key
    And the old API key of Acme stands in no table

  @KEY-003 @critical
  Scenario: A key cannot be guessed from those before it
    When Acme regenerates its API key 5 times
    Then no two API keys of Acme are alike

  @KEY-004 @normal
  Scenario: Of keys that are regenerated at once, one is the key
    When Acme regenerates its API key 6 times at once
    Then every attempt is accepted
    And the API key of Acme is one of those answered

  @KEY-005 @critical
  Scenario: A new key is nobody else's business
    Given Globex has registered
    When Acme regenerates its API key
    Then Globex still has its API key
    And Globex still has access

  @KEY-006 @normal
  Scenario: A new key ends no login and no agent
    Given Acme has created the agent "Ada"
    And Acme has logged in on its "laptop"
    When Acme regenerates its API key
    Then Acme still has access
    And the "laptop" has access
    And the agent "Ada" of Acme is as it was

  @KEY-007 @critical
  Scenario: Nobody gives itself the key of another
    Given Mallory has registered
    When Mallory tries to give its tenant the API key of Acme
    Then Mallory still has its API key
    And Acme still has its API key

  @KEY-008 @critical
  Scenario: A key opens connections, not the account
    When a stranger tries to read the account of Acme with each of these
      | credential  |
      | the API key |
    Then every attempt is refused as unauthorized
