@concurrency
Feature: Concurrency
  Many tenants use a deployment at the same time, and each is served as if it were alone. Whatever one of them does, and
  whatever goes wrong for it, keeps nobody else waiting: a burst of messages, a client that hangs or vanishes, a model
  that gives no answer. While a model fails, only the answers that were asked of it are missing: no message is lost, no
  connection is closed, and everything goes on when it has recovered.

  Background:
    Given these agents have been created
      | tenant | agent |
      | Acme   | Ada   |
      | Acme   | Bo    |
      | Globex | Cleo  |

  @CON-001 @blocker @websocket
  Scenario: In a swarm of conversations each gets its own answers
    When Lin talks to each agent on every platform at once
    Then every message of the swarm was answered in its own conversation

  @CON-002 @critical @needs.accounts
  Scenario: Everybody who registers at the same time becomes a tenant
    When 12 people register at once
    Then each of them has ids, an API key and a token of its own, and sees itself

  @CON-003 @critical
  Scenario: Agents that a tenant creates at the same time are all there
    When Globex creates 12 agents at once
    Then Globex sees its own agents and no others

  @CON-004 @critical @websocket
  Scenario Outline: Clients that leave <how> are gone without a trace
    Given Lin has written "你好" to "Ada" and been answered
    When 40 clients connect to "Ada" and leave <how>
    And Lin writes "我还在" to "Ada"
    Then "Ada" answers Lin
    And nothing else has arrived
    And no connection was closed

    Examples:
      | how                        |
      | with a goodbye             |
      | without a goodbye          |
      | in the middle of a message |

  @CON-005 @critical @websocket
  Scenario: A burst of one tenant does not starve another
    When Kim asks "Cleo" 3 times alone, and 3 times while 30 people write 5 messages each to "Ada"
    Then the burst makes the answers come at most 10 times as late
    And "Ada" answers each of these people in the order of their messages

  @CON-006 @critical @websocket @needs.model
  Scenario: A client that does not read keeps nobody waiting
    Given "Ada" has 2 connections
    And the first connection of "Ada" is not read
    When 12 people write to "Ada" at once, and the model answers at great length
    Then "Ada" answers each of these people
    When Kim writes "你好" to "Cleo"
    Then "Cleo" answers Kim
    When that connection is read again
    Then that connection receives the answers that it has missed, or is cut off

  @CON-007 @blocker @websocket @needs.model
  Scenario: A model that hangs keeps only its own conversation waiting
    When Lin writes "你好" to "Ada", and the model hangs
    Then the model was asked about each of these messages
    When Wei writes "你好" to "Ada"
    And Kim writes "你好" to "Cleo"
    Then "Ada" answers Wei
    And "Cleo" answers Kim
    And "Ada" has not answered Lin yet
    When the model recovers
    Then "Ada" answers Lin

  @CON-008 @critical @websocket @needs.model
  Scenario: However many conversations wait for a model that hangs, newcomers are served
    When 60 people write to "Ada" at once, and the model hangs
    And 60 people write to "Bo" at once, and the model hangs
    Then the model was asked about each of these messages
    Given Initech has registered
    And Initech has created the agent "Dora"
    When Kim writes "你好" to "Dora"
    Then "Dora" answers Kim
    When the model recovers
    Then "Ada" answers each of these people
    And "Bo" answers each of these people

  @CON-009 @critical @websocket @needs.model
  Scenario Outline: No message is lost and no connection is closed when the model <trouble>
    When Lin writes "我喜欢蓝色" to "Ada", and the model <trouble>
    Then the model was asked about each of these messages
    When Wei writes "你好" to "Ada"
    Then "Ada" answers Wei
    When the model recovers
    And Lin writes "现在呢" to "Ada"
    Then "Ada" answers the last message of Lin
    And "Ada" was told each message of Lin then
    And every message and every answer is stored once, as it was said, under its tenant and agent
    And what people asked is counted as usage of its tenant and agent, and no failure as a success
    And no connection was closed

    Examples:
      | trouble                        |
      | fails with an error of its own |
      | is overloaded                  |
      | is behind a broken gateway     |
      | breaks off in mid-answer       |
      | answers garbage                |
      | answers something else         |
      | answers without a choice       |
      | answers without a text         |
