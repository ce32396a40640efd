@registration @needs.accounts
Feature: Registration
  Whoever registers becomes a tenant: with ids, an API key and tokens that nobody else has, under a user name that is
  theirs alone. What cannot be a proper account is refused with a reason, and leaves nothing behind.

  @REG-001 @critical @smoke
  Scenario: A user name belongs to one tenant only
    Given Acme has registered
    When somebody tries to register with the user name of Acme
    Then it is refused as taken

  @REG-002 @blocker @smoke
  Scenario: Every tenant gets ids, a key and tokens of its own
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    Then the ids, the key and the tokens of Acme have the documented form
    And the ids, the key and the tokens of Globex have the documented form
    And Acme and Globex share none of them

  @REG-003 @critical @needs.profile
  Scenario: What was given at registration is kept as it was given
    When Acme registers with these details
      | detail        | value           |
      | user name     | Chinese         |
      | email address | an ordinary one |
      | phone number  | an ordinary one |
      | tenant name   | punctuation     |
      | tenant type   | enterprise      |
    Then Acme sees itself with these details

  @REG-004 @normal @needs.profile
  Scenario: A tenant that gives no more than it must is a personal one and has a name
    When Acme registers with these details
      | detail        | value        |
      | user name     | an emoji     |
      | password      | 6 characters |
      | tenant name   | nothing      |
      | tenant type   | nothing      |
      | email address | nothing      |
    Then Acme sees itself as an active, personal tenant that has a name

  @REG-005 @critical
  Scenario Outline: Only a user name that everybody can read and tell apart is accepted: <user name>
    When somebody tries to register with the user name "<user name>"
    Then it is <outcome>

    Examples: names that do
      | user name             | outcome  |
      | 3 Chinese characters  | accepted |
      | 50 characters         | accepted |
      | 50 Chinese characters | accepted |
      | Chinese               | accepted |
      | Arabic                | accepted |
      | accents               | accepted |
      | an emoji              | accepted |
      | punctuation           | accepted |
      | two words             | accepted |

    Examples: names that are no names
      | user name    | outcome            |
      | nothing      | refused as invalid |
      | null         | refused as invalid |
      | a number     | refused as invalid |
      | yes          | refused as invalid |
      | a list       | refused as invalid |
      | an object    | refused as invalid |
      | an empty text | refused as invalid |

    Examples: names of a wrong length
      | user name             | outcome            |
      | 2 characters          | refused as invalid |
      | 2 Chinese characters  | refused as invalid |
      | 51 characters         | refused as invalid |
      | 51 Chinese characters | refused as invalid |
      | 100000 characters     | refused as invalid |

    Examples: names that look like another's
      | user name                           | outcome            |
      | 10 spaces                           | refused as invalid |
      | a space in front                    | refused as invalid |
      | a space behind                      | refused as invalid |
      | a wide space in front               | refused as invalid |
      | a tab                               | refused as invalid |
      | a line break                        | refused as invalid |
      | a null character                    | refused as invalid |
      | an escape sequence                  | refused as invalid |
      | a zero-width space                  | refused as invalid |
      | a sign that turns the writing round | refused as invalid |

  @REG-006 @critical
  Scenario Outline: Another spelling of a name is the same name: <spelling>
    Given Acme has registered
    When somebody tries to register with the user name of Acme <spelling>
    Then it is refused as taken

    Examples:
      | spelling           |
      | in capitals        |
      | with a wide letter |

  @REG-007 @critical
  Scenario Outline: A password has at least 6 characters: <password>
    When somebody tries to register with the password "<password>"
    Then it is <outcome>

    Examples: passwords that do
      | password             | outcome  |
      | 6 characters         | accepted |
      | 6 Chinese characters | accepted |
      | 100 characters       | accepted |
      | spaces around it     | accepted |

    Examples: passwords that do not
      | password             | outcome            |
      | nothing              | refused as invalid |
      | null                 | refused as invalid |
      | an empty text        | refused as invalid |
      | 5 characters         | refused as invalid |
      | 5 Chinese characters | refused as invalid |
      | 1000000 characters   | refused as invalid |
      | a number             | refused as invalid |
      | a list               | refused as invalid |

  @REG-008 @normal
  Scenario Outline: An email address is one that mail can reach: <email address>
    When somebody tries to register with the email address "<email address>"
    Then it is <outcome>

    Examples: addresses that do
      | email address   | outcome  |
      | nothing         | accepted |
      | null            | accepted |
      | an ordinary one | accepted |
      | a tag           | accepted |
      | a sub-domain    | accepted |

    Examples: addresses that do not
      | email address                    | outcome            |
      | no @                             | refused as invalid |
      | two @                            | refused as invalid |
      | no user                          | refused as invalid |
      | no domain                        | refused as invalid |
      | this machine                     | refused as invalid |
      | a domain reserved for tests      | refused as invalid |
      | a space                          | refused as invalid |
      | a line break with another header | refused as invalid |
      | two addresses                    | refused as invalid |
      | 10000 characters                 | refused as invalid |
      | a number                         | refused as invalid |
      | a list                           | refused as invalid |

  @REG-009 @normal @needs.profile
  Scenario Outline: What a tenant says of itself is of the kind that is asked for: <detail> <value>
    When somebody tries to register with the <detail> "<value>"
    Then it is <outcome>

    Examples:
      | detail       | value            | outcome            |
      | tenant type  | personal         | accepted           |
      | tenant type  | an unknown one   | refused as invalid |
      | tenant type  | capitals         | refused as invalid |
      | tenant type  | an empty text    | refused as invalid |
      | tenant type  | a number         | refused as invalid |
      | tenant name  | Chinese          | accepted           |
      | tenant name  | markup           | accepted           |
      | tenant name  | 3 spaces         | refused as invalid |
      | tenant name  | a null character | refused as invalid |
      | tenant name  | 10000 characters | refused as invalid |
      | tenant name  | a number         | refused as invalid |
      | tenant name  | an object        | refused as invalid |
      | phone number | an ordinary one  | accepted           |
      | phone number | a null character | refused as invalid |
      | phone number | a number         | refused as invalid |
      | phone number | a list           | refused as invalid |

  @REG-010 @normal
  Scenario Outline: What is no registration at all is refused, not stumbled over: <body>
    When a stranger tries to register and sends <body>
    Then it is refused as invalid

    Examples:
      | body                        |
      | nothing                     |
      | no JSON                     |
      | JSON that breaks off        |
      | null                        |
      | a text                      |
      | a number                    |
      | a list                      |
      | bytes that are no text      |
      | half a character            |
      | null characters             |
      | a hundred thousand brackets |

  @REG-011 @critical
  Scenario Outline: An email address belongs to one tenant only: <spelling>
    Given Acme has registered with an email address
    When somebody tries to register with the email address of Acme <spelling>
    Then it is refused as taken

    Examples:
      | spelling    |
      | as it is    |
      | in capitals |

  @REG-012 @critical
  Scenario Outline: Of many who register one <detail> at once exactly one gets it
    When 12 people try to register the same <detail> at once
    Then one is accepted and the others are refused as taken
    And the one who was accepted has access

    Examples:
      | detail        |
      | user name     |
      | email address |

  @REG-013 @blocker
  Scenario: To register a taken name changes nothing for its owner
    Given Acme has registered
    When Mallory tries to register with the user name of Acme and another password
    Then it is refused as taken
    And Acme still has access
    And Acme can log in with its own password
    And another password of Acme is refused as unauthorized

  @REG-014 @normal
  Scenario Outline: What was refused has left nothing behind: <detail> <value>
    When somebody tries to register with the <detail> "<value>"
    Then it is refused as invalid
    And the same user name can be registered now

    Examples: the account
      | detail        | value          |
      | password      | 5 characters   |
      | email address | no domain      |

    @needs.profile
    Examples: the tenant
      | detail        | value          |
      | tenant type   | an unknown one |
      | tenant name   | 3 spaces       |

  @REG-015 @normal
  Scenario: A registration with the email address of another leaves nothing behind
    Given Acme has registered with an email address
    When somebody tries to register with the email address of Acme as it is
    Then it is refused as taken
    And the same user name can be registered now

  @REG-016 @blocker @needs.tenant_key
  Scenario: Nobody can register as somebody else
    Given Globex has registered
    When Mallory tries to register with the ids, the API key and the status of Globex
    Then no secret and no id of Globex stands in the answer
    And Globex still has access
    And Globex still has its API key
