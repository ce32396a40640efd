@deployment
Feature: Deployment
  An operator starts a deployment, sees what of it serves, restarts parts of it while tenants use it, and stops it. What
  a backend says of its health is true. Whoever is connected to a part that restarts is told, and can come back to where
  the conversation was; nothing that was acknowledged is lost. A start that cannot succeed says why, and leaves nothing
  running.

  @DEP-001 @critical @needs.launch
  Scenario: A backend says that it is healthy only as long as it can work
    Given an operator has started a deployment of their own
    Then each backend of it says that it is healthy
    When the tables of its tenants are out of reach
    Then its configurator and its replier say that they are not healthy
    When the tables of its tenants are back
    Then each backend of it says that it is healthy

  @DEP-002 @critical @websocket @needs.launch
  Scenario: A replier that has crashed is told apart, and remembers what it was told when it runs again
    Given these agents have been created
      | tenant | agent |
      | Acme   | Ada   |
    And Lin has entrusted a secret to "Ada"
    Then the status says that every backend serves
    When the replier crashes
    Then the status says that only the replier does not run
    When an operator starts the replier again
    Then the status says that every backend serves
    When "Ada" reconnects
    And Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret

  @DEP-003 @blocker @websocket @needs.launch
  Scenario: Whoever is connected to a replier that restarts is told, and finds the conversation as it was
    Given these agents have been created
      | tenant | agent |
      | Acme   | Ada   |
      | Globex | Bo    |
    And Lin has entrusted a secret to "Ada"
    And "Bo" has 2 connections
    When an operator restarts the replier
    Then every connection was closed because the replier restarts
    When "Ada" reconnects
    And Lin asks "Ada" for the secret
    Then "Ada" tells Lin the secret

  @DEP-004 @blocker @websocket @needs.launch
  Scenario: A restart of the replier loses no message that it has acknowledged
    Given these agents have been created
      | tenant | agent |
      | Acme   | Ada   |
    When 30 people write 5 messages each to "Ada" at once, and the first is acknowledged
    And an operator restarts the replier
    Then each of these messages that has been acknowledged is stored once
    When "Ada" reconnects
    And Lin writes "你好" to "Ada"
    Then "Ada" answers Lin

  @DEP-005 @critical @websocket @needs.accounts @needs.launch
  Scenario: Conversations go on while the configurator restarts, and accounts and keys stay as they were
    Given these agents have been created
      | tenant | agent |
      | Acme   | Ada   |
    And Lin has written "你好" to "Ada" and been answered
    When an operator restarts the configurator
    And Lin writes "还在吗" to "Ada"
    Then "Ada" answers Lin
    And no connection was closed
    And the access token of Acme works as before or is refused as unauthorized
    When Acme logs in again
    Then Acme sees its own agents and no others
    When "Ada" reconnects
    And Lin writes "我回来了" to "Ada"
    Then "Ada" answers Lin

  @DEP-006 @critical @needs.launch
  Scenario: Of a deployment that was stopped nothing is left running
    Given an operator has started a deployment of their own
    When the operator stops it
    Then no backend of it runs, and its ports are free

  @DEP-007 @critical @needs.launch
  Scenario Outline: A start <obstacle> says why, and leaves nothing running
    When an operator tries to start a deployment <obstacle>
    Then the start has failed because <reason>
    And nothing that was started is running

    Examples: The machine
      | obstacle                        | reason                     |
      | on a port that is taken         | "is taken by process"      |
      | in a folder that cannot be made | "cannot hold a deployment" |

    @needs.database
    Examples: The database
      | obstacle                            | reason                                 |
      | on a database that is read-only     | "attempt to write a readonly database" |
      | on a database that cannot be opened | "unable to open database file"         |
