@registration
Feature: Registration
  Whoever registers becomes a tenant: with ids, an API key and tokens that nobody else has, under a user name that is
  theirs alone. What cannot be a proper account is refused with a reason, and leaves nothing behind.

  @REG-001 @critical @smoke
  Scenario: A user name belongs to one tenant only
    Given Acme has registered
    When somebody tries to register with the user name of Acme
    Then it is refused as taken
