@permissions
Feature: Permissions
  A tenant does with its account and its agents what it likes; nobody else does anything with them. Who is nobody in
  particular may ask for the health and for the templates, and is told so clearly when they ask for more.

  @PER-001 @blocker @needs.accounts
  Scenario Outline: Only its own access token lets a tenant <operation>
    Given Acme has registered
    And Acme has created the agent "Ada"
    When a stranger tries to <operation> of Acme with each of these
      | credential        |
      | no credential     |
      | garbage           |
      | a forged token    |
      | an unsigned token |
      | the refresh token |
      | the API key       |
    Then every attempt is refused as unauthorized
    And every answer says that an access token is asked for
    And Acme itself can <operation>

    Examples: the account
      | operation         |
      | read the account  |
      | read the tenant   |
      | change the tenant |

    @needs.logout
    Examples: the session
      | operation       |
      | end the session |

    @needs.statistics
    Examples: the statistics
      | operation           |
      | read the statistics |

    @needs.tenant_key
    Examples: the key of the tenant
      | operation              |
      | read the API key       |
      | regenerate the API key |

    Examples: the agents
      | operation        |
      | list the agents  |
      | create an agent  |
      | read the agent   |
      | change the agent |
      | delete the agent |

  @PER-002 @critical @needs.accounts
  Scenario: What is no token opens nothing, however it looks
    Given Acme has registered
    When a stranger tries to read the account of Acme with each of these
      | credential                          |
      | an empty credential                 |
      | an empty token                      |
      | three dots                          |
      | a token of ten thousand characters  |
      | a token that nests without end      |
      | bytes that are no text              |
      | user name and password              |
      | the access token without its scheme |
      | the tenant id                       |
    Then every attempt is refused as unauthorized
    And every answer says that an access token is asked for
    And Acme still has access

  @PER-003 @blocker @needs.accounts
  Scenario Outline: To another tenant an agent does not exist: <operation>
    Given these tenants have registered
      | tenant  |
      | Acme    |
      | Mallory |
    And Acme has created the agent "Ada"
    When Mallory tries to <operation> "Ada" and one that nobody has
    Then every attempt is refused as unknown
    And all answers are alike
    And the agent "Ada" of Acme is as it was

    Examples:
      | operation        |
      | read the agent   |
      | change the agent |
      | delete the agent |

  @PER-004 @blocker @needs.accounts @needs.statistics @needs.tenant_key @needs.logout
  Scenario: However a tenant names another, it sees and changes itself only
    Given these tenants have registered
      | tenant  |
      | Acme    |
      | Mallory |
    And Acme has created the agent "Ada"
    And Mallory has created the agent "Eve"
    When Mallory tries each of these and names Acme in every place but its token
      | operation              |
      | read the account       |
      | read the tenant        |
      | read the statistics    |
      | read the API key       |
      | list the agents        |
      | change the tenant      |
      | create an agent        |
      | change the agent       |
      | regenerate the API key |
      | delete the agent       |
      | end the session        |
    Then every attempt is accepted
    And no secret and no id of Acme stands in any answer
    And the agent "Ada" of Acme is as it was
    And Acme has its own agents and no others
    And Acme is as it was

  @PER-005 @critical @needs.accounts @needs.profile
  Scenario: A tenant cannot make itself an enterprise
    Given Acme has registered
    When Acme tries to upgrade the tenant
    Then it is refused as forbidden
    And Acme is what it registered as

  @PER-006 @critical @needs.accounts @needs.profile
  Scenario: Nobody upgrades a tenant without its access token
    When a stranger tries to upgrade the tenant with no credential
    Then it is refused as unauthorized

  @PER-007 @critical @needs.accounts @needs.profile
  Scenario: A tenant cannot change what it is
    Given Acme has registered
    When Acme tries to change these of itself
      | what        | value                   |
      | tenant id   | tenant_0123456789abcdef |
      | user id     | user_0123456789abcdef   |
      | user name   | administrator           |
      | tenant type | enterprise              |
      | status      | superuser               |
    Then Acme is what it registered as

  @PER-008 @normal @smoke
  Scenario Outline: Everybody may <operation>
    When a stranger tries to <operation> with no credential
    Then it is accepted

    Examples: the deployment
      | operation          |
      | ask for its health |

    @needs.catalogue
    Examples: the catalogue
      | operation          |
      | list the templates |
      | read a template    |

  @PER-009 @normal @needs.v1_addresses
  Scenario Outline: A slash at the end of the address changes nothing: <operation>
    Given Acme has registered
    And Acme has created the agent "Ada"
    When Acme tries to <operation> with and without a slash at the end of the address
    Then every attempt is accepted
    And all answers are alike

    Examples:
      | operation           |
      | read the account    |
      | read the tenant     |
      | read the statistics |
      | read the API key    |
      | list the agents     |
      | read the agent      |

  @PER-010 @normal @needs.v1_addresses
  Scenario Outline: A slash at the end of the address changes nothing for a stranger: <operation>
    When a stranger tries to <operation> with and without a slash at the end of the address
    Then every attempt is <outcome>
    And all answers are alike

    Examples:
      | operation          | outcome                 |
      | list the templates | accepted                |
      | read a template    | accepted                |
      | create an agent    | refused as unauthorized |
      | list the agents    | refused as unauthorized |
      | read the tenant    | refused as unauthorized |
      | register           | refused as invalid      |
      | log in             | refused as invalid      |

  @PER-011 @normal @needs.v1_addresses
  Scenario: An agent is created with and without a slash at the end of the address
    Given Acme has registered
    When Acme tries to create an agent with and without a slash at the end of the address
    Then every attempt is accepted

  @PER-012 @critical
  Scenario: An agent id that somebody has made up leads nowhere
    Given Acme has registered
    And Acme has created the agent "Ada"
    When Acme tries to read, change and delete the agents with these ids
      | agent id             |
      | agent_0123456789abcdef |
      | %                    |
      | agent_%              |
      | *                    |
      | ' OR '1'='1          |
      | ../tenant            |
      | ../../etc/passwd     |
      | 不存在                  |
      | null                 |
      | 0                    |
    Then every attempt is refused as unknown
    And the agent "Ada" of Acme is as it was

  @PER-013 @normal @needs.v1_addresses
  Scenario Outline: What is not offered is refused, not stumbled over: <method> <address>
    When a stranger asks for <method> <address>
    Then it is refused as not offered

    Examples:
      | method | address            |
      | GET    | /                  |
      | GET    | /api/v1/nothing    |
      | GET    | /api/v1/tenants    |
      | GET    | /.env              |
      | GET    | /api/v1/auth/login |
      | PATCH  | /api/v1/agents/    |
      | DELETE | /api/v1/tenant/    |
      | TRACE  | /health            |

  @PER-014 @critical @needs.accounts
  Scenario Outline: The page of another site cannot act for a tenant: <origin>
    Given Acme has registered
    When a page of <origin> asks for the account of Acme
    Then no page of another site is let in

    Examples:
      | origin                           |
      | https://mallory.example          |
      | http://localhost.mallory.example |
      | null                             |
