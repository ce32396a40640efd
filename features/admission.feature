@admission @websocket
Feature: Admission
  To talk to an agent, a connection shows a credential: the key of the agent's tenant and which agent is wanted, in the
  headers or in the query of its address. Only the tenant that owns the agent is let in, with the key that is valid
  now. Everybody else is turned away before anything that they send is answered, stored or put to the model.

  Background:
    Given Acme has registered
    And Acme has created the agent "Ada"

  @ADM-001 @blocker @smoke
  Scenario Outline: The owner is let in
    When Acme tries to talk to "Ada" <shown>
    Then the attempt is answered

    Examples: Where the credential is shown
      | shown          |
      | in the headers |
      | in the query   |

  @ADM-002 @blocker
  Scenario Outline: No other credential opens an agent
    When strangers try to talk to Acme's "Ada" <shown>, each with one of these
      | credential                                     |
      | no credential                                  |
      | an empty credential                            |
      | garbage                                        |
      | a well-formed key that was never issued        |
      | the right key without its last character       |
      | the right key with one character more          |
      | the right key in the other case                |
      | the right key with a space after it            |
      | a pattern that matches every key               |
      | a quote that ends a database query             |
      | the right key for an agent that does not exist |
      | the right key without an agent                 |
      | the agent without a key                        |
      | the owner's login token in place of the key    |
      | a key made of what is no secret: the ids       |
    Then every attempt is turned away
    And nothing of it is stored or put to the model
    And Acme is answered by "Ada" <shown>

    Examples: Where the credential is shown
      | shown          |
      | in the headers |
      | in the query   |

  @ADM-003 @blocker @isolation
  Scenario Outline: A tenant's own key does not open another tenant's agent
    Given Mallory has registered
    And Mallory has created the agent "Max"
    When Mallory tries to talk to "Ada" <shown>
    Then every attempt is turned away
    And nothing of it is stored or put to the model
    And Mallory is answered by "Max" <shown>

    Examples: Where the credential is shown
      | shown          |
      | in the headers |
      | in the query   |

  @ADM-004 @critical
  Scenario Outline: A new API key ends the old one
    Given Acme is connected to "Ada"
    And Lin has been answered by Acme's "Ada"
    And Acme has replaced its API key, but somebody remembers the old one
    When somebody tries to talk to Acme's "Ada" with the old key <shown>
    Then every attempt is turned away
    And Acme is answered by "Ada" <shown>

    Examples: Where the credential is shown
      | shown          |
      | in the headers |
      | in the query   |

  @ADM-005 @critical
  Scenario Outline: A deleted agent talks to nobody, the others of its tenant still do
    Given Acme has created the agent "Bo"
    And Acme is connected to "Ada"
    And Lin has been answered by Acme's "Ada"
    And Acme has deleted "Ada"
    When Acme tries to talk to "Ada" <shown>
    Then every attempt is turned away
    And Acme is answered by "Bo" <shown>

    Examples: Where the credential is shown
      | shown          |
      | in the headers |
      | in the query   |

  @ADM-006 @normal
  Scenario Outline: White space around a credential counts, unless HTTP itself drops it
    When Acme tries to talk to "Ada" <shown>, with white space around its credential
    Then the attempt is <outcome>

    Examples: Where the credential is shown
      | shown          | outcome     |
      | in the headers | answered    |
      | in the query   | turned away |

  @ADM-007 @normal
  Scenario Outline: The key in the query goes before the one in the headers
    When Acme tries to talk to "Ada" with <query> key in the query and <headers> key in the headers
    Then the attempt is <outcome>

    Examples: Two keys are shown at once
      | query     | headers   | outcome     |
      | the right | a wrong   | answered    |
      | a wrong   | the right | turned away |

  @ADM-008 @minor
  Scenario: The platform in the query goes before the one in the headers
    When Acme tries to talk to "Ada" on test by the query and on wechat by the headers
    Then the attempt is answered

  @ADM-009 @normal
  Scenario Outline: A connection names its platform
    When Acme tries to talk to "Ada" <shown> <platform>
    Then the attempt is turned away
    And Acme is answered by "Ada" <shown>

    Examples: What is shown in place of the platform
      | platform               | shown          |
      | without a platform     | in the headers |
      | without a platform     | in the query   |
      | with an empty platform | in the headers |
      | with an empty platform | in the query   |

  @ADM-010 @blocker
  Scenario: Nothing that a stranger sends is heard, not even with the handshake
    When a stranger sends a message to Acme's "Ada" in one go with the handshake
    Then the attempt is turned away
    And Acme is answered by "Ada" in the headers
    And nothing of it is stored or put to the model

  @ADM-011 @normal
  Scenario: Elsewhere than at its address nobody is let in
    When Acme tries to talk to "Ada" at these addresses of the replier
      | address                |
      | its root               |
      | another path           |
      | a path below its own   |
    Then every attempt is turned away
    And Acme is answered by "Ada" in the headers

  @ADM-012 @critical @isolation
  Scenario: Another tenant that uses the same connection id takes nothing over
    Given Mallory has registered
    And Mallory has created the agent "Max"
    And Acme is connected to "Ada" under the connection id "phone"
    When Mallory connects to "Max" under the connection id "phone"
    Then Lin is answered by Acme's "Ada"
    And Wei is answered by Mallory's "Max"
    And Lin is answered by Acme's "Ada"

  @ADM-013 @critical @isolation
  Scenario: A stranger who claims a connection id ends nobody's connection
    Given Acme is connected to "Ada" under the connection id "phone"
    When a stranger tries to talk to Acme's "Ada" under the connection id "phone"
    Then every attempt is turned away
    And Lin is answered by Acme's "Ada"

  @ADM-014 @critical
  Scenario: Whoever loses the right to an agent is disconnected, and nobody else
    Given Acme has created the agent "Bo"
    And Acme is connected to "Bo"
    And Globex has registered
    And Globex has created the agent "Gil"
    And Globex is connected to "Gil"
    And Lin has been answered by Acme's "Bo"
    When Acme deletes "Bo"
    And Globex replaces its API key
    And Acme connects to "Ada"
    Then the connection of Acme to "Bo" is closed with a reason
    And the connection of Globex to "Gil" is closed with a reason
    And Lin is answered by Acme's "Ada"

  @ADM-015 @critical
  Scenario Outline: What is written after the right has ended is not heard, and what others write at that moment is
    Given Acme is connected to "Ada"
    And Lin has been answered by Acme's "Ada"
    And Globex has registered
    And Globex has created the agent "Gil"
    And Globex is connected to "Gil"
    When <the right ends>
    And Kim writes to Acme's "Ada", although the right has ended, while 10 people write to "Gil"
    Then the connection of Acme to "Ada" is closed with a reason
    And nothing of it is stored or put to the model
    And "Gil" answers each of these people

    Examples: How the right ends
      | the right ends                   |
      | Acme replaces its API key        |
      | Acme deletes "Ada"             |

    @purge @needs.cleanup
    Examples: By a purge
      | the right ends                   |
      | everything of Acme is removed    |

  @ADM-016 @normal
  Scenario: A refusal does not tell which agents exist
    Given Mallory has registered
    And Mallory has created the agent "Max"
    When Mallory tries to talk to "Ada" and to an agent that does not exist
    Then every attempt is turned away
    And the refusals are alike

  @ADM-017 @critical
  Scenario: No log shows a credential
    When Acme tries to talk to "Ada" in the headers
    And Acme tries to talk to "Ada" in the query
    And somebody tries to talk to Acme's "Ada" with a key that is wrong by one character
    Then no log shows the key of Acme, nor the wrong one
