@conversation @websocket
Feature: Conversation
  People on chat platforms write to an agent, and it answers: each message where it was written, in the persona that the
  agent has from its tenant, on the topic of the message. An answer goes to every connection of the tenant to this agent,
  and to no other. Whatever people can type reaches the agent as they typed it.

  Each message carries a marker of its own, so that its reply, and what the model was asked for it, can be told apart.
  Without other words, people write in a group of their own.

  Background:
    Given these agents have been created
      | tenant | agent | template           |
      | Acme   | Ada   | friendly_assistant |
      | Acme   | Bo    | efficient_helper   |

  @CNV-001 @critical @needs.model
  Scenario Outline: An agent from the template <template> talks about its theme in its persona
    Given Acme has created the agent "Cleo" from the template <template>
    When Lin talks with "Cleo" about the theme of <template>
    Then every message of the conversation was answered
    And each answer of "Cleo" is in its persona and on its topic

    Examples:
      | template             |
      | friendly_assistant   |
      | professional_expert  |
      | creative_companion   |
      | caring_friend        |
      | efficient_helper     |

  @CNV-002 @blocker @smoke
  Scenario: Each reply belongs to its message
    When Lin writes "最近有什么好看的电影" to "Ada"
    And Wei writes "推荐一道家常菜吧" to "Ada"
    And Kim writes "周末去哪里玩" to "Ada"
    Then "Ada" answers Lin
    And "Ada" answers Wei
    And "Ada" answers Kim
    When Wei writes "最近有什么好看的电影" to "Ada" and is answered

  @CNV-003 @critical
  Scenario: Messages that are written at once are answered in their order
    When Lin writes 20 messages to "Ada" at once
    Then the last of them is answered, and no answer returns to an earlier one
    When Lin writes "还有一件事" to "Ada" and is answered
    And Lin writes "没有别的了" to "Ada" and is answered
    Then nothing else has arrived

  @CNV-004 @critical
  Scenario Outline: An agent answers <where>
    When Lin writes "你好" to "Ada" <place>
    Then "Ada" answers Lin

    Examples:
      | where            | place                       |
      | in a private chat | in private                 |
      | in a group        | in the group "chess"       |

  @CNV-005 @critical
  Scenario: What is written in a group and in private is answered where it was written
    When Lin writes "这是群里的话" to "Ada" in the group "chess"
    And Lin writes "这是私下的话" to "Ada" in private
    Then "Ada" answers each message of Lin
    And nothing else has arrived

  @CNV-006 @critical
  Scenario Outline: An agent answers in a group when it is addressed <how>
    When Lin addresses "Ada" in a group <how>
    Then "Ada" answers Lin

    Examples:
      | how                    |
      | by its name            |
      | by a mention           |
      | by the platform's mark |

  @CNV-007 @critical
  Scenario: An answer goes to every connection of the agent, and to none of another agent
    Given "Ada" has 2 connections
    And "Bo" has 2 connections
    When Lin writes "大家好" to "Ada"
    Then each of the connections of "Ada" receives the answer to Lin
    When Wei writes "你们好" to "Bo"
    Then each of the connections of "Bo" receives the answer to Wei
    And nothing else has arrived

  @CNV-008 @normal
  Scenario: An answer stays on the platform of its message
    Given "Ada" has a connection on qq
    And "Ada" has a connection on wechat
    When Lin writes "大家好" to "Ada" in the group "chess" on qq
    Then "Ada" answers Lin
    When Wei writes "大家好" to "Ada" in the group "chess" on wechat
    Then "Ada" answers Wei
    And nothing else has arrived

  @CNV-009 @critical
  Scenario: Whoever reconnects is answered again, and gets no answer twice
    Given Lin has written "你好" to "Ada" and been answered
    When "Ada" reconnects
    And Lin writes "我回来了" to "Ada"
    Then "Ada" answers Lin
    And nothing else has arrived

  @CNV-010 @normal
  Scenario: Closing one connection leaves the others of the agent open
    Given "Ada" has 3 connections
    When one of the connections of "Ada" is closed
    And Lin writes "还有人在吗" to "Ada"
    Then each of the connections of "Ada" receives the answer to Lin

  @CNV-011 @critical @needs.model
  Scenario: An agent reads every writing exactly as it was written, and answers as its model does
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
    Then "Ada" answers each message of Lin
    And "Ada" has read exactly each message of Lin
    And "Ada" has answered Lin exactly as the model did

  @CNV-012 @normal @needs.model
  Scenario: An agent reads several lines as they were written
    When Lin writes these lines to "Ada"
      """
      第一行
        第二行，缩进了

      "第四行" \ 结尾
      """
    Then "Ada" answers Lin
    And "Ada" has read exactly each message of Lin

  @CNV-013 @normal @needs.model
  Scenario: An agent reads a long text to its end
    When Lin writes a text of 20000 characters to "Ada"
    Then "Ada" answers Lin
    And "Ada" has read exactly each message of Lin

  @CNV-014 @normal
  Scenario: A message that says nothing is not answered and does no harm
    When Lin sends these messages that say nothing to "Ada"
      | message               |
      | an empty text         |
      | a text of blanks      |
      | an empty list         |
      | a list of empty texts |
    And Wei writes "你好" to "Ada" in the group "chess" and is answered
    And Lin writes "你还在吗" to "Ada"
    Then "Ada" answers Lin
    And nothing else has arrived

  @CNV-015 @normal @needs.model
  Scenario: An agent reads all texts of a message, whatever else is in it
    When Lin says "今天天气真好" and "我们去公园吧" to "Ada" in each of these and is answered
      | message                                   |
      | a list of two texts                       |
      | lists within lists                        |
      | two texts around a picture                |
      | two texts around an emoji                 |
      | two texts around a face                   |
      | two texts around a voice                  |
      | a text that mentions somebody             |
      | texts around a segment of an unknown type |
    Then "Ada" answers each message of Lin
    And "Ada" has read "今天天气真好" and then "我们去公园吧" in each message

  @CNV-016 @normal
  Scenario: A message that quotes an answer is answered
    Given Lin has written "推荐一本书" to "Ada" and been answered
    When Lin quotes the answer of "Ada" and writes "为什么是这本"
    Then "Ada" answers Lin

  @CNV-017 @normal
  Scenario: Every answer has an id of its own, by which it can be quoted
    When Lin writes "你好" to "Ada"
    And Wei writes "你好" to "Ada"
    And Kim writes "你好" to "Bo"
    And Sam writes "你好" to "Bo"
    Then each message is answered
    And every answer has an id of its own

  @CNV-018 @critical @needs.model
  Scenario: After its answer an agent is silent, even if its model would answer that, too
    When Lin writes "你好" to "Ada", and the model would answer itself
    Then "Ada" answers Lin
    When Wei writes "你好" to "Ada" and is answered
    And Wei writes "你好" to "Ada" and is answered
    Then nothing else has arrived

  @CNV-019 @normal @needs.model
  Scenario: An answer takes hardly longer than the model does
    When Lin writes 6 messages to "Ada", each after the answer to the one before, and the model takes its time
    Then the answers took at most twice as long as the model

  @CNV-020 @critical @needs.model
  Scenario: A long answer arrives whole
    When Lin writes "讲一个很长的故事" to "Ada", and the model answers at great length
    Then "Ada" answers Lin with all that the model said

  @CNV-021 @critical @needs.model
  Scenario: Whoever reconnects while the model thinks gets the answer on the new connection
    When Lin writes "你好" to "Ada", and the model hangs
    Then the model was asked about each of these messages
    When "Ada" reconnects
    And the model recovers
    Then each of the connections of "Ada" receives the answer to Lin
    And nothing else has arrived
