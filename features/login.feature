@login @needs.accounts
Feature: Login
  A tenant comes back with its user name and its password, and with nothing else. Who guesses learns nothing: neither
  from the answer nor from its time whether a user exists, and soon not even whether the guess was right.

  @LOG-001 @blocker @smoke
  Scenario: A tenant logs in with its password
    Given Acme has registered
    When Acme logs in on its "laptop"
    Then the "laptop" has access
    And the "laptop" is the same account as Acme
    And the ids, the key and the tokens of the "laptop" have the documented form
    And no token of the "laptop" is one of the registration of Acme

  @LOG-002 @blocker
  Scenario Outline: Only the password that was registered lets in: <password>
    Given Acme has registered
    When somebody tries to log in as Acme with <password>
    Then it is <outcome>

    Examples:
      | password                         | outcome                 |
      | its password                     | accepted                |
      | another password                 | refused as unauthorized |
      | an empty password                | refused as unauthorized |
      | its password in capitals         | refused as unauthorized |
      | its password without its end     | refused as unauthorized |
      | its password with a space behind | refused as unauthorized |
      | its user name                    | refused as unauthorized |

  @LOG-003 @critical
  Scenario Outline: A password is taken as it was given: <password>
    Given Acme has registered with the password "<password>"
    When somebody tries to log in as Acme with <attempt>
    Then it is refused as unauthorized
    And Acme can log in with its own password

    Examples:
      | password         | attempt                         |
      | spaces around it | its password without its spaces |
      | 100 characters   | its password without its end    |
      | Chinese          | its password without its end    |

  @LOG-004 @critical
  Scenario: A password opens its own tenant and no other
    Given Acme has registered
    And Globex has registered with the password "Chinese"
    When somebody tries to log in as Acme with the password of Globex
    Then it is refused as unauthorized

  @LOG-005 @blocker
  Scenario: A user name is a name, not a command
    Given Acme has registered
    When somebody tries the password of Acme with each of these user names
      | user name       |
      | %               |
      | testuser_%      |
      | *               |
      | ' OR '1'='1     |
      | ' OR '1'='1' -- |
      | admin'; --      |
    Then every attempt is refused as unauthorized
    And Acme can log in with its own password

  @LOG-006 @critical
  Scenario: The answer does not tell whether a user exists
    Given Acme has registered
    When somebody tries 2 times to log in as Acme and as a user that nobody is
    Then every attempt is refused as unauthorized
    And all answers are alike

  @LOG-007 @normal
  Scenario: The time of the answer does not tell whether a user exists
    Given Acme has registered
    When somebody tries 9 times to log in as Acme and as a user that nobody is
    Then the answers for the one take about as long as those for the other

  @LOG-008 @critical
  Scenario: Many logins at the same moment all succeed
    Given Acme has registered
    When Acme logs in 6 times at once
    Then every login has access
    And all logins have tokens of their own

  @LOG-009 @critical
  Scenario: A login ends no other
    Given Acme has registered
    And Acme has logged in on its "phone"
    When Acme logs in on its "laptop"
    Then the "phone" has access
    And Acme still has access

  @LOG-010 @critical
  Scenario: Who guesses passwords is stopped, and nobody else is
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    When somebody guesses the password of Acme again and again
    Then it is refused as too frequent
    And the answer says to come back in a minute or later
    And even the right password of Acme is refused as too frequent
    And Acme still has access
    And Globex can log in with its own password
    But even the right password of Acme is refused as too frequent

  @LOG-011 @critical
  Scenario: Guessing in parallel does not get round the limit
    Given Acme has registered
    When somebody makes 30 guesses of the password of Acme at once, and a right one behind them
    Then no attempt is accepted
    And even the right password of Acme is refused as too frequent

  @LOG-012 @normal
  Scenario: Another spelling of the name does not get round the limit
    Given Acme has registered
    When somebody guesses the password of Acme again and again
    And somebody tries to log in as Acme in capitals with another password
    Then it is refused as too frequent

  @LOG-013 @normal
  Scenario: The limit does not tell whether a user exists
    When somebody guesses the password of a user that nobody is, again and again
    Then it is refused as too frequent

  @LOG-014 @normal
  Scenario: A few slips lock nobody out
    Given Acme has registered
    When somebody tries 3 times to log in as Acme with another password
    Then every attempt is refused as unauthorized
    And Acme can log in with its own password

  @LOG-015 @minor
  Scenario Outline: A tenant logs in by any spelling of its name: <spelling>
    Given Acme has registered
    When somebody tries to log in as Acme <spelling> with its password
    Then it is accepted

    Examples:
      | spelling           |
      | in capitals        |
      | with a wide letter |

  @LOG-016 @normal
  Scenario Outline: What is no login at all is refused, not stumbled over: <body>
    When a stranger tries to log in and sends <body>
    Then it is refused as invalid

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

  @LOG-017 @minor @needs.profile
  Scenario: A tenant sees when it last logged in
    Given Acme has registered
    When Acme logs in on its "laptop"
    Then Acme sees that it logged in just now

  @LOG-018 @normal
  Scenario: Slips are forgotten with each login
    Given Acme has registered
    When Acme tries to log in 4 times, each time after 3 slips
    Then every attempt is accepted
