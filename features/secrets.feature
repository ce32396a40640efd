@secrets
Feature: Secrets
  Passwords, tokens and keys are told to nobody but their owner: not to another tenant, not in a refusal, not in a log.
  Passwords and tokens are not in the database either, and a password is never shown again.

  @SEC-001 @critical @needs.accounts
  Scenario Outline: A registration is refused without the password in it: <detail> <value>
    When somebody tries to register with the <detail> "<value>"
    Then it is refused as invalid
    And the password that was sent does not stand in the answer

    Examples: the account
      | detail        | value          |
      | user name     | nothing        |
      | user name     | 2 characters   |
      | user name     | a number       |
      | password      | 5 characters   |
      | password      | a list         |
      | email address | no domain      |

    @needs.profile
    Examples: the tenant
      | detail        | value          |
      | tenant type   | an unknown one |

  @SEC-002 @critical @needs.accounts
  Scenario Outline: What cannot be read is refused without the password in it: to <operation>, <body>
    When a stranger tries to <operation> and sends <body>
    Then it is refused as invalid
    And the password that was sent does not stand in the answer

    Examples:
      | operation | body                 |
      | register  | no JSON              |
      | register  | JSON that breaks off |
      | register  | a list               |
      | log in    | no JSON              |
      | log in    | JSON that breaks off |
      | log in    | a list               |

  @SEC-003 @critical @needs.accounts
  Scenario: A taken name is refused without a word about its owner
    Given Acme has registered with an email address
    When somebody tries to register with the user name of Acme
    Then it is refused as taken
    And no secret and no id of Acme stands in the answer

  @SEC-004 @critical @needs.accounts
  Scenario: No answer holds a password, not even to its owner
    Given Acme has registered
    And Acme has created the agent "Ada"
    When Acme does everything that it can
    Then no answer holds the password of Acme or what is stored of it

  @SEC-005 @blocker @needs.accounts @needs.tenant_key
  Scenario: No answer to a tenant holds a secret of another
    Given these tenants have registered
      | tenant  |
      | Acme    |
      | Mallory |
    And Acme has created the agent "Ada"
    And Mallory has created the agent "Eve"
    When Mallory does everything that it can
    Then no secret and no id of Acme stands in any answer
    And the API key of Mallory stands in one of them

  @SEC-006 @blocker @needs.accounts
  Scenario: No table holds a password or a token
    Given Acme has registered
    And Acme has logged in on its "laptop"
    Then the user name of Acme stands in a table
    But neither the password nor a token of Acme does

  @SEC-007 @critical @needs.accounts
  Scenario: Two tenants with one password do not look alike in the database
    Given these tenants have registered
      | tenant |
      | Acme   |
      | Globex |
    Then what is stored of the passwords of Acme and Globex differs

  @SEC-008 @critical @needs.accounts @needs.launch
  Scenario: No log holds a secret
    Given Acme has registered
    And Acme has created the agent "Ada"
    And Acme has logged in on its "laptop"
    When Acme tries to talk to "Ada" in the headers
    And Acme tries to talk to "Ada" in the query
    And Acme does everything that it can
    And Acme mistypes its password by one character more
    Then no log of the deployment holds a secret of Acme

  @SEC-009 @normal
  Scenario: A refusal tells nothing of the inside of the deployment
    Given Acme has registered
    When Acme sends what is no request to every address
    Then no answer tells of the inside of the deployment
