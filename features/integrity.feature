@integrity @websocket
Feature: Data integrity
  What the deployment keeps is what happened: every message and every answer once, to the letter, under the tenant and
  the agent whose it is, although tenants share people, groups and ids. What is counted - messages, questions to the
  model, their tokens - adds up for each tenant, and whoever is refused leaves nothing behind.

  Background:
    Given these agents have been created
      | tenant | agent | template            |
      | Acme   | Ada   | friendly_assistant  |
      | Acme   | Bo    | professional_expert |
      | Globex | Cy    | friendly_assistant  |

  @DAT-001 @blocker @smoke
  Scenario: What is said is stored once, as it was said, under its tenant and agent
    Given Lin has talked with each of these agents in the group "chess"
    And Wei has talked with each of these agents in private
    Then every message and every answer is stored once, as it was said, under its tenant and agent

  @DAT-002 @critical
  Scenario: Every writing is stored to the letter
    When Lin writes each of these to "Ada" and is answered
      | what                         | text                                 |
      | Chinese with its punctuation | 你好，世界！“引号”——《书名》……       |
      | rare characters              | 𠮷野家的𪚥和㐂                       |
      | emoji joined to one          | 一家人👨‍👩‍👧‍👦，彩虹旗🏳️‍🌈，点赞👍🏽        |
      | writing from right to left   | مرحبا بالعالم، שלום עולם             |
      | combining marks              | Café Việt สวัสดี नमस्ते             |
      | what looks like markup       | <b>粗体</b> &amp; <script>1</script> |
      | what looks like a template   | {name} {{0}} %s ${HOME} $(id)        |
      | what looks like a query      | "'; DROP TABLE messages; --          |
      | what looks like an escape    | C:\\new\\table 和 \\u4f60            |
    And Wei writes these lines to "Ada"
      """
      第一行
        第二行，缩进了

      "第四行" \ 结尾
      """
    And Kim writes a text of 20000 characters to "Ada"
    Then each message is answered
    And every message and every answer is stored once, as it was said, under its tenant and agent

  @DAT-003 @critical
  Scenario: A message is stored with who wrote it and where
    Given Lin has talked with each of these agents in the group "chess" on qq
    And Wei has talked with each of these agents in private
    Then every message is stored with who wrote it and where, and every answer as the agent's

  @DAT-004 @critical
  Scenario: Each group and each private chat of an agent is one chat stream
    Given Lin has talked with each of these agents in the group "chess"
    And Wei has talked with each of these agents in the group "chess"
    And Lin has talked with each of these agents in private
    And Lin has talked with each of these agents in the group "chess" on qq
    Then each place where people talked with an agent has one chat stream of its own
    And each chat stream was last active later than it was made

  @DAT-005 @normal
  Scenario: Agents of several tenants know the same person and the same group, each for itself
    Given Lin has talked with each of these agents in the group "chess"
    Then each of these agents knows Lin once
    And each of these agents knows the group "chess" once
    And each of these agents knows how often, since when and until when it met Lin
    And each of these agents knows since when and until when the group was used

  @DAT-006 @critical
  Scenario: What an answer costs is counted for its tenant and agent
    Given Lin has talked with each of these agents
    And 10 people have talked with each of these agents at once
    Then each answer is counted as usage of its tenant and agent, with its tokens

  @DAT-007 @normal
  Scenario: What an agent does is recorded for its tenant and agent
    Given Lin has talked with each of these agents
    Then each answer is recorded as an action of its tenant and agent

  @DAT-008 @critical @needs.statistics
  Scenario: Statistics count what happened to the tenant, and nothing of others
    Given the statistics of Acme have been read
    And the statistics of Globex have been read
    When Lin writes "你好" to "Ada" and is answered
    And Lin writes "再见" to "Bo" and is answered
    Then the statistics of Acme count what was said to and by its agents
    And Acme was active later than before
    When Acme logs in on its "phone"
    Then the statistics of Globex count as before
    And Globex was not active when Acme was

  @DAT-009 @normal
  Scenario: Times are kept in UTC
    When Lin writes "现在几点" to "Ada" and is answered
    Then every time that is kept of the message of Lin, and of its answer, is in UTC

  @DAT-010 @normal
  Scenario: A message that quotes an answer is stored with what it quotes
    Given Lin has written "推荐一本书" to "Ada" and been answered
    When Lin quotes the answer of "Ada" and writes "为什么是这本"
    Then "Ada" answers Lin
    And the message of Lin is stored with the answer of "Ada" that it quotes

  @DAT-011 @critical
  Scenario: Whoever is refused leaves nothing behind
    When Wei sends "Ada" a message in the name of "Cy"
    And Lin writes "你好" to "Ada"
    Then "Ada" answers Lin
    And Wei has left nothing in any table
