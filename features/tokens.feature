@tokens @needs.accounts
Feature: Tokens
  A login gives two tokens: an access token, which opens the tenant's account for a day, and a refresh token, which is
  good for nothing but a new access token, for a month. Both end with a logout. Nobody can make one, alter one, or
  use one kind for the other.

  @TOK-001 @critical @smoke @needs.renewal
  Scenario Outline: The <kind> token says whose it is and when it ends
    Given Acme has registered
    Then the <kind> token of Acme names Acme and its kind, and ends after <time>

    Examples:
      | kind    | time     |
      | access  | 24 hours |
      | refresh | 30 days  |

  @TOK-002 @critical @smoke @needs.renewal
  Scenario: A refresh token gives a new access token
    Given Acme has registered
    When Acme renews its session
    Then the access token of Acme is another than before
    And the access token of Acme names Acme and its kind, and ends after 24 hours
    And Acme still has access

  @TOK-003 @critical @needs.renewal
  Scenario: A refresh token is good for more than one access token
    Given Acme has registered
    When Acme renews its session
    And Acme renews its session
    Then the access token of Acme is another than before
    And Acme still has access

  @TOK-004 @critical @needs.renewal
  Scenario: Nothing but a refresh token renews a session
    Given Acme has registered
    When somebody tries to renew the session of Acme with each of these
      | token            |
      | its access token |
      | its API key      |
      | its user id      |
      | garbage          |
      | a very long text |
    Then every attempt is refused as unauthorized
    And Acme can renew its session

  @TOK-005 @normal @needs.renewal
  Scenario: Who forgets the refresh token is told so
    Given Acme has registered
    When somebody tries to renew the session of Acme with each of these
      | token         |
      | an empty text |
      | null          |
      | a number      |
      | a list        |
    Then every attempt is refused as invalid
    And Acme can renew its session

  @TOK-006 @normal @needs.renewal
  Scenario Outline: What is no renewal at all is refused, not stumbled over: <body>
    When a stranger tries to renew the session and sends <body>
    Then it is refused as invalid or as unauthorized

    Examples:
      | body                        |
      | nothing                     |
      | no JSON                     |
      | JSON that breaks off        |
      | null                        |
      | a text                      |
      | a list                      |
      | bytes that are no text      |
      | half a character            |
      | null characters             |
      | a hundred thousand brackets |

  @TOK-007 @critical @needs.renewal
  Scenario: A session is renewed for its own tenant, whoever asks
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    When Acme, with its own access token, tries to renew the session of Globex
    Then the new access token, if there is one, names Globex

  @TOK-008 @critical @needs.renewal
  Scenario: Many renewals at the same moment all succeed
    Given Acme has registered
    When Acme tries to renew its session 6 times at once
    Then every attempt is accepted
    And all new access tokens differ

  @TOK-009 @blocker @needs.logout
  Scenario: A logout ends both tokens of its session
    Given Acme has registered
    And Acme has logged in on its "phone"
    When the "phone" logs out
    Then the access token of the "phone" is refused
    And the refresh token of the "phone" is refused

  @TOK-010 @critical @needs.logout
  Scenario: A logout ends no other session
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    And Acme has logged in on its "phone"
    And Acme has logged in on its "laptop"
    When the "phone" logs out
    Then the "laptop" has access
    And the "laptop" can renew its session
    And Acme still has access
    And Globex still has access

  @TOK-011 @critical @needs.logout
  Scenario: A logout ends what was renewed before it, too
    Given Acme has registered
    And Acme has logged in on its "phone"
    And the "phone" has renewed its session
    When the "phone" logs out
    Then the access token of the "phone" is refused
    And the first access token of the "phone" is refused
    And the refresh token of the "phone" is refused

  @TOK-012 @normal @needs.logout
  Scenario: A second logout finds nothing to end
    Given Acme has registered
    And Acme has logged in on its "phone"
    When the "phone" logs out
    And the "phone" tries to log out again
    Then it is refused as unauthorized
    And Acme can log in with its own password

  @TOK-013 @blocker
  Scenario: Nobody makes or alters an access token
    Given Acme has registered
    When Mallory tries the access token of Acme after each of these alterations
      | alteration                                         |
      | declared to need no signature                      |
      | without its signature                              |
      | with one character of the signature changed        |
      | cut short                                          |
      | with another tenant in it                          |
      | with another user in it                            |
      | with a later end in it                             |
      | with an end that has passed                        |
      | with another kind in it                            |
      | signed by somebody else                            |
      | signed by somebody else in another way             |
      | signed by somebody else, without an end            |
      | signed by somebody else, with a path as its tenant |
      | signed by somebody else, with a number as its user |
    Then every attempt is refused as unauthorized
    And Acme still has access

  @TOK-014 @critical @needs.renewal
  Scenario: Nobody makes or alters a refresh token
    Given Acme has registered
    When Mallory tries the refresh token of Acme after each of these alterations
      | alteration                                  |
      | declared to need no signature               |
      | without its signature                       |
      | with one character of the signature changed |
      | cut short                                   |
      | with another tenant in it                   |
      | with a later end in it                      |
      | signed by somebody else                     |
      | signed by somebody else, without an end     |
    Then every attempt is refused as unauthorized
    And Acme can renew its session

  @TOK-015 @blocker
  Scenario Outline: The secret of the deployment is none that can be looked up: tokens <how>
    Given Globex has registered
    When Mallory tries tokens of Globex that are signed with well-known secrets, <how>
    Then every attempt is refused as unauthorized
    And Globex still has access

    Examples:
      | how                     |
      | with its own claims     |
      | without an end          |
      | with a path as a tenant |

  @TOK-016 @critical @needs.cleanup @needs.renewal
  Scenario: The tokens of a tenant end with the tenant
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    And Acme has used both of its tokens
    And Acme has logged in on its "phone"
    When Acme is purged
    Then the access token of Acme is refused
    And the refresh token of Acme is refused
    And the right password of Acme is refused as unauthorized
    And Globex still has access

  @TOK-017 @critical @needs.launch @needs.renewal @needs.short_sessions
  Scenario: A token is worth nothing from its end on
    Given the tenants are those of a deployment whose tokens soon end
    And Acme has registered
    When the access token of Acme has come to its end
    Then no operation accepts the access token of Acme
    But Acme can renew its session
    When the refresh token of Acme has come to its end
    Then the refresh token of Acme is refused
    But the right password of Acme is accepted

  @TOK-018 @normal @needs.renewal
  Scenario: Whoever gets an access token is told of which type it is and when it ends
    Given Acme has registered
    When Acme tries to log in and to renew that session
    Then every attempt is accepted
    And each answer calls its access token a bearer token and says when it ends
