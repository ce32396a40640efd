@flow @critical
Feature: The acceptance flow
  Before a release meets its tenants, an engineer wants to see a whole deployment at work: tenants register, create
  agents from different templates, talk to all of them at once, stay apart, and are removed without a trace.

  The tenants of the run are as many as `-D users=` says, each with `-D agents=` agents; each conversation has
  `-D messages=` messages on the theme of the agent's template. A scenario makes what earlier ones would have made,
  so each can be run alone.

  @FLOW-001 @smoke
  Scenario: Both backends serve
    Then the configurator says that it is healthy
    And the replier refuses a stranger

  @FLOW-002 @smoke @needs.accounts
  Scenario: Tenants register
    When the tenants of the run have registered
    Then each has ids, an API key and a token of its own
    And each sees itself by its token

  @FLOW-003 @smoke
  Scenario: Tenants create agents from different templates
    When the tenants of the run have created their agents
    Then each tenant sees its own agents and no others
    And each agent has the persona of its template

  @FLOW-004 @websocket @smoke
  Scenario: Tenants talk to all of their agents at once
    Given the tenants of the run have created their agents
    When each tenant talks to all of its agents at once
    Then every connection was admitted
    And every message got its reply
    And the deployment stored every message and every reply under its tenant and agent

  @FLOW-007 @websocket @needs.statistics
  Scenario: What tenants have said is counted
    Given the tenants of the run have talked to their agents
    Then the statistics of each tenant count its messages

  @FLOW-005 @websocket @isolation @needs.neighbour
  Scenario: Tenants stay apart
    Given the tenants of the run have talked to their agents
    Then what a tenant said stands in no frame, prompt or row of another
    And no tenant reaches an agent of its neighbour

  @FLOW-006 @purge @needs.cleanup
  Scenario: The run leaves nothing behind
    Given the tenants of the run have talked to their agents
    When the tenants of the run are purged
    Then no table holds anything of them
    And their credentials are refused
